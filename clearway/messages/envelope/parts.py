"""What an envelope of the data exchange platform (DXP) says, as models; customs' spellings stand in the layout."""

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field

from clearway.contracts.base import ONE_LINE, Contract, Day, Instant, wire
from clearway.messages.envelope.codes import DxpCode

IMPORT_RECEIVER = "DXPEDCCEB0000002"
"""Customs' receiver of the import messages (REFERENCE §8)."""

EXPORT_RECEIVER = "DXPEDCCEB0000003"
"""Customs' receiver of the export messages."""

MOST_RESPONSES = 1000
"""Most responses, and most results of one response, that are read; the schema sets no limit."""

_CEB_TYPE = re.compile(r"(CEB\d{3})Message")
_DAY_AND_MORE = re.compile(r"(\d{4}-\d\d-\d\d)(T[\d:.]*)?(Z|[+-]\d\d:\d\d)?")


def _short_type(value: Any) -> Any:
    found = _CEB_TYPE.fullmatch(value.strip()) if isinstance(value, str) else None
    return found[1] if found else value


def _day_alone(value: Any) -> Any:
    found = _DAY_AND_MORE.fullmatch(value.strip()) if isinstance(value, str) else None
    return found[1] if found else value


UserId = Annotated[str, Field(min_length=1, max_length=16, pattern=ONE_LINE)]
"""A user of the exchange, e.g. `DXPENT0000530815`."""

MessageType = Annotated[str, BeforeValidator(_short_type)]
"""`CEB311` here, `CEB311Message` on the wire; any other type travels as it is."""

NoticeDay = Annotated[Day, BeforeValidator(_day_alone)]
"""A day; of an instant that stands in its place, the day as written."""


class Header(Contract):
    """Who sends what to whom (TransInfo, and OriHead of a response)."""

    cop_msg_id: Annotated[
        str, wire("CopMsgId", "the sender's own number of the message, 1 to 255 characters", 1, 255, pattern=ONE_LINE)
    ]
    sender_id: Annotated[
        str, wire("SenderId", "the sender's user id on the exchange, 1 to 16 characters", 1, 16, pattern=ONE_LINE)
    ]
    receiver_ids: Annotated[
        tuple[UserId, ...], wire("ReceiverId", "1 to 5 user ids of receivers, each of 1 to 16 characters", 1, 5)
    ]
    created_at: Annotated[Instant, wire("CreatTime", "when it was made, as yyyy-MM-ddTHH:mm:ss in China standard time")]
    message_type: Annotated[
        MessageType, wire("MsgType", "the type of the content, e.g. CEB311Message", 0, 30, pattern=ONE_LINE)
    ]


class BizKey(Contract):
    """One business keyword, e.g. `SignFlag`."""

    name: Annotated[str | None, wire("name", "the keyword's name, 1 to 32 characters", 1, 32, pattern=ONE_LINE)] = None
    value: Annotated[str, wire("Key", "the keyword, 1 to 64 characters", 1, 64)]


class Envelope(Header):
    """A terminal-node message (DxpMsg): one business message on its way, byte for byte."""

    model_config = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")

    data: Annotated[bytes, wire("Data", "the business message in base64", 1)] = Field(repr=False)
    file_name: Annotated[
        str | None, wire("FileName", "the message's file name, 1 to 255 characters", 1, 255, pattern=ONE_LINE)
    ] = None
    ic_card: Annotated[
        str | None, wire("IcCard", "the number of the IC card, 1 to 13 characters", 1, 13, pattern=ONE_LINE)
    ] = None
    biz_keys: Annotated[tuple[BizKey, ...], wire("Key", "at most 5 business keywords", None, 5)] = ()
    text_encoding: Annotated[
        str | None, wire("Encode", "the character set, when the content is text", 1, 50, pattern=ONE_LINE)
    ] = None
    rec_map_id: Annotated[
        str | None, wire("RecMapId", "the receiver's conversion id, 1 to 255 characters", 1, 255, pattern=ONE_LINE)
    ] = None


class NodeMessage(Contract):
    """A transmission-node message (DxpMsgSv): an envelope between two nodes of the exchange."""

    model_config = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")

    msg_id: Annotated[
        str, wire("MsgId", "node id (8), yyyyMMddHHmmss and a sequence of 10 digits", 1, 32, pattern=ONE_LINE)
    ]
    sub_msg_id: Annotated[
        str | None, wire("SubMsgId", "1 character, which part of a message for several receivers", 1, 1)
    ] = None
    sent_at: Annotated[Instant, wire("SendTime", "when the node took it, as yyyy-MM-ddTHH:mm:ss")]
    end_node: Annotated[str, wire("EndNode", "the node it goes to, 1 to 8 characters", 1, 8, pattern=ONE_LINE)]
    start_node: Annotated[str, wire("StaNode", "the node where it came in, 1 to 8 characters", 1, 8, pattern=ONE_LINE)]
    envelope: Annotated[Envelope, wire("DxpMsg", "the terminal-node message")]


class ReceiverResult(Contract):
    """What became of a message at one of its receivers."""

    receiver_id: Annotated[str, wire("RecId", "the receiver, 1 to 16 characters", 1, 16, pattern=ONE_LINE)]
    code: Annotated[str, wire("Code", "the receiver's code, 1 to 9 characters", 1, 9, pattern=ONE_LINE)]
    info: Annotated[str | None, wire("Info", "the receiver's words, at most 300 characters", None, 300)] = None
    note: Annotated[str | None, wire("Note", "a remark, at most 500 characters", None, 500)] = None


class NodeResponse(Contract):
    """What one node of the exchange says about one message of ours."""

    node_id: Annotated[str | None, wire("NodeId", "the node, 1 to 8 characters", 1, 8, pattern=ONE_LINE)] = None
    code: Annotated[str, wire("ResponseCode", "the code, 1 to 9 characters", 1, 9, pattern=ONE_LINE)]
    info: Annotated[str | None, wire("ResponseInfo", "the node's words, at most 300 characters", None, 300)] = None
    results: Annotated[
        tuple[ReceiverResult, ...], wire("Result", f"at most {MOST_RESPONSES} results", None, MOST_RESPONSES)
    ] = ()
    notice_day: Annotated[NoticeDay, wire("NoticeTime", "the day of the response, as yyyy-MM-dd")]
    note: Annotated[str | None, wire("Note", "a remark, at most 500 characters", None, 500)] = None
    original: Annotated[Header, wire("OriHead", "the head of the message that this is about")]

    @property
    def known_code(self) -> DxpCode | None:
        """The code, if the published table has it; receivers' own codes are 4000 to 9999."""
        return DxpCode.of(self.code)


class DxpResponse(Contract):
    """The exchange's answer to messages it was given (DxpRep)."""

    receiver_id: Annotated[str, wire("RecevierId", "whom it answers, 1 to 16 characters", 1, 16, pattern=ONE_LINE)]
    access_node_id: Annotated[
        str | None, wire("AdNodeId", "the user's own node, 1 to 8 characters", 1, 8, pattern=ONE_LINE)
    ] = None
    responses: Annotated[
        tuple[NodeResponse, ...], wire("Response", f"1 to {MOST_RESPONSES} responses", 1, MOST_RESPONSES)
    ]
