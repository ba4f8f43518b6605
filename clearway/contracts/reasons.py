"""Why customs refused something: cause and remedy in two languages, who must act, where, whether to send again."""

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from clearway.contracts.base import Contract
from clearway.contracts.documents import ApplicationKind, DocumentKind
from clearway.contracts.parties import Role


class Again(StrEnum):
    """Whether sending again can help."""

    LATER = "LATER"
    """The same, after a while or once somebody else has acted."""
    CORRECTED = "CORRECTED"
    """Only corrected: the same would be refused again."""
    NOT_NEEDED = "NOT_NEEDED"
    """Customs has what it needs."""
    NO = "NO"
    """Nothing that is sent helps; the remedy says what does."""


class ReasonKind(StrEnum):
    """Where a code stands (REFERENCE §5.9, §6)."""

    STATUS = "STATUS"
    """A returnStatus of the published table."""
    ERROR = "ERROR"
    """A negative number of the official error table, or one that was seen beside it."""
    RANGE = "RANGE"
    """A negative number that only falls in a published range."""
    INNER = "INNER"
    """`nnnn` of `[Code:nnnn;Desc:text]` inside the text."""
    EXCHANGE = "EXCHANGE"
    """A response of the data exchange platform."""


class FieldPointer(Contract):
    """A field that a reason is about, in both spellings."""

    element: str = Field(description="Path in the message, e.g. `Inventory/InventoryList/gnum`")
    field: str = Field("", description="Our field, e.g. `declaration_list.lines[].gnum`; empty where we have none")


class Reason(Contract):
    """One reason, in English and Chinese. The receipt's own text stays in the receipt: it may name persons."""

    code: str = Field(description="As sent")
    kind: ReasonKind
    known: bool = Field(True, description="False for a code that no published list explains")
    message_types: tuple[str, ...] = Field((), description="The messages it is read with; empty for any")
    cause_en: str
    cause_zh: str
    remedy_en: str
    remedy_zh: str
    owner: Role | None = Field(None, description="Who must act; nobody where nothing is to be done")
    again: Again
    pointers: tuple[FieldPointer, ...] = ()
    source: str = ""


class Rejection(Contract):
    """What customs refused, and why; told beside the receipts that say so, never decided on."""

    about: DocumentKind | ApplicationKind
    status: str = Field(description="returnStatus as sent")
    at: datetime
    cop_no: str | None = Field(None, description="Of an application: our own number of it")
    reasons: tuple[Reason, ...] = Field(min_length=1)
