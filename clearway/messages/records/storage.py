"""The into-storage list, CEB711: which parcels really arrived at the site; and customs' receipt, CEB712."""

from typing import Annotated

from pydantic import Field

from clearway.contracts.base import Contract, Instant, wire
from clearway.contracts.documents.head import DocumentHead


class DeliveryLine(Contract):
    """One parcel that arrived."""

    gnum: Annotated[int, wire("gnum", "Item number, counting up from 1")]
    logistics_no: Annotated[str, wire("logisticsNo", "Waybill number; not reused within 6 months", 1, 60)]
    note: Annotated[str | None, wire("note", "Remark", None, 1000)] = None


class Delivery(DocumentHead):
    """Sent by the operator of the supervised site; without it 9610 lists wait for their arrival (REFERENCE §12)."""

    customs_code: Annotated[str, wire("customsCode", "Customs district where declared, 4 digits", 4, 4)]
    cop_no: Annotated[str | None, wire("copNo", "Enterprise's own number of the document", None, 20)] = None
    pre_no: Annotated[str | None, wire("preNo", "E-Port's pre-entry number, 18 characters", None, 18)] = None
    rkd_no: Annotated[str | None, wire("rkdNo", "Customs' number of the into-storage list", None, 18)] = None
    operator_code: Annotated[str, wire("operatorCode", "Operator of the supervised site: code", 1, 18)]
    operator_name: Annotated[str, wire("operatorName", "Operator of the supervised site: name", 1, 100)]
    ie_flag: Annotated[str, wire("ieFlag", "I import, E export", 1, 1)] = "I"
    traf_mode: Annotated[str, wire("trafMode", "Transport mode", 1, 1)]
    traf_no: Annotated[str, wire("trafNo", "Means of transport: number or name", 1, 100)]
    voyage_no: Annotated[str, wire("voyageNo", "Voyage or flight", 1, 32)]
    bill_no: Annotated[str, wire("billNo", "Bill of lading, master waybill or truck manifest", 1, 37)]
    logistics_code: Annotated[str, wire("logisticsCode", "Logistics enterprise: customs or credit code", 1, 18)]
    logistics_name: Annotated[str, wire("logisticsName", "Logistics enterprise name", 1, 100)]
    unload_location: Annotated[str | None, wire("unloadLocation", "Where it was unloaded", None, 100)] = None
    note: Annotated[str | None, wire("note", "Remark", None, 1000)] = None
    lines: tuple[DeliveryLine, ...] = Field(min_length=1, description="The parcels, any number of them")


class DeliveryReceipt(Contract):
    """Receipt 712 for an into-storage list."""

    guid: Annotated[str, wire("guid", "Record id, 36 characters", 36, 36)]
    customs_code: Annotated[str | None, wire("customsCode", "Customs district where declared, 4 digits", 4, 4)] = None
    operator_code: Annotated[str | None, wire("operatorCode", "Operator of the supervised site: code", 1, 18)] = None
    cop_no: Annotated[str | None, wire("copNo", "Enterprise's own number of the document", None, 20)] = None
    pre_no: Annotated[str | None, wire("preNo", "E-Port's pre-entry number, 18 characters", None, 18)] = None
    rkd_no: Annotated[str | None, wire("rkdNo", "Customs' number of the into-storage list", None, 18)] = None
    return_status: Annotated[str, wire("returnStatus", "Status; below 0 means a processing exception", 1, 10)]
    return_time: Annotated[Instant, wire("returnTime", "When customs acted")]
    return_info: Annotated[str, wire("returnInfo", "Text of the result", 1, 1000)]
