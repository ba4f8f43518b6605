"""The application to cancel an export list, CEB605; and customs' receipt, CEB606."""

from typing import Annotated

from clearway.contracts.base import Contract, Instant, wire
from clearway.messages.records.export_head import ExportHead


class ExportCancelApplication(ExportHead):
    """Sent by who declared the list."""

    customs_code: Annotated[str, wire("customsCode", "Customs district where declared, 4 digits", 4, 4)]
    cop_no: Annotated[str, wire("copNo", "Enterprise's own number of the document", None, 30, earlier=(1, 30))]
    pre_no: Annotated[str | None, wire("preNo", "E-Port's pre-entry number, 18 characters", 18, 18)] = None
    invt_no: Annotated[
        str, wire("invtNo", "Customs number of the list to cancel, 18 to 20 characters", None, 20, earlier=(18, 18))
    ]
    reason: Annotated[str, wire("reason", "Reason for cancelling", None, 1000, earlier=(1, 1000))]
    agent_code: Annotated[str, wire("agentCode", "Declaring enterprise (customs broker)", None, 18, earlier=(1, 18))]
    agent_name: Annotated[str, wire("agentName", "Declaring enterprise name", None, 100, earlier=(1, 100))]
    ebc_code: Annotated[
        str, wire("ebcCode", "E-commerce enterprise: customs or credit code", None, 18, earlier=(1, 18))
    ]
    ebc_name: Annotated[
        str, wire("ebcName", "Name of the enterprise as registered with customs", None, 100, earlier=(1, 100))
    ]
    note: Annotated[str | None, wire("note", "Remark", None, 1000)] = None


class ExportCancelReceipt(Contract):
    """Receipt 606 for an application to cancel."""

    guid: Annotated[str, wire("guid", "Record id, 36 characters", 36, 36)]
    agent_code: Annotated[
        str | None, wire("agentCode", "Declaring enterprise (customs broker)", None, 18, due=True)
    ] = None
    cop_no: Annotated[str | None, wire("copNo", "Enterprise's own number of the document", None, 30, due=True)] = None
    pre_no: Annotated[str | None, wire("preNo", "E-Port's pre-entry number, 18 characters", 18, 18, due=True)] = None
    invt_no: Annotated[
        str | None,
        wire("invtNo", "Customs number of the list, 18 to 20 characters", None, 20, earlier=(18, 18), due=True),
    ] = None
    return_status: Annotated[str, wire("returnStatus", "Status; below 0 means a processing exception", 1, 10)]
    return_time: Annotated[Instant, wire("returnTime", "When customs acted")]
    return_info: Annotated[str, wire("returnInfo", "Text of the result", None, 1000)]
