"""The tally of a returned export parcel (理货明细单), CEB215; and customs' receipt, CEB216. Both since 2022-05."""

from typing import Annotated

from clearway.contracts.base import Contract, Instant, wire
from clearway.messages.records.export_head import ExportHead


class ExportReturnTally(ExportHead):
    """Sent by the operator of the supervised site where the parcel came back."""

    customs_code: Annotated[str, wire("customsCode", "Customs district where declared, 4 digits", 4, 4)]
    operator_code: Annotated[str, wire("operatorCode", "Operator of the supervised site: code", None, 18)]
    operator_name: Annotated[str, wire("operatorName", "Operator of the supervised site: name", None, 100)]
    logistics_code: Annotated[str, wire("logisticsCode", "Logistics enterprise: customs or credit code", None, 18)]
    logistics_name: Annotated[str, wire("logisticsName", "Logistics enterprise name", None, 100)]
    logistics_no: Annotated[str, wire("logisticsNo", "Waybill number: of the export, or of the way back", None, 80)]
    invt_no: Annotated[
        str | None, wire("invtNo", "Customs number of the original export list, 18 to 20 characters", None, 20)
    ] = None
    cop_no: Annotated[str, wire("coElNo", "Enterprise's own number of the document", None, 20)]
    pre_no: Annotated[str | None, wire("preNo", "E-Port's pre-entry number, 18 characters", None, 18)] = None
    bill_no: Annotated[
        str, wire("billNo", "Bill of lading or master waybill; the waybill number where there is none", None, 37)
    ]
    ie_flag: Annotated[str, wire("ieFlag", "I for an export that returns", 1, 1)]
    traf_mode: Annotated[str, wire("trafMode", "Transport mode", 1, 1)]
    traf_name: Annotated[str, wire("trafName", "Name or number of the means of transport", None, 100)]
    voyage_no: Annotated[str, wire("voyageNo", "Voyage or flight", None, 32)]
    location: Annotated[str | None, wire("location", "Where it was unloaded or is stored", None, 250)] = None
    note: Annotated[str | None, wire("note", "Remark", None, 250)] = None


class ExportReturnTallyReceipt(Contract):
    """Receipt 216 for a tally."""

    guid: Annotated[str, wire("guid", "Record id, 36 characters", 36, 36)]
    operator_code: Annotated[
        str | None, wire("operatorCode", "Operator of the supervised site: code", None, 18, due=True)
    ] = None
    logistics_code: Annotated[
        str | None, wire("logisticsCode", "Logistics enterprise: customs or credit code", None, 18, due=True)
    ] = None
    logistics_no: Annotated[
        str | None, wire("logisticsNo", "Waybill number; not reused within 6 months", None, 80, due=True)
    ] = None
    cop_no: Annotated[str | None, wire("coElNo", "Enterprise's own number of the document", None, 30, due=True)] = None
    pre_no: Annotated[str | None, wire("preNo", "E-Port's pre-entry number, 18 characters", None, 18)] = None
    return_status: Annotated[str, wire("returnStatus", "Status; below 0 means a processing exception", None, 10)]
    return_time: Annotated[Instant, wire("returnTime", "When customs acted")]
    return_info: Annotated[str, wire("returnInfo", "Text of the result", None, 1000)]
