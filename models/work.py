"""What a list's workflow asks of its activities."""

from datetime import date, datetime
from decimal import Decimal

from pydantic import Field

from clearway.contracts.base import Contract, Instant
from clearway.contracts.case import CaseKey, Transmission
from clearway.contracts.customs import CustomsReceipt
from clearway.contracts.facts import DocumentOnFile


class ExamineRequest(Contract):
    """Newly arrived documents to check, store and, when all are there, judge."""

    key: CaseKey
    profile: str
    now: Instant
    opened_at: Instant
    arrivals: tuple[Transmission, ...]
    open_for_change: bool
    under_control: bool = False


class FileRequest(Contract):
    """Stored documents to hand to customs."""

    key: CaseKey
    documents: tuple[DocumentOnFile, ...]
    now: Instant
    profile: str


class ReleaseFact(Contract):
    """The release whose deadlines are wanted."""

    key: CaseKey
    released_at: Instant
    now: Instant
    profile: str


class PayRequest(Contract):
    """The tax of one list, to be paid now."""

    key: CaseKey
    assessed: Decimal
    lines: int = 1
    profile: str = "SEED"
    guarantor: str
    now: Instant
    without_bill: bool
    deadline: date | None = Field(None, description="Last day of payment, Shanghai; after it a late fee is due")
    provisional_since: Instant | None = Field(
        None, description="The release, where its deadlines were computed before a year's holidays were announced"
    )


class CloseRequest(Contract):
    """The end state of a case, for the register that outlives the workflow."""

    key: CaseKey
    state: str
    now: datetime
    refused_by: CustomsReceipt | None = None
