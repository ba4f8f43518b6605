"""The format-check receipt, CEB900: the message could not be parsed, or broke the schema (REFERENCE §3, §6.1)."""

from typing import Annotated

from clearway.contracts.base import Contract, wire


class FormatCheck(Contract):
    """Only `ori_cop_msg_id` says which message it is about: the envelope's id under which it was sent."""

    guid: Annotated[str, wire("guid", "Record id, 36 characters", 36, 36)]
    return_status: Annotated[str, wire("returnStatus", "Below 0: the format check failed", 1, 10)]
    return_info: Annotated[str, wire("returnInfo", "Text of the result", None, 5000)]
    return_time: Annotated[str, wire("returnTime", "When it was checked", 17, 17, patient=(0, 50))]
    ori_cop_msg_id: Annotated[str, wire("oriCopMsgId", "The envelope's id of the message checked", None, 255)]
    ori_message_type: Annotated[str, wire("oriMessageType", "Its type, or Unknown", None, 15)]
    ori_biz_message: Annotated[str, wire("oriBizMessage", "Its content")]
