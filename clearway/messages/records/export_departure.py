"""The departure list (离境单), CEB509: which parcels left the country; and customs' receipt, CEB510."""

from typing import Annotated

from pydantic import Field

from clearway.contracts.base import Contract, Instant, wire
from clearway.messages.records.export_head import ExportHead


class ExportDepartureLine(Contract):
    """One parcel that left."""

    gnum: Annotated[int, wire("gnum", "Item number, counting up from 1", digits=5)]
    bulk_package_no: Annotated[
        str | None, wire("totalPackageNo", "Bulk bag or pallet; by post, the mail bag", None, 37)
    ] = None
    logistics_no: Annotated[
        str, wire("logisticsNo", "Waybill number; not reused within 6 months", None, 32, earlier=(1, 80))
    ]
    note: Annotated[str | None, wire("note", "Remark", None, 1000)] = None


class ExportDeparture(ExportHead):
    """Sent by the logistics enterprise once the means of transport has left."""

    customs_code: Annotated[str, wire("customsCode", "Customs district where declared, 4 digits", 4, 4)]
    cop_no: Annotated[str, wire("copNo", "Enterprise's own number of the document", None, 30, earlier=(1, 30))]
    pre_no: Annotated[str | None, wire("preNo", "E-Port's pre-entry number, 18 characters", 18, 18)] = None
    logistics_code: Annotated[
        str, wire("logisticsCode", "Logistics enterprise: customs or credit code", None, 18, earlier=(1, 18))
    ]
    logistics_name: Annotated[str, wire("logisticsName", "Logistics enterprise name", None, 100, earlier=(1, 100))]
    traf_mode: Annotated[str, wire("trafMode", "Transport mode", 1, 1)]
    traf_name: Annotated[str | None, wire("trafName", "Name or number of the means of transport", None, 100)] = None
    voyage_no: Annotated[str | None, wire("voyageNo", "Voyage or flight", None, 32)] = None
    bill_no: Annotated[str | None, wire("billNo", "Bill of lading, master waybill or truck manifest", None, 37)] = None
    leave_time: Annotated[Instant, wire("leaveTime", "When the means of transport left the country")]
    message_count: Annotated[int, wire("msgCount", "Messages the document is split into; 1 if it is whole", digits=9)]
    message_no: Annotated[int, wire("msgSeqNo", "Which of them this is: from 1, without gaps", digits=9)]
    note: Annotated[str | None, wire("note", "Remark", None, 1000)] = None
    lines: tuple[ExportDepartureLine, ...] = Field(min_length=1, description="The parcels, at least one")


class ExportDepartureReceipt(Contract):
    """Receipt 510 for a departure list."""

    guid: Annotated[str, wire("guid", "Record id, 36 characters", 36, 36)]
    logistics_code: Annotated[
        str | None, wire("logisticsCode", "Logistics enterprise: customs or credit code", None, 18, due=True)
    ] = None
    cop_no: Annotated[str | None, wire("copNo", "Enterprise's own number of the document", None, 30, due=True)] = None
    pre_no: Annotated[str | None, wire("preNo", "E-Port's pre-entry number, 18 characters", 18, 18, due=True)] = None
    message_no: Annotated[
        int | None, wire("msgSeqNo", "Which of them this is: from 1, without gaps", digits=9, due=True)
    ] = None
    return_status: Annotated[
        str, wire("returnStatus", "Status; below 0 means a processing exception", 1, 10, earlier=(None, 10))
    ]
    return_time: Annotated[Instant, wire("returnTime", "When customs acted")]
    return_info: Annotated[str, wire("returnInfo", "Text of the result", None, 1000)]
