"""Writes what customs says in receipts: 312, 412 and 512, 622, 624 and 626."""

from datetime import datetime
from uuid import UUID, uuid5

from clearway.contracts.documents import (
    CancelApplication,
    CancelReceipt,
    DeclarationList,
    ListReceipt,
    Order,
    OrderReceipt,
    Payment,
    PaymentReceipt,
    ReturnReceipt,
    TaxBill,
    TaxBillStatus,
    Waybill,
    WaybillReceipt,
)
from clearway.messages import write
from clearway.messages.records.format_check import FormatCheck
from simulator.customs.books import Voucher
from simulator.customs.filing import Applied, Filing
from simulator.customs.judgement import is_return

Notice = (
    OrderReceipt
    | PaymentReceipt
    | WaybillReceipt
    | ListReceipt
    | CancelReceipt
    | ReturnReceipt
    | TaxBill
    | TaxBillStatus
)
"""Whatever customs sends as a CEB message."""

_NAMESPACE = UUID("5b1f6f0e-6a0f-4e0b-9a53-0c8f6d1f7f6e")
_LONGEST_COP_NO = 20
_INVT_NO = 18


def guid_for(*parts: object) -> str:
    """A guid made from what it stands for, so that the same receipt always carries the same one."""
    return str(uuid5(_NAMESPACE, "/".join(map(str, parts)))).upper()


def write_record(record: Notice | FormatCheck) -> bytes:
    """One record as a message of its own."""
    return write([record], guid=guid_for("message", record.guid))


def answer_document(
    document: Voucher, status: str, at: datetime, info: str
) -> OrderReceipt | PaymentReceipt | WaybillReceipt:
    """The receipt for one of the three documents."""
    guid = guid_for(document.guid, status, at.isoformat())
    told = f"{info}[{document.guid}]" if status == "2" else info
    match document:
        case Order():
            return OrderReceipt(
                guid=guid,
                ebp_code=document.ebp_code,
                ebc_code=document.ebc_code,
                order_no=document.order_no,
                return_status=status,
                return_time=at,
                return_info=told,
            )
        case Payment():
            return PaymentReceipt(
                guid=guid,
                pay_code=document.pay_code,
                pay_transaction_id=document.pay_transaction_id,
                return_status=status,
                return_time=at,
                return_info=told,
            )
        case Waybill():
            return WaybillReceipt(
                guid=guid,
                logistics_code=document.logistics_code,
                logistics_no=document.logistics_no,
                return_status=status,
                return_time=at,
                return_info=told,
            )


def answer_list(filing: Filing, status: str, at: datetime, info: str) -> ListReceipt:
    """The receipt for a list; the order is named in the text, since the message has no field for it."""
    bare = filing.scenario.bare and is_return(status)
    return _list_receipt(filing, filing.declaration, filing.guid, (status, at, info), bare=bare)


def answer_change(filing: Filing, declaration: DeclarationList, status: str, at: datetime, info: str) -> ListReceipt:
    """The receipt for a modification: a list's receipt, with the modification's own number where it has one."""
    return _list_receipt(filing, declaration, declaration.guid, (status, at, info), bare=False)


def _list_receipt(
    filing: Filing, declared: DeclarationList, guid: str, said: tuple[str, datetime, str], *, bare: bool
) -> ListReceipt:
    status, at, info = said
    named = (
        info if info.startswith("[Code:") else f"{info}[电商企业编码：{declared.ebc_code}订单编号：{declared.order_no}]"
    )
    numbered = not bare and status not in ("1", "2", "3", "4") and not status.startswith("-")
    return ListReceipt(
        guid=guid_for(guid, status, at.isoformat()),
        customs_code=declared.customs_code,
        ebp_code=declared.ebp_code,
        ebc_code=declared.ebc_code,
        agent_code=declared.agent_code,
        cop_no=None if bare else declared.cop_no or declared.order_no[-_LONGEST_COP_NO:],
        pre_no=None if bare else filing.pre_no,
        invt_no=filing.invt_no if numbered else None,
        return_status=status,
        return_time=at,
        return_info=named,
    )


def answer_application(applied: Applied, status: str, at: datetime, info: str) -> CancelReceipt | ReturnReceipt:
    """The receipt for an application: 624 or 626; its own number says which of a list's applications is meant."""
    filed = applied.application
    receipt = CancelReceipt if isinstance(filed, CancelApplication) else ReturnReceipt
    return receipt(
        guid=guid_for(filed.guid, status, at.isoformat()),
        customs_code=filed.customs_code,
        agent_code=filed.agent_code,
        ebp_code=filed.ebp_code,
        ebc_code=filed.ebc_code,
        cop_no=filed.cop_no or filed.order_no[-_LONGEST_COP_NO:],
        pre_no=applied.pre_no,
        invt_no=filed.invt_no if len(filed.invt_no) == _INVT_NO else None,
        return_status=status,
        return_time=at,
        return_info=f"{info}[{filed.guid}]" if status == "2" else info,
    )
