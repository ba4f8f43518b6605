"""The monthly summary of exports: the application, CEB701; customs' receipt, CEB702, and the result, CEB792."""

from typing import Annotated

from pydantic import Field

from clearway.contracts.base import Amount, Contract, Instant, wire
from clearway.messages.records.export_head import ExportHead


class SummaryApplicationLine(Contract):
    """One list to summarise."""

    invt_no: Annotated[
        str, wire("invtNo", "Customs number of a list to summarise, 18 to 20 characters", None, 20, earlier=(18, 18))
    ]


class SummaryApplication(ExportHead):
    """Asks customs to make declaration forms of closed lists (RULEBOOK B.10)."""

    customs_code: Annotated[str, wire("customsCode", "Customs district where declared, 4 digits", 4, 4)]
    cop_no: Annotated[str, wire("copNo", "Enterprise's own number of the document", None, 30, earlier=(1, 30))]
    pre_no: Annotated[str | None, wire("preNo", "E-Port's pre-entry number, 18 characters", None, 18)] = None
    summary_no: Annotated[str | None, wire("sumNo", "Customs' number of the summary application", None, 18)] = None
    agent_code: Annotated[str, wire("agentCode", "Declaring enterprise (customs broker)", None, 18, earlier=(1, 18))]
    agent_name: Annotated[str, wire("agentName", "Declaring enterprise name", None, 100, earlier=(1, 100))]
    ebc_code: Annotated[
        str, wire("ebcCode", "E-commerce enterprise: customs or credit code", None, 18, earlier=(1, 18))
    ]
    ebc_name: Annotated[
        str, wire("ebcName", "Name of the enterprise as registered with customs", None, 100, earlier=(1, 100))
    ]
    form_agent_code: Annotated[
        str, wire("declAgentCode", "Broker who declares the form: code", None, 18, earlier=(1, 18))
    ]
    form_agent_name: Annotated[
        str, wire("declAgentName", "Broker who declares the form: name", None, 100, earlier=(1, 100))
    ]
    start_time: Annotated[
        Instant | None, wire("startTime", "Lists from this instant on; with endTime, instead of the lines")
    ] = None
    end_time: Annotated[Instant | None, wire("endTime", "Lists until this instant; with startTime")] = None
    loct_no: Annotated[str | None, wire("loctNo", "Supervised site, where a district has several", None, 10)] = None
    summary_flag: Annotated[
        str, wire("summaryFlag", "Summarise by 1 consignor, 2 consignor and producer or seller", 1, 1)
    ]
    item_name_flag: Annotated[
        str, wire("itemNameFlag", "1 merges only goods of the same name; otherwise by general class", 1, 1)
    ]
    message_count: Annotated[int, wire("msgCount", "Messages the document is split into; 1 if it is whole", digits=9)]
    message_no: Annotated[int, wire("msgSeqNo", "Which of them this is: from 1, without gaps", digits=9)]
    note: Annotated[str | None, wire("note", "Remark", None, 1000)] = None
    lines: tuple[SummaryApplicationLine, ...] = Field(
        (), description="The lists; none where start and end time are given"
    )


class SummaryReceipt(Contract):
    """Receipt 702 for a summary application."""

    guid: Annotated[str, wire("guid", "Record id, 36 characters", 36, 36)]
    agent_code: Annotated[
        str | None, wire("agentCode", "Declaring enterprise (customs broker)", None, 18, due=True)
    ] = None
    ebc_code: Annotated[
        str | None, wire("ebcCode", "E-commerce enterprise: customs or credit code", None, 18, due=True)
    ] = None
    cop_no: Annotated[str | None, wire("copNo", "Enterprise's own number of the document", None, 30, due=True)] = None
    pre_no: Annotated[str | None, wire("preNo", "E-Port's pre-entry number, 18 characters", 18, 18, due=True)] = None
    summary_no: Annotated[str | None, wire("sumNo", "Customs' number of the summary application", 18, 18)] = None
    message_no: Annotated[
        int | None, wire("msgSeqNo", "Which of them this is: from 1, without gaps", digits=9, due=True)
    ] = None
    return_status: Annotated[str, wire("returnStatus", "Status; below 0 means a processing exception", 1, 10)]
    return_time: Annotated[Instant, wire("returnTime", "When customs acted")]
    return_info: Annotated[str, wire("returnInfo", "Text of the result", None, 1000)]


class SummaryResultLine(Contract):
    """One item of a list that went into the form."""

    invt_no: Annotated[
        str, wire("invtNo", "Customs number of a summarised list, 18 to 20 characters", None, 20, earlier=(18, 18))
    ]
    logistics_no: Annotated[
        str, wire("logisticsNo", "Waybill number; not reused within 6 months", None, 32, earlier=(None, 80))
    ]
    form_gnum: Annotated[
        int | None, wire("gseqno", "Sequence number in the result", digits=5, since="202205", due=True)
    ] = None
    gnum: Annotated[int, wire("gnum", "Item number in that list", digits=5)]
    hs_code: Annotated[str, wire("gcode", "HS code, 10 digits", 10, 10)]


class SummaryResult(Contract):
    """One customs declaration form made of many lists."""

    guid: Annotated[str, wire("guid", "Record id, 36 characters", 36, 36)]
    customs_code: Annotated[str, wire("customsCode", "Customs district where declared, 4 digits", 4, 4)]
    summary_no: Annotated[str, wire("sumNo", "Customs' number of the summary application", 18, 18)]
    summary_time: Annotated[Instant, wire("opDate", "When customs made the summary")]
    form_no: Annotated[str, wire("declSeqNo", "Number of the result, one for each customs declaration form", 18, 18)]
    form_draft_no: Annotated[str | None, wire("decTmpNo", "E-Port's draft number of the form", 18, 18)] = None
    form_pre_no: Annotated[str | None, wire("decPreNo", "E-Port's pre-entry number of the form", 18, 18)] = None
    entry_id: Annotated[str | None, wire("entryId", "Customs declaration number", 18, 18)] = None
    form_state: Annotated[str, wire("decState", "State of the form; customs defines the values", 1, 3)]
    agent_code: Annotated[str, wire("agentCode", "Declaring enterprise (customs broker)", None, 18)]
    agent_name: Annotated[str, wire("agentName", "Declaring enterprise name", None, 100)]
    ebc_code: Annotated[str, wire("ebcCode", "E-commerce enterprise: customs or credit code", None, 18)]
    ebc_name: Annotated[str, wire("ebcName", "Name of the enterprise as registered with customs", None, 100)]
    form_agent_code: Annotated[str, wire("declAgentCode", "Broker who declares the form: code", None, 18)]
    form_agent_name: Annotated[str, wire("declAgentName", "Broker who declares the form: name", None, 100)]
    gross_weight: Annotated[Amount, wire("grossWeight", "Gross weight in kg")]
    net_weight: Annotated[Amount, wire("netWeight", "Net weight in kg")]
    message_count: Annotated[int, wire("msgCount", "Messages the document is split into; 1 if it is whole", digits=9)]
    message_no: Annotated[int, wire("msgSeqNo", "Which of them this is: from 1, without gaps", digits=9)]
    note: Annotated[str | None, wire("note", "Remark", None, 1000)] = None
    lines: tuple[SummaryResultLine, ...] = Field((), description="The items of the lists that went into the form")
