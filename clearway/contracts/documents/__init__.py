"""The documents of one list: what the parties submit, and what customs answers."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from clearway.contracts.documents.applications import (
    ApplicationKind,
    CancelApplication,
    CancelReceipt,
    ReturnApplication,
    ReturnApplicationLine,
    ReturnReceipt,
)
from clearway.contracts.documents.declaration import DeclarationLine, DeclarationList
from clearway.contracts.documents.head import DocumentHead
from clearway.contracts.documents.order import Order, OrderLine
from clearway.contracts.documents.payment import Allocation, Payment
from clearway.contracts.documents.receipts import ListReceipt, OrderReceipt, PaymentReceipt, WaybillReceipt
from clearway.contracts.documents.tax_bill import TaxBill, TaxBillLine, TaxBillStatus
from clearway.contracts.documents.waybill import Waybill


class DocumentKind(StrEnum):
    """The four documents that parties submit; the values are the `kind` of a JSON document."""

    ORDER = "order"
    PAYMENT = "payment"
    WAYBILL = "waybill"
    DECLARATION_LIST = "declaration_list"


THREE_DOCUMENTS = (DocumentKind.ORDER, DocumentKind.PAYMENT, DocumentKind.WAYBILL)
"""What must be with customs before a list is declared (RULEBOOK B.1)."""

AnyDocument = Order | Payment | Waybill | DeclarationList

Document = Annotated[AnyDocument, Field(discriminator="kind")]
"""Any submitted document; JSON says which by its `kind`."""

Application = CancelApplication | ReturnApplication
"""What an enterprise applies for once a list is filed."""

__all__ = [
    "THREE_DOCUMENTS",
    "Allocation",
    "AnyDocument",
    "Application",
    "ApplicationKind",
    "CancelApplication",
    "CancelReceipt",
    "DeclarationLine",
    "DeclarationList",
    "Document",
    "DocumentHead",
    "DocumentKind",
    "ListReceipt",
    "Order",
    "OrderLine",
    "OrderReceipt",
    "Payment",
    "PaymentReceipt",
    "ReturnApplication",
    "ReturnApplicationLine",
    "ReturnReceipt",
    "TaxBill",
    "TaxBillLine",
    "TaxBillStatus",
    "Waybill",
    "WaybillReceipt",
]
