"""What an envelope may carry: one business message, of the type that it says, and no envelope inside an envelope."""

import re

from clearway.contracts.problems import FieldValue, Problem
from clearway.messages.envelope.faults import REFERENCE
from clearway.messages.envelope.layout import ROOTS
from clearway.messages.envelope.parts import Envelope
from clearway.messages.faults import MessageRefused, problem
from clearway.messages.masking import shown
from clearway.messages.parsing import MAX_BYTES, first_tag, text_of

_CEB = re.compile(r"CEB\d{3}")
_CEB_ROOT = re.compile(r"(CEB\d{3})Message")


def content_faults(envelope: Envelope) -> list[Problem]:
    """Everything that is wrong with the content: too large, an envelope itself, not of the type of MsgType."""
    size, root = len(envelope.data), _root_of(envelope.data)
    faults: list[Problem] = []
    if size > MAX_BYTES:
        faults.append(
            _fault(
                "E_TOO_LARGE",
                (f"the content has {size} bytes, more than the permitted {MAX_BYTES}", f"内容超过 {MAX_BYTES} 字节"),
                ("Send fewer records in one message", "请减少单个报文中的记录数"),
            )
        )
    if root in ROOTS.values():
        faults.append(
            _fault(
                "E_NESTED",
                (f"the content is itself a message of the exchange, `{root}`", f"内容本身是传输报文 {root}"),
                ("Put the business message into one envelope only", "请仅封装一层业务报文"),
            )
        )
    elif (fault := _type_fault(envelope.message_type, root)) is not None:
        faults.append(fault)
    return faults


def _type_fault(declared: str, root: str) -> Problem | None:
    """An empty MsgType says nothing; of contents that are no CEB messages, only that they are none can be told."""
    found = _CEB_ROOT.fullmatch(root)
    actual = found[1] if found else ""
    if not declared or declared == actual or not (actual or _CEB.fullmatch(declared)):
        return None
    said, held = shown("message_type", declared), actual or "no CEB message"
    return _fault(
        "E_MESSAGE_TYPE",
        (f"MsgType says `{said}`, but the content is {held}", f"MsgType 为 {said}，与报文内容不符（{held}）"),
        ("Name in MsgType the root element of the content", "MsgType 应与报文根元素一致"),
        fields=(
            FieldValue(field="envelope.message_type", value=said),
            FieldValue(field="DxpMsg/TransInfo/MsgType", value=said),
        ),
    )


def _root_of(data: bytes) -> str:
    """The content's root element, or nothing when it is no XML of permitted size."""
    try:
        return first_tag(text_of(data))
    except MessageRefused:
        return ""


def _fault(
    code: str, message: tuple[str, str], remedy: tuple[str, str], fields: tuple[FieldValue, ...] | None = None
) -> Problem:
    data = (FieldValue(field="envelope.data", value=None), FieldValue(field="DxpMsg/Data", value=None))
    return problem(code, message, remedy, fields=fields or data, reference=REFERENCE)
