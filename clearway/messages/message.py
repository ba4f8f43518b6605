"""A message as read: who sent it through the exchange, and the typed records it carries."""

from typing import Annotated

from pydantic import Field

from clearway.contracts.base import Contract, wire
from clearway.contracts.documents import (
    CancelApplication,
    CancelReceipt,
    DeclarationList,
    ListReceipt,
    Order,
    OrderReceipt,
    Payment,
    PaymentReceipt,
    ReturnApplication,
    ReturnReceipt,
    TaxBill,
    TaxBillStatus,
    Waybill,
    WaybillReceipt,
)

Record = (
    Order
    | Payment
    | Waybill
    | DeclarationList
    | CancelApplication
    | ReturnApplication
    | OrderReceipt
    | PaymentReceipt
    | WaybillReceipt
    | ListReceipt
    | CancelReceipt
    | ReturnReceipt
    | TaxBill
    | TaxBillStatus
)
"""Any business record of the import set."""


class Transfer(Contract):
    """Who transmits a message over the data exchange platform (BaseTransfer)."""

    cop_code: Annotated[str, wire("copCode", "Transmitting enterprise: customs or credit code", 1, 18)]
    cop_name: Annotated[str, wire("copName", "Its name", None, 100)]
    dxp_mode: Annotated[str, wire("dxpMode", "Exchange mode: restricted to DXP", 3, 3)] = "DXP"
    dxp_id: Annotated[str, wire("dxpId", "User id on the exchange; equals the envelope's sender", None, 30)]
    note: Annotated[str | None, wire("note", "Remark", None, 1000)] = None


class Subscriber(Contract):
    """A third party that receives copies (BaseSubscribe)."""

    status: Annotated[str, wire("status", "ALL data and receipts, DATA data only, RET receipts only", None, 100)]
    dxp_mode: Annotated[str, wire("dxpMode", "Exchange mode: restricted to DXP", 3, 3)] = "DXP"
    dxp_address: Annotated[str, wire("dxpAddress", "User id on the exchange", None, 100)]
    note: Annotated[str | None, wire("note", "Remark", None, 1000)] = None


class Message(Contract):
    """One message with all its records, repeated ones included."""

    message_type: str = Field(description="CEB311, CEB622, …")
    guid: str = Field(description="Message id; empty when customs sent none")
    version: str = "1.0"
    records: tuple[Record, ...] = Field(min_length=1, description="The business records, in the order they came")
    transfer: Transfer | None = None
    subscribers: tuple[Subscriber, ...] = ()
    unknown: tuple[str, ...] = Field(
        (), description="Elements that were ignored, each path once, e.g. `Tax/TaxHeadRd/orderNo`"
    )
