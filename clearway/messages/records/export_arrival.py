"""The arrival list (运抵单), CEB507: which parcels came to the supervised site; and customs' receipt, CEB508."""

from typing import Annotated

from pydantic import Field

from clearway.contracts.base import Contract, Instant, wire
from clearway.messages.records.export_head import ExportHead


class ExportArrivalLine(Contract):
    """One parcel that arrived."""

    gnum: Annotated[int, wire("gnum", "Item number, counting up from 1", digits=5)]
    logistics_no: Annotated[
        str, wire("logisticsNo", "Waybill number; not reused within 6 months", None, 32, earlier=(1, 80))
    ]
    bulk_package_no: Annotated[
        str | None, wire("totalPackageNo", "Bulk bag or pallet; by post, the mail bag", None, 37)
    ] = None
    note: Annotated[str | None, wire("note", "Remark", None, 1000)] = None


class ExportArrival(ExportHead):
    """Sent by the logistics enterprise; long lists are split into several messages."""

    customs_code: Annotated[str, wire("customsCode", "Customs district where declared, 4 digits", 4, 4)]
    cop_no: Annotated[str, wire("copNo", "Enterprise's own number of the document", None, 30, earlier=(1, 30))]
    pre_no: Annotated[str | None, wire("preNo", "E-Port's pre-entry number, 18 characters", 18, 18)] = None
    operator_code: Annotated[
        str, wire("operatorCode", "Operator of the supervised site: code", None, 18, earlier=(1, 18))
    ]
    operator_name: Annotated[
        str, wire("operatorName", "Operator of the supervised site: name", None, 100, earlier=(1, 100))
    ]
    loct_no: Annotated[str | None, wire("loctNo", "Supervised site, where a district has several", None, 10)] = None
    ie_flag: Annotated[str, wire("ieFlag", "I import, E export", 1, 1)]
    traf_mode: Annotated[str, wire("trafMode", "Transport mode", 1, 1)]
    bill_no: Annotated[str | None, wire("billNo", "Bill of lading, master waybill or truck manifest", None, 37)] = None
    domestic_traf_no: Annotated[
        str, wire("domesticTrafNo", "Vehicle to the site, e.g. its number plate", None, 100, earlier=(1, 100))
    ]
    logistics_code: Annotated[
        str, wire("logisticsCode", "Logistics enterprise: customs or credit code", None, 18, earlier=(1, 18))
    ]
    logistics_name: Annotated[str, wire("logisticsName", "Logistics enterprise name", None, 100, earlier=(1, 100))]
    message_count: Annotated[int, wire("msgCount", "Messages the document is split into; 1 if it is whole", digits=9)]
    message_no: Annotated[int, wire("msgSeqNo", "Which of them this is: from 1, without gaps", digits=9)]
    note: Annotated[str | None, wire("note", "Remark", None, 1000)] = None
    lines: tuple[ExportArrivalLine, ...] = Field((), description="The parcels; may be left out")


class ExportArrivalReceipt(Contract):
    """Receipt 508 for an arrival list."""

    guid: Annotated[str, wire("guid", "Record id, 36 characters", 36, 36)]
    operator_code: Annotated[
        str | None, wire("operatorCode", "Operator of the supervised site: code", None, 18, due=True)
    ] = None
    logistics_code: Annotated[
        str | None, wire("logisticsCode", "Logistics enterprise: customs or credit code", None, 18, due=True)
    ] = None
    pre_no: Annotated[str | None, wire("preNo", "E-Port's pre-entry number, 18 characters", 18, 18, due=True)] = None
    cop_no: Annotated[str | None, wire("copNo", "Enterprise's own number of the document", None, 30, due=True)] = None
    bill_no: Annotated[
        str | None, wire("billNo", "Bill of lading, master waybill or truck manifest", None, 37, due=True)
    ] = None
    message_no: Annotated[
        int | None, wire("msgSeqNo", "Which of them this is: from 1, without gaps", digits=9, due=True)
    ] = None
    return_status: Annotated[str, wire("returnStatus", "Status; below 0 means a processing exception", 1, 10)]
    return_time: Annotated[Instant, wire("returnTime", "When customs acted")]
    return_info: Annotated[str, wire("returnInfo", "Text of the result", None, 1000)]
