"""The master waybill (清单总分单), CEB607: which lists travel under one bill; and customs' receipt, CEB608."""

from typing import Annotated

from pydantic import Field

from clearway.contracts.base import Amount, Contract, Instant, wire
from clearway.messages.records.export_head import ExportHead


class ExportMasterWaybillLine(Contract):
    """One parcel under the bill, with its list."""

    gnum: Annotated[int, wire("gnum", "Item number, counting up from 1", digits=5)]
    bulk_package_no: Annotated[
        str | None, wire("totalPackageNo", "Bulk bag or pallet; by post, the mail bag", None, 60)
    ] = None
    logistics_no: Annotated[
        str, wire("logisticsNo", "Waybill number; not reused within 6 months", None, 32, earlier=(1, 80))
    ]
    invt_no: Annotated[
        str | None, wire("invtNo", "Customs number of the export list, 18 to 20 characters", None, 20, earlier=(18, 18))
    ] = None
    note: Annotated[str | None, wire("note", "Remark", None, 1000)] = None


class ExportMasterWaybill(ExportHead):
    """Sent by the declaring enterprise once the transport is known."""

    customs_code: Annotated[str, wire("customsCode", "Customs district where declared, 4 digits", 4, 4)]
    cop_no: Annotated[str, wire("copNo", "Enterprise's own number of the document", None, 30, earlier=(1, 30))]
    pre_no: Annotated[str | None, wire("preNo", "E-Port's pre-entry number, 18 characters", 18, 18)] = None
    agent_code: Annotated[str, wire("agentCode", "Declaring enterprise (customs broker)", None, 18, earlier=(1, 18))]
    agent_name: Annotated[str, wire("agentName", "Declaring enterprise name", None, 100, earlier=(1, 100))]
    loct_no: Annotated[str | None, wire("loctNo", "Supervised site, where a district has several", None, 10)] = None
    traf_mode: Annotated[str, wire("trafMode", "Transport mode", 1, 1)]
    traf_name: Annotated[str, wire("trafName", "Name or number of the means of transport", None, 100, earlier=(1, 100))]
    voyage_no: Annotated[str, wire("voyageNo", "Voyage or flight", None, 32, earlier=(1, 32))]
    bill_no: Annotated[
        str, wire("billNo", "Bill of lading, master waybill or truck manifest", None, 37, earlier=(1, 37))
    ]
    domestic_traf_no: Annotated[
        str | None, wire("domesticTrafNo", "Vehicle to the site, e.g. its number plate", None, 100)
    ] = None
    gross_weight: Annotated[Amount, wire("grossWeight", "Gross weight in kg")]
    logistics_code: Annotated[
        str, wire("logisticsCode", "Logistics enterprise: customs or credit code", None, 18, earlier=(1, 18))
    ]
    logistics_name: Annotated[str, wire("logisticsName", "Logistics enterprise name", None, 100, earlier=(1, 100))]
    message_count: Annotated[int, wire("msgCount", "Messages the document is split into; 1 if it is whole", digits=9)]
    message_no: Annotated[int, wire("msgSeqNo", "Which of them this is: from 1, without gaps", digits=9)]
    note: Annotated[str | None, wire("note", "Remark", None, 1000)] = None
    lines: tuple[ExportMasterWaybillLine, ...] = Field(min_length=1, description="The parcels, at least one")


class ExportMasterWaybillReceipt(Contract):
    """Receipt 608 for a master waybill."""

    guid: Annotated[str, wire("guid", "Record id, 36 characters", 36, 36)]
    agent_code: Annotated[
        str | None, wire("agentCode", "Declaring enterprise (customs broker)", None, 18, due=True)
    ] = None
    logistics_code: Annotated[
        str | None, wire("logisticsCode", "Logistics enterprise: customs or credit code", None, 18, due=True)
    ] = None
    cop_no: Annotated[str | None, wire("copNo", "Enterprise's own number of the document", None, 30, due=True)] = None
    pre_no: Annotated[str | None, wire("preNo", "E-Port's pre-entry number, 18 characters", 18, 18, due=True)] = None
    bill_no: Annotated[
        str | None, wire("billNo", "Bill of lading, master waybill or truck manifest", None, 37, due=True)
    ] = None
    message_no: Annotated[
        int | None, wire("msgSeqNo", "Which of them this is: from 1, without gaps", digits=9, due=True)
    ] = None
    return_status: Annotated[str, wire("returnStatus", "Status; below 0 means a processing exception", 1, 10)]
    return_time: Annotated[Instant, wire("returnTime", "When customs acted")]
    return_info: Annotated[str, wire("returnInfo", "Text of the result", None, 1000)]
