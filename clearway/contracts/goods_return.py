"""Returning goods of a released list: one application, its journey and its outcome (RULEBOOK B.8)."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from pydantic import Field

from clearway.contracts.base import Amount, Contract, Instant
from clearway.contracts.customs import CustomsReceipt
from clearway.contracts.facts import LegalClocks, RulesUsed
from clearway.contracts.keys import ReturnKey
from clearway.contracts.reasons import Rejection


class ReturnState(StrEnum):
    """Where a return stands; the last five end it."""

    APPLIED = "applied"
    ACCEPTED = "accepted"
    IN_TRANSIT = "in_transit"
    ARRIVED = "arrived"
    CHECKED = "checked"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    EXPIRED = "expired"
    NOT_ORIGINAL = "not_original"
    WITHDRAWN = "withdrawn"


RETURN_ENDS = frozenset(
    {
        ReturnState.CONFIRMED,
        ReturnState.REFUSED,
        ReturnState.EXPIRED,
        ReturnState.NOT_ORIGINAL,
        ReturnState.WITHDRAWN,
    }
)


class ReturnLine(Contract):
    """A quantity of one line of the list, in the line's own unit."""

    gnum: int = Field(ge=1, description="Item number of the original list")
    qty: Amount = Field(gt=0)


class StartReturn(Contract):
    """Input of the return's workflow: everything it needs of its list, as facts."""

    key: ReturnKey
    actor: str = Field(description="Who applied: enterprise code or operator id")
    reason: str
    lines: tuple[ReturnLine, ...] = Field(min_length=1)
    applied_at: Instant
    clocks: LegalClocks
    profile: str = "SEED"
    pre_no: str | None = Field(None, description="E-Port's pre-entry number of the list")
    invt_no: str | None = Field(None, description="Customs' number of the list")


class ReturnShipment(Contract):
    """The buyer sent the goods off."""

    actor: str = Field(min_length=1, max_length=60)
    carrier: str = Field("", max_length=60)
    waybill_no: str = Field("", max_length=60)


class ArrivedGoods(Contract):
    """Returned goods passed the gate of the original zone, centre or site (D-21)."""

    actor: str = Field(min_length=1, max_length=60, description="Site or warehouse that confirms")
    arrived_at: Instant = Field(description="Gate or site entry instant")
    lines: tuple[ReturnLine, ...] = Field((), description="What came; empty means everything still on its way")


class GoodsCheck(Contract):
    """The original-goods check of what has arrived: SKU, bar code, quantity, condition, waybill (seed S2.2, D-25)."""

    actor: str = Field(min_length=1, max_length=60)
    checked_at: Instant
    original: bool = Field(description="They are the goods that were sent out, in their original condition")
    lines: tuple[ReturnLine, ...] = Field((), description="What was checked; empty means everything that arrived")
    evidence: str = Field("", max_length=1000, description="Photographs, bar codes, serial numbers; no personal data")


class WithdrawReturn(Contract):
    """The applicant takes the application back; the goods stay with the buyer."""

    actor: str = Field(min_length=1, max_length=60)
    reason: str = Field(min_length=1, max_length=200)


class AdmitLateReturn(Contract):
    """Customs' answer is late for the platform's reason, and the application was not: it counts as made (D-20)."""

    actor: str = Field(min_length=1, max_length=60, description="Operator id")
    reason: str = Field(min_length=1, max_length=200)
    evidence: str = Field(min_length=1, max_length=1000, description="What proves the delay; no personal data")


class ReturnSettlement(Contract):
    """What checked goods changed, in CNY: tax, annual amount and guarantee (RULEBOOK B.8, D-12). A fact."""

    lines: tuple[ReturnLine, ...]
    tax_before: Amount = Field(description="Tax of the list before these goods came back")
    tax_due: Amount = Field(description="Tax of what is retained now")
    reversal: Amount = Field(description="What is not levied any more")
    restored: Amount = Field(description="What went back to the annual amount, in its original year")
    guarantee_freed: Amount
    refund: Amount = Field(description="Tax already paid beyond what is due now; the agent claims it from customs")
    explanation: str = ""
    at: Instant
    rules: RulesUsed = ()


class ReturnRecord(Contract):
    """A return as its list knows it."""

    number: int
    workflow_id: str
    state: ReturnState
    lines: tuple[ReturnLine, ...]
    confirmed: tuple[ReturnLine, ...] = Field((), description="What came back and passed the check")
    applied_at: Instant
    reason: str = ""
    actor: str = ""
    ended_at: Instant | None = None
    why: str = Field("", description="Why it ended as it did")
    tax_due: Amount | None = Field(None, description="Tax of what is retained after it; None while nothing changed")
    refund: Amount = Field(Decimal(0), description="CNY of tax to be claimed back from customs")


class ReturnPassage(Contract):
    """The return entered a state."""

    state: ReturnState
    at: datetime
    why: str = ""


class ReturnView(Contract):
    """A return as anyone may read it; no personal data in clear."""

    key: ReturnKey
    state: ReturnState
    lines: tuple[ReturnLine, ...]
    arrived: tuple[ReturnLine, ...] = ()
    confirmed: tuple[ReturnLine, ...] = ()
    rejected: tuple[ReturnLine, ...] = Field((), description="Arrived, but not the original goods; under control")
    actor: str
    reason: str
    applied_at: Instant
    accepted_at: Instant | None = Field(None, description="When customs accepted the application (D-20)")
    clocks: LegalClocks
    shipment: ReturnShipment | None = None
    arrivals: tuple[ArrivedGoods, ...] = ()
    checks: tuple[GoodsCheck, ...] = ()
    admission: AdmitLateReturn | None = Field(None, description="Why a late answer of customs is no late application")
    settlements: tuple[ReturnSettlement, ...] = ()
    receipts: tuple[CustomsReceipt, ...] = ()
    rejections: tuple[Rejection, ...] = Field(
        (), description="What customs refused and why; read off the receipts by the client, empty from the workflow"
    )
    duplicate_receipts: int = 0
    alarms: tuple[str, ...] = ()
    why: str = ""
    passages: tuple[ReturnPassage, ...] = ()
