"""Customs' receipts: 312, 412 and 512 for the three documents, 622 for the list (RULEBOOK B.0.4; REFERENCE §6)."""

from typing import Annotated

from clearway.contracts.base import Contract, Instant, wire


class OrderReceipt(Contract):
    """Receipt 312 for an order."""

    guid: Annotated[str, wire("guid", "Record id, 36 characters", 36, 36)]
    ebp_code: Annotated[str, wire("ebpCode", "E-commerce platform: customs or credit code", 1, 18)]
    ebc_code: Annotated[str, wire("ebcCode", "E-commerce enterprise: customs or credit code", 1, 18)]
    order_no: Annotated[str, wire("orderNo", "Order number, unique within one platform", 1, 60)]
    return_status: Annotated[str, wire("returnStatus", "Status; below 0 means a processing exception", 1, 10)]
    return_time: Annotated[Instant, wire("returnTime", "When customs acted")]
    return_info: Annotated[str, wire("returnInfo", "Text of the result", 1, 1000)]


class PaymentReceipt(Contract):
    """Receipt 412 for a payment voucher."""

    guid: Annotated[str, wire("guid", "Record id, 36 characters", 36, 36)]
    pay_code: Annotated[str, wire("payCode", "Payment enterprise: customs code", 1, 18)]
    pay_transaction_id: Annotated[str, wire("payTransactionId", "Payment enterprise's transaction number", 1, 60)]
    return_status: Annotated[str, wire("returnStatus", "Status; below 0 means a processing exception", 1, 10)]
    return_time: Annotated[Instant, wire("returnTime", "When customs acted")]
    return_info: Annotated[str, wire("returnInfo", "Text of the result", 1, 1000)]


class WaybillReceipt(Contract):
    """Receipt 512 for a waybill."""

    guid: Annotated[str, wire("guid", "Record id, 36 characters", 36, 36)]
    logistics_code: Annotated[str, wire("logisticsCode", "Logistics enterprise: customs or credit code", 1, 18)]
    logistics_no: Annotated[str, wire("logisticsNo", "Waybill number; not reused within 6 months", 1, 60)]
    return_status: Annotated[str, wire("returnStatus", "Status; below 0 means a processing exception", 1, 10)]
    return_time: Annotated[Instant, wire("returnTime", "When customs acted")]
    return_info: Annotated[str, wire("returnInfo", "Text of the result", 1, 1000)]


class ListReceipt(Contract):
    """Receipt 622 for a Declaration List."""

    guid: Annotated[str, wire("guid", "Record id, 36 characters", 36, 36)]
    customs_code: Annotated[str | None, wire("customsCode", "Customs district where declared, 4 digits", 4, 4)] = None
    ebp_code: Annotated[str | None, wire("ebpCode", "E-commerce platform: customs or credit code", 1, 18)] = None
    ebc_code: Annotated[str | None, wire("ebcCode", "E-commerce enterprise: customs or credit code", 1, 18)] = None
    agent_code: Annotated[str | None, wire("agentCode", "Declaring enterprise (customs broker)", 1, 18)] = None
    cop_no: Annotated[str | None, wire("copNo", "Enterprise's own number of the document", 1, 20, due=True)] = None
    pre_no: Annotated[str | None, wire("preNo", "E-Port's pre-entry number, 18 characters", 18, 18, due=True)] = None
    invt_no: Annotated[str | None, wire("invtNo", "Customs number of the list, 18 characters", 18, 18)] = None
    return_status: Annotated[str, wire("returnStatus", "Status; below 0 means a processing exception", 1, 10)]
    return_time: Annotated[Instant, wire("returnTime", "When customs acted")]
    return_info: Annotated[str, wire("returnInfo", "Text of the result", 1, 1000)]
