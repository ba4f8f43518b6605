"""Receipts and bills in the one shape the list understands, with the keys that say which case they belong to."""

import re

from pydantic import Field

from clearway.contracts.base import Contract
from clearway.contracts.customs import CustomsReceipt, TaxBillNotice
from clearway.contracts.documents import (
    ApplicationKind,
    CancelReceipt,
    DocumentKind,
    ListReceipt,
    OrderReceipt,
    PaymentReceipt,
    ReturnReceipt,
    TaxBill,
    TaxBillStatus,
    WaybillReceipt,
)
from clearway.messages.message import Message

_INNER_CODE = re.compile(r"\[\s*Code\s*[:：]\s*(\d+)\s*[;；]", re.IGNORECASE)
_ORDER_NO = re.compile(r"订单编号\s*[:：]\s*([^\s,，;；\[\]【】()（）]{1,60})")


class Correlation(Contract):
    """The natural keys a receipt or bill carries; which of them are set depends on the message (REFERENCE §6.1)."""

    ebp_code: str | None = None
    ebc_code: str | None = None
    order_no: str | None = Field(None, description="From the record, or found inside returnInfo")
    pay_code: str | None = None
    pay_transaction_id: str | None = None
    logistics_code: str | None = None
    logistics_no: str | None = None
    cop_no: str | None = None
    pre_no: str | None = None
    invt_no: str | None = None
    tax_no: str | None = None


Receipt = OrderReceipt | PaymentReceipt | WaybillReceipt | ListReceipt | CancelReceipt | ReturnReceipt
"""What customs answers to a document or an application."""

_ABOUT: dict[type[Receipt], DocumentKind | ApplicationKind] = {
    OrderReceipt: DocumentKind.ORDER,
    PaymentReceipt: DocumentKind.PAYMENT,
    WaybillReceipt: DocumentKind.WAYBILL,
    ListReceipt: DocumentKind.DECLARATION_LIST,
    CancelReceipt: ApplicationKind.CANCELLATION,
    ReturnReceipt: ApplicationKind.GOODS_RETURN,
}


def customs_receipts(message: Message) -> tuple[tuple[Correlation, CustomsReceipt], ...]:
    """The receipts of a 312, 412, 512, 622, 624 or 626, repeats included, in their order; none for other messages."""
    return tuple((_correlation(record), _receipt(record)) for record in message.records if isinstance(record, Receipt))


def tax_bill_notices(message: Message) -> tuple[tuple[Correlation, TaxBillNotice], ...]:
    """The bills of an 816, totalled in CNY, or the new statuses of an 818; none for any other message."""
    return tuple(
        (_correlation(record), _notice(record))
        for record in message.records
        if isinstance(record, TaxBill | TaxBillStatus)
    )


def inner_code(return_info: str) -> str | None:
    """`nnnn` of the first `[Code:nnnn;Desc:…]` in a receipt's text, or None (REFERENCE §6.2)."""
    found = _INNER_CODE.search(return_info)
    return found[1] if found else None


def _receipt(record: Receipt) -> CustomsReceipt:
    return CustomsReceipt(
        about=_ABOUT[type(record)],
        status=record.return_status,
        at=record.return_time,
        info=record.return_info,
        inner_code=inner_code(record.return_info),
        pre_no=getattr(record, "pre_no", None),
        invt_no=getattr(record, "invt_no", None),
        cop_no=record.cop_no if isinstance(record, CancelReceipt | ReturnReceipt) else None,
    )


def _notice(record: TaxBill | TaxBillStatus) -> TaxBillNotice:
    total = (
        record.customs_tax + record.consumption_tax + record.value_added_tax if isinstance(record, TaxBill) else None
    )
    return TaxBillNotice(
        bill_no=record.tax_no,
        invt_no=record.invt_no,
        status=record.status,
        total=total,
        payment_order_no=record.ent_duty_no,
        at=record.return_time,
    )


def _correlation(record: Contract) -> Correlation:
    """The record's own keys; receipts about a list or an application name the order only in their text."""
    keys = {field: getattr(record, field, None) for field in Correlation.model_fields}
    if isinstance(record, ListReceipt | CancelReceipt | ReturnReceipt) and (
        found := _ORDER_NO.search(record.return_info)
    ):
        keys["order_no"] = found[1]
    return Correlation.model_validate(keys)
