"""The customs wire: CEB messages of the import set, read and written; usable without Temporal."""

from clearway.messages.documents import document_from
from clearway.messages.faults import MessageRefused
from clearway.messages.message import Message, Subscriber, Transfer
from clearway.messages.parsing import message_type_of
from clearway.messages.reading import read
from clearway.messages.receipts import Correlation, customs_receipts, inner_code, tax_bill_notices
from clearway.messages.signing import Signer, UnsignedPlaceholder
from clearway.messages.writing import write

__all__ = [
    "Correlation",
    "Message",
    "MessageRefused",
    "Signer",
    "Subscriber",
    "Transfer",
    "UnsignedPlaceholder",
    "customs_receipts",
    "document_from",
    "inner_code",
    "message_type_of",
    "read",
    "tax_bill_notices",
    "write",
]
