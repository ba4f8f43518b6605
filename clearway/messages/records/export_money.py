"""The receipt of money (收款单), CEB403: what the seller was paid for an order; and customs' receipt, CEB404."""

from typing import Annotated

from clearway.contracts.base import Amount, Contract, Instant, wire
from clearway.messages.records.export_head import ExportHead


class MoneyReceipt(ExportHead):
    """Sent by the payment enterprise; customs no longer asks for it since 2024-12-15 (RULEBOOK X8)."""

    ebp_code: Annotated[str, wire("ebpCode", "E-commerce platform: customs or credit code", None, 18, earlier=(1, 50))]
    ebp_name: Annotated[
        str, wire("ebpName", "Name of the platform as registered with customs", None, 100, earlier=(1, 100))
    ]
    ebc_code: Annotated[
        str, wire("ebcCode", "E-commerce enterprise: customs or credit code", None, 18, earlier=(1, 18))
    ]
    ebc_name: Annotated[
        str, wire("ebcName", "Name of the enterprise as registered with customs", None, 100, earlier=(1, 100))
    ]
    order_no: Annotated[str, wire("orderNo", "Order number, unique within one platform", None, 60, earlier=(1, 60))]
    pay_code: Annotated[
        str | None, wire("payCode", "Payment enterprise: customs code; required for domestic ones", None, 18)
    ] = None
    pay_name: Annotated[
        str, wire("payName", "Payment enterprise name; '现金支付' when not paid on-line", None, 100, earlier=(1, 100))
    ]
    pay_no: Annotated[str | None, wire("payNo", "Payment enterprise's transaction number", None, 60)] = None
    charge: Annotated[Amount, wire("charge", "Amount received")]
    currency: Annotated[str, wire("currency", "Currency, 3-digit code", 3, 3)]
    accounting_time: Annotated[Instant, wire("accountingDate", "When the money was received on account")]
    note: Annotated[str | None, wire("note", "Remark", None, 1000)] = None


class MoneyReceiptReceipt(Contract):
    """Receipt 404 for a receipt of money."""

    guid: Annotated[str, wire("guid", "Record id, 36 characters", 36, 36)]
    ebc_code: Annotated[str, wire("ebcCode", "E-commerce enterprise: customs or credit code", None, 18)]
    order_no: Annotated[str, wire("orderNo", "Order number, unique within one platform", None, 60)]
    pay_no: Annotated[str | None, wire("payNo", "Payment enterprise's transaction number", None, 60)] = None
    return_status: Annotated[str, wire("returnStatus", "Status; below 0 means a processing exception", 1, 10)]
    return_time: Annotated[Instant, wire("returnTime", "When customs acted")]
    return_info: Annotated[str, wire("returnInfo", "Text of the result", None, 1000)]
