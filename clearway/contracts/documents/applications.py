"""Applications about a filed list: to cancel it (CEB623) or to return goods of it (CEB625), and customs' answers."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from clearway.contracts.base import Amount, Contract, Instant, wire
from clearway.contracts.documents.head import DocumentHead


class ApplicationKind(StrEnum):
    """What an enterprise applies for; the values are the `kind` of a JSON application."""

    CANCELLATION = "cancellation"
    GOODS_RETURN = "goods_return"


class _Application(DocumentHead):
    """What both applications say of the list they are about."""

    customs_code: Annotated[str, wire("customsCode", "Customs district where declared, 4 digits", 4, 4)]
    order_no: Annotated[str, wire("orderNo", "Order number, unique within one platform", 1, 60)]
    ebp_code: Annotated[str, wire("ebpCode", "E-commerce platform: customs or credit code", 1, 18)]
    ebp_name: Annotated[str, wire("ebpName", "Name of the platform as registered with customs", 1, 100)]
    ebc_code: Annotated[str, wire("ebcCode", "E-commerce enterprise: customs or credit code", 1, 18)]
    ebc_name: Annotated[str, wire("ebcName", "Name of the enterprise as registered with customs", 1, 100)]
    logistics_no: Annotated[str, wire("logisticsNo", "Original waybill number", 1, 60)]
    logistics_code: Annotated[str, wire("logisticsCode", "Logistics enterprise: customs or credit code", 1, 18)]
    logistics_name: Annotated[str, wire("logisticsName", "Logistics enterprise name", 1, 100)]
    cop_no: Annotated[str | None, wire("copNo", "Enterprise's own number of the application", None, 20)] = None
    pre_no: Annotated[str | None, wire("preNo", "E-Port's pre-entry number, 18 characters", None, 18)] = None
    invt_no: Annotated[str, wire("invtNo", "Customs number of the list, 18 characters", 1, 18)]
    buyer_id_type: Annotated[str, wire("buyerIdType", "1 identity card, the only one admitted", 1, 1)] = "1"
    buyer_id_number: Annotated[str, wire("buyerIdNumber", "Buyer's identity-card number", 1, 60)]
    buyer_name: Annotated[str, wire("buyerName", "Buyer's real name", 1, 60)]
    buyer_telephone: Annotated[str, wire("buyerTelephone", "Buyer's telephone", 1, 30)]
    agent_code: Annotated[str, wire("agentCode", "Declaring enterprise (customs broker)", 1, 18)]
    agent_name: Annotated[str, wire("agentName", "Declaring enterprise name", 1, 100)]
    reason: Annotated[str, wire("reason", "Reason for it", 1, 1000)]
    note: Annotated[str | None, wire("note", "Remark", None, 1000)] = None


class CancelApplication(_Application):
    """Application to cancel a filed list, CEB623 (RULEBOOK B.4)."""

    kind: Literal["cancellation"] = Field("cancellation", description="Ours: which record this is")


class ReturnApplicationLine(Contract):
    """Goods of one original line that go back."""

    gnum: Annotated[int, wire("gnum", "Item number of the original list")]
    hs_code: Annotated[str, wire("gcode", "HS code, 10 digits", 10, 10)]
    goods_name: Annotated[str, wire("gname", "Commodity name as in the list", 1, 250)]
    qty: Annotated[Amount, wire("qty", "Quantity returned, not above the original")]
    unit: Annotated[str, wire("unit", "Unit code (customs 3-digit unit table)", 3, 3)]
    note: Annotated[str | None, wire("note", "Remark", None, 1000)] = None


class ReturnApplication(_Application):
    """Application to return all or part of a released list, CEB625 (RULEBOOK B.8)."""

    kind: Literal["goods_return"] = Field("goods_return", description="Ours: which record this is")
    lines: tuple[ReturnApplicationLine, ...] = Field(
        min_length=1, max_length=99, description="The goods that go back, 1 to 99 lines"
    )


class _ApplicationReceipt(Contract):
    """What customs answers to an application."""

    guid: Annotated[str, wire("guid", "Record id, 36 characters", 36, 36)]
    customs_code: Annotated[str | None, wire("customsCode", "Customs district where declared, 4 digits", 4, 4)] = None
    agent_code: Annotated[str | None, wire("agentCode", "Declaring enterprise (customs broker)", 1, 18)] = None
    ebp_code: Annotated[str | None, wire("ebpCode", "E-commerce platform: customs or credit code", 1, 18)] = None
    ebc_code: Annotated[str | None, wire("ebcCode", "E-commerce enterprise: customs or credit code", 1, 18)] = None
    cop_no: Annotated[str | None, wire("copNo", "Enterprise's own number of the application", 1, 20, due=True)] = None
    pre_no: Annotated[str | None, wire("preNo", "E-Port's pre-entry number, 18 characters", 18, 18, due=True)] = None
    invt_no: Annotated[str | None, wire("invtNo", "Customs number of the list, 18 characters", 18, 18)] = None
    return_status: Annotated[str, wire("returnStatus", "Status; below 0 means a processing exception", 1, 10)]
    return_time: Annotated[Instant, wire("returnTime", "When customs acted")]
    return_info: Annotated[str, wire("returnInfo", "Text of the result", 1, 1000)]


class CancelReceipt(_ApplicationReceipt):
    """Receipt 624 for an application to cancel."""


class ReturnReceipt(_ApplicationReceipt):
    """Receipt 626 for an application to return goods."""
