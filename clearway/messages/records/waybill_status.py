"""The waybill status, CEB513: the parcel was signed for; and customs' receipt, CEB514 (REFERENCE §3)."""

from typing import Annotated

from clearway.contracts.base import Contract, Instant, wire
from clearway.contracts.documents.head import DocumentHead


class WaybillStatus(DocumentHead):
    """Sent by the logistics enterprise once the buyer has the parcel."""

    logistics_code: Annotated[str, wire("logisticsCode", "Logistics enterprise: customs or credit code", 1, 18)]
    logistics_name: Annotated[str, wire("logisticsName", "Logistics enterprise name", 1, 100)]
    logistics_no: Annotated[str, wire("logisticsNo", "Waybill number; not reused within 6 months", 1, 60)]
    logistics_status: Annotated[str, wire("logisticsStatus", "Waybill status: restricted to S, signed for", 1, 1)] = "S"
    logistics_time: Annotated[Instant, wire("logisticsTime", "When the parcel came to this status")]
    note: Annotated[str | None, wire("note", "Remark", None, 1000)] = None


class WaybillStatusReceipt(Contract):
    """Receipt 514 for a waybill status."""

    guid: Annotated[str, wire("guid", "Record id, 36 characters", 36, 36)]
    logistics_code: Annotated[str, wire("logisticsCode", "Logistics enterprise: customs or credit code", 1, 18)]
    logistics_no: Annotated[str, wire("logisticsNo", "Waybill number; not reused within 6 months", 1, 60)]
    logistics_status: Annotated[str, wire("logisticsStatus", "Waybill status: restricted to S, signed for", 1, 1)]
    return_status: Annotated[str, wire("returnStatus", "Status; below 0 means a processing exception", 1, 10)]
    return_time: Annotated[Instant, wire("returnTime", "When customs acted")]
    return_info: Annotated[str, wire("returnInfo", "Text of the result", 1, 1000)]
