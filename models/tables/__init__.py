"""Tables of the business database; importing this package registers every one of them."""

from models.tables.cases import Address, CaseRecord, FilingRecord, StoredDocument
from models.tables.inbox import InboxItem, RawMessage
from models.tables.parties import Enterprise, Entrustment, IdentityCheck
from models.tables.tax import BillRecord, PaymentRecord

__all__ = [
    "Address",
    "BillRecord",
    "CaseRecord",
    "Enterprise",
    "Entrustment",
    "FilingRecord",
    "IdentityCheck",
    "InboxItem",
    "PaymentRecord",
    "RawMessage",
    "StoredDocument",
]
