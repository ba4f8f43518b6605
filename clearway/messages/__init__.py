"""The customs wire: every CEB message, read, written, validated and explained; usable without Temporal."""

from clearway.messages.documents import document_from
from clearway.messages.explaining import Explanation, explain
from clearway.messages.faults import MessageRefused
from clearway.messages.forms import Edition, Flow
from clearway.messages.message import Extension, FaultyRecord, Message, Subscriber, Transfer
from clearway.messages.message_json import message_from_json
from clearway.messages.parsing import message_type_of
from clearway.messages.reading import read
from clearway.messages.receipts import Correlation, customs_receipts, inner_code, tax_bill_notices
from clearway.messages.signing import Signer, UnsignedPlaceholder
from clearway.messages.validation import Fault, Report, validate
from clearway.messages.writing import write, write_message

__all__ = [
    "Correlation",
    "Edition",
    "Explanation",
    "Extension",
    "Fault",
    "FaultyRecord",
    "Flow",
    "Message",
    "MessageRefused",
    "Report",
    "Signer",
    "Subscriber",
    "Transfer",
    "UnsignedPlaceholder",
    "customs_receipts",
    "document_from",
    "explain",
    "inner_code",
    "message_from_json",
    "message_type_of",
    "read",
    "tax_bill_notices",
    "validate",
    "write",
    "write_message",
]
