"""Lists whose tax is not paid the simple way: odd bills, no bill, and a bank with moods (RULEBOOK B.9)."""

from decimal import Decimal

from clearway.contracts.states import State
from deploy.scene import TAX, Scene, is_taxed, stands, taxed

SCENES = (
    taxed(
        "BILLDIFF",
        "the bill is 0.50 higher than our figure: the bill wins",
        is_taxed(paid=TAX + Decimal("0.50"), alarms=("BILL_DIFFERS",)),
    ),
    taxed("BILLVOID", "the bill is declared void and another takes its place: paid once, by the second"),
    taxed("BANKDOWN", "the bank is down twice; paid once"),
    taxed("BANKPART", "the bank pays 60 % in the first night and the rest in the next"),
    Scene(
        "BANKREFUSE",
        "the bank refuses every night: unpaid after the deadline, shown as such",
        stands(State.RETURN_WINDOW, awaited=("GUAR",), alarms=("REFUSED", "DAY_44", "OVERDUE")),
        State.RETURN_WINDOW,
    ),
    taxed("NOBILL", "no bill ever comes: our own figure is paid 48 h before the deadline"),
)
