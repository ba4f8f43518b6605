"""What customs asks for a list: its newest bill that is not void wins over our own figure (RULEBOOK B.9.3)."""

from collections.abc import Sequence
from decimal import Decimal

from sqlmodel import Session, col, select

from clearway.rules.allocation import billed_due
from models.tables import BillRecord, TaxDue

VOID = "3"
NOTHING = Decimal(0)
AT_A_TIME = 500
"""Lists that one statement names."""
BINDING = (col(BillRecord.status) != VOID, col(BillRecord.total).is_not(None))
"""Which bills count."""


def bill_of(session: Session, workflow_id: str) -> BillRecord | None:
    """The newest bill of a list that customs did not void and whose amount is known."""
    bills = select(BillRecord).where(BillRecord.workflow_id == workflow_id, *BINDING)
    return session.exec(bills.order_by(col(BillRecord.at).desc())).first()


def owed(row: TaxDue, bill: BillRecord | None) -> Decimal:
    """What a list owes in all, paid or not, in CNY: customs' figure, less what came back after customs had billed."""
    if bill is None or bill.total is None:
        return row.due
    return billed_due(
        billed=bill.total,
        assessed=row.assessed,
        due=row.due,
        billed_after_returns=row.returned_at is None or bill.at > row.returned_at,
    )


def bills_of(session: Session, workflow_ids: Sequence[str]) -> dict[str, BillRecord]:
    """The bills of many lists, as `bill_of` finds each."""
    found: dict[str, BillRecord] = {}
    for start in range(0, len(workflow_ids), AT_A_TIME):
        part = workflow_ids[start : start + AT_A_TIME]
        bills = select(BillRecord).where(col(BillRecord.workflow_id).in_(part), *BINDING)
        for bill in session.exec(bills.order_by(col(BillRecord.at))):
            found[str(bill.workflow_id)] = bill
    return found
