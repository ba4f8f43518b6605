"""Where each field stands on the wire: paths below an element, `@name` for an attribute, an empty one for its text."""

from collections.abc import Mapping
from typing import NamedTuple

from clearway.contracts.base import Contract, wire_name
from clearway.messages.envelope.parts import (
    BizKey,
    DxpResponse,
    Envelope,
    Header,
    NodeMessage,
    NodeResponse,
    ReceiverResult,
)

NAMESPACE = "http://www.chinaport.gov.cn/dxp"

VERSION = "1.0"
"""The one version of the exchange's messages."""


class Slot(NamedTuple):
    """One field's place. Of `many`, the last step of the path is repeated; `model` says what stands inside."""

    field: str
    path: str
    many: bool = False
    model: type[Contract] | None = None


_HEADER = (
    Slot("cop_msg_id", "CopMsgId"),
    Slot("sender_id", "SenderId"),
    Slot("receiver_ids", "ReceiverIds/ReceiverId", many=True),
    Slot("created_at", "CreatTime"),
    Slot("message_type", "MsgType"),
)

SLOTS: Mapping[type[Contract], tuple[Slot, ...]] = {
    Header: _HEADER,
    BizKey: (Slot("name", "@name"), Slot("value", "")),
    Envelope: (
        *(slot._replace(path=f"TransInfo/{slot.path}") for slot in _HEADER),
        Slot("data", "Data"),
        Slot("file_name", "AddInfo/FileName"),
        Slot("ic_card", "AddInfo/IcCard"),
        Slot("biz_keys", "AddInfo/BizKey/Key", many=True, model=BizKey),
        Slot("text_encoding", "AddInfo/IsText/@Encode"),
        Slot("rec_map_id", "AddInfo/RecMapId"),
    ),
    NodeMessage: (
        Slot("msg_id", "SvNo/MsgId"),
        Slot("sub_msg_id", "SvNo/SubMsgId"),
        Slot("sent_at", "SvNo/SendTime"),
        Slot("end_node", "SvNo/EndNode"),
        Slot("start_node", "SvNo/StaNode"),
        Slot("envelope", "DxpMsg", model=Envelope),
    ),
    ReceiverResult: (
        Slot("receiver_id", "RecId"),
        Slot("code", "Code"),
        Slot("info", "Info"),
        Slot("note", "Note"),
    ),
    NodeResponse: (
        Slot("node_id", "NodeId"),
        Slot("code", "ResponseCode"),
        Slot("info", "ResponseInfo"),
        Slot("results", "Results/Result", many=True, model=ReceiverResult),
        Slot("notice_day", "NoticeTime"),
        Slot("note", "Note"),
        Slot("original", "OriHead", model=Header),
    ),
    DxpResponse: (
        Slot("receiver_id", "RecevierId"),
        Slot("access_node_id", "AdNodeId"),
        Slot("responses", "Response", many=True, model=NodeResponse),
    ),
}
"""The fields of each model in the schema's order."""

ROOTS: Mapping[type[Contract], str] = {Envelope: "DxpMsg", NodeMessage: "DxpMsgSv", DxpResponse: "DxpRep"}
"""The models that are messages of their own, and their root elements."""

VERSIONED: Mapping[str, str] = {"DxpMsg": "ver", "DxpMsgSv": "ver", "DxpRep": "ver", "SvNo": "Ver"}
"""Elements that carry a version, and how they spell it."""


def slot_of(model: type[Contract], name: str) -> Slot:
    """The place of a field, by our name of it or by customs'."""
    return next(slot for slot in SLOTS[model] if name in (slot.field, wire_name(model, slot.field)))
