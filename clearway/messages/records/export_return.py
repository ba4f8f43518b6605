"""The application to return exported goods, CEB213; and customs' receipt, CEB214. Both since 2022-05."""

from typing import Annotated

from pydantic import Field

from clearway.contracts.base import Amount, Contract, Instant, wire
from clearway.messages.records.export_head import ExportHead


class ExportReturnLine(Contract):
    """Goods of one original line that come back."""

    gnum: Annotated[int, wire("gnum", "Item number of the original list", digits=4)]
    hs_code: Annotated[str, wire("gcode", "HS code, 10 digits", None, 10)]
    goods_name: Annotated[str, wire("gname", "Commodity name", None, 250)]
    specification: Annotated[
        str, wire("gmodel", "Specification and model, for classification and valuation", None, 250)
    ]
    qty: Annotated[Amount, wire("qty", "Quantity returned, not above the original")]
    qty1: Annotated[Amount, wire("qty1", "First statutory quantity, not above the original")]
    unit: Annotated[str, wire("unit", "Unit code (customs 3-digit unit table)", 3, 3)]
    unit1: Annotated[str, wire("unit1", "First statutory unit", 3, 3)]
    qty2: Annotated[Amount | None, wire("qty2", "Second statutory quantity, not above the original")] = None
    unit2: Annotated[str | None, wire("unit2", "Second statutory unit", 3, 3)] = None
    note: Annotated[str | None, wire("note", "Remark", None, 500)] = None


class ExportReturnApplication(ExportHead):
    """Sent by the e-commerce enterprise or its agent."""

    customs_code: Annotated[str, wire("customsCode", "Customs district where declared, 4 digits", 4, 4)]
    loct_no: Annotated[str | None, wire("loctNo", "Supervised site, where a district has several", None, 10)] = None
    ebp_code: Annotated[str, wire("ebpCode", "E-commerce platform: customs or credit code", None, 18)]
    ebp_name: Annotated[str, wire("ebpName", "Name of the platform as registered with customs", None, 100)]
    ebc_code: Annotated[str, wire("ebcCode", "E-commerce enterprise: customs or credit code", None, 18)]
    ebc_name: Annotated[str, wire("ebcName", "Name of the enterprise as registered with customs", None, 100)]
    logistics_no: Annotated[str, wire("logisticsNo", "Waybill number: of the export, or of the way back", None, 80)]
    logistics_code: Annotated[str, wire("logisticsCode", "Logistics enterprise: customs or credit code", None, 18)]
    logistics_name: Annotated[str, wire("logisticsName", "Logistics enterprise name", None, 100)]
    cop_no: Annotated[str, wire("coElNo", "Enterprise's own number of the document", None, 30)]
    pre_no: Annotated[str | None, wire("preNo", "E-Port's pre-entry number, 18 characters", None, 18)] = None
    invt_no: Annotated[str, wire("invtNo", "Customs number of the original export list, 18 to 20 characters", None, 20)]
    trade_mode: Annotated[
        str | None, wire("tradeMode", "How it returns: 9661 ordinary export, 1261 special area", 4, 4)
    ] = None
    agent_code: Annotated[str, wire("agentCode", "Declaring enterprise (customs broker)", None, 18)]
    agent_name: Annotated[str, wire("agentName", "Declaring enterprise name", None, 100)]
    bill_no: Annotated[
        str, wire("billNo", "Bill of lading or master waybill; the waybill number where there is none", None, 37)
    ]
    ie_flag: Annotated[str, wire("ieFlag", "I for an export that returns", None, 1)]
    traf_mode: Annotated[str, wire("trafMode", "Transport mode", None, 1)]
    traf_name: Annotated[str, wire("trafName", "Name or number of the means of transport", None, 100)]
    port_code: Annotated[str, wire("portCode", "Customs district of the border port, 4 digits", None, 4)]
    reason: Annotated[str, wire("reason", "Reason for the return", None, 500)]
    country: Annotated[str, wire("country", "Country of departure, 3-digit code; not China", None, 3)]
    voyage_no: Annotated[str, wire("voyageNo", "Voyage or flight", None, 32)]
    note: Annotated[str | None, wire("note", "Remark", None, 500)] = None
    lines: tuple[ExportReturnLine, ...] = Field(
        min_length=1, max_length=100, description="The goods that come back, 1 to 100 lines"
    )


class ExportReturnReceipt(Contract):
    """Receipt 214 for an application to return."""

    guid: Annotated[str, wire("guid", "Record id, 36 characters", 36, 36)]
    ebp_code: Annotated[str | None, wire("ebpCode", "E-commerce platform: customs or credit code", None, 18)] = None
    ebc_code: Annotated[str | None, wire("ebcCode", "E-commerce enterprise: customs or credit code", None, 18)] = None
    agent_code: Annotated[
        str | None, wire("agentCode", "Declaring enterprise (customs broker)", None, 18, due=True)
    ] = None
    cop_no: Annotated[str | None, wire("coElNo", "Enterprise's own number of the document", None, 30, due=True)] = None
    pre_no: Annotated[str | None, wire("preNo", "E-Port's pre-entry number, 18 characters", None, 18)] = None
    invt_no: Annotated[
        str | None,
        wire("invtNo", "Customs number of the original export list, 18 to 20 characters", None, 20, due=True),
    ] = None
    return_status: Annotated[str, wire("returnStatus", "Status; below 0 means a processing exception", None, 10)]
    return_time: Annotated[Instant, wire("returnTime", "When customs acted")]
    return_info: Annotated[str, wire("returnInfo", "Text of the result", None, 1000)]
