"""Writes what customs says: receipts 312, 412, 512 and 622, and the electronic tax bill 816."""

from collections.abc import Sequence
from datetime import datetime
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from uuid import UUID, uuid5

from clearway.contracts.documents import (
    ListReceipt,
    Order,
    OrderReceipt,
    Payment,
    PaymentReceipt,
    TaxBill,
    TaxBillLine,
    Waybill,
    WaybillReceipt,
)
from clearway.messages import write
from simulator.customs.books import Filing, Voucher
from simulator.customs.judgement import is_return

_NAMESPACE = UUID("5b1f6f0e-6a0f-4e0b-9a53-0c8f6d1f7f6e")
_FEN = Decimal("0.01")
_LONGEST_COP_NO = 20


def guid_for(*parts: object) -> str:
    """A guid made from what it stands for, so that the same receipt always carries the same one."""
    return str(uuid5(_NAMESPACE, "/".join(map(str, parts)))).upper()


def write_receipt(record: OrderReceipt | PaymentReceipt | WaybillReceipt | ListReceipt | TaxBill) -> bytes:
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
    declared = filing.declaration
    named = (
        info if info.startswith("[Code:") else f"{info}[电商企业编码：{declared.ebc_code}订单编号：{declared.order_no}]"
    )
    bare = filing.scenario.bare and is_return(status)
    numbered = not bare and status not in ("1", "2", "3", "4") and not status.startswith("-")
    return ListReceipt(
        guid=guid_for(declared.guid, status, at.isoformat()),
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


def assess(filing: Filing, order: Order, surplus: Decimal, at: datetime) -> TaxBill:
    """The tax bill: the tax withheld by the order plus `surplus`, all of it VAT, spread over the lines by price."""
    declared = filing.declaration
    prices = [line.total_price for line in declared.lines]
    taxes = spread(order.tax_total + surplus, prices)
    charges = spread(declared.freight + declared.insured_fee, prices)
    lines = tuple(
        TaxBillLine(
            gnum=line.gnum,
            hs_code=line.hs_code,
            tax_price=line.total_price + charge,
            customs_tax=Decimal(0),
            value_added_tax=tax,
            consumption_tax=Decimal(0),
        )
        for line, tax, charge in zip(declared.lines, taxes, charges, strict=True)
    )
    return TaxBill(
        guid=guid_for(declared.guid, "816"),
        return_time=at,
        invt_no=filing.invt_no,
        tax_no=f"{filing.invt_no}_0",
        customs_tax=Decimal(0),
        value_added_tax=sum(taxes, Decimal(0)),
        consumption_tax=Decimal(0),
        status="1",
        # The word tells the bank how to behave, also after a restart of the simulator.
        ent_duty_no=f"JK{filing.invt_no}-{filing.scenario.word}",
        assure_code=declared.assure_code,
        ebc_code=declared.ebc_code,
        logistics_code=declared.logistics_code,
        agent_code=declared.agent_code,
        customs_code=declared.customs_code,
        lines=lines,
    )


def spread(amount: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """Split an amount in CNY by weight to the fen, half up; the remainder goes to the heaviest (B.9.1, D-14).

    Where many small parts, all rounded up, would leave the heaviest less than nothing, they are rounded down instead.
    """
    heaviest = weights.index(max(weights))
    whole = sum(weights, Decimal(0)) or Decimal(1)
    for rounding in (ROUND_HALF_UP, ROUND_DOWN):
        parts = [(amount * weight / whole).quantize(_FEN, rounding) for weight in weights]
        parts[heaviest] += amount - sum(parts, Decimal(0))
        if parts[heaviest] >= 0:
            break
    return parts
