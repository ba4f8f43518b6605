"""Reading the exchange's messages: blind to prefixes, bounded in size, and every fault at once."""

import base64
import binascii
from typing import Any, TypeVar

from lxml import etree
from pydantic import ValidationError

from clearway.contracts.base import Contract
from clearway.contracts.problems import FieldValue, Problem
from clearway.messages.envelope.content import content_faults
from clearway.messages.envelope.faults import REFERENCE, Loc, faults_of, field_fault
from clearway.messages.envelope.layout import ROOTS, SLOTS, VERSION, VERSIONED, Slot
from clearway.messages.envelope.parts import MOST_RESPONSES, DxpResponse, Envelope, NodeMessage
from clearway.messages.faults import MessageRefused, problem
from clearway.messages.fields import may_be_absent
from clearway.messages.masking import shown
from clearway.messages.parsing import MAX_BYTES, first_tag, local_name, root_of, text_of

MAX_ENVELOPE_BYTES = MAX_BYTES * 4 // 3 + 64 * 1024
"""Largest envelope taken unless the caller says otherwise: base64 makes the largest message a third larger."""

M = TypeVar("M", bound=Contract)


def is_envelope(data: bytes) -> bool:
    """Whether these bytes begin as an envelope (DxpMsg or DxpMsgSv); told from the first tag, whatever follows."""
    return _root_name(data) in (ROOTS[Envelope], ROOTS[NodeMessage])


def is_response(data: bytes) -> bool:
    """Whether these bytes begin as a response of the exchange (DxpRep)."""
    return _root_name(data) == ROOTS[DxpResponse]


def unwrap(data: bytes, *, max_bytes: int = MAX_ENVELOPE_BYTES) -> Envelope:
    """Open an envelope, also one inside a transmission-node message; its `data` is the business message.

    The signature of the transport is not looked at: clearway.messages.signatures verifies it on these same bytes.
    Raises MessageRefused with every fault at once: broken XML, missing fields, content that is not base64, is another
    envelope or is not of the type that MsgType says.
    """
    root = root_of(data, max_bytes)
    between_nodes = local_name(root) == ROOTS[NodeMessage]
    return _checked(_read(NodeMessage, root).envelope if between_nodes else _read(Envelope, root))


def read_node_message(data: bytes, *, max_bytes: int = MAX_ENVELOPE_BYTES) -> NodeMessage:
    """Read a transmission-node message (DxpMsgSv) with the envelope in it; raises MessageRefused as `unwrap` does."""
    message = _read(NodeMessage, root_of(data, max_bytes))
    _checked(message.envelope)
    return message


def read_response(data: bytes, *, max_bytes: int = MAX_BYTES) -> DxpResponse:
    """Read a response of the exchange (DxpRep). Raises MessageRefused with every fault at once."""
    return _read(DxpResponse, root_of(data, max_bytes))


def _checked(envelope: Envelope) -> Envelope:
    if faults := content_faults(envelope):
        raise MessageRefused(faults)
    return envelope


def _root_name(data: bytes) -> str:
    try:
        return first_tag(text_of(data, MAX_ENVELOPE_BYTES))
    except MessageRefused:
        return ""


def _read(model: type[M], root: etree._Element) -> M:
    if local_name(root) != ROOTS[model]:
        raise MessageRefused([_not_ours(local_name(root), ROOTS[model])])
    walk = _Walk(model)
    values = walk.values(model, [root], ())
    try:
        made = model.model_validate(values)
    except ValidationError as error:
        found = (fault for fault in faults_of(error, model) if fault.fields[0].field not in walk.told)
        raise MessageRefused([*walk.faults, *found]) from None
    if walk.faults:
        raise MessageRefused(walk.faults)
    return made


class _Walk:
    """One pass over one message of the given model: values for its fields, and what is wrong with the elements."""

    def __init__(self, root: type[Contract]) -> None:
        self.root = root
        self.faults: list[Problem] = []
        self._grouped: dict[etree._Element, dict[str, list[etree._Element]]] = {}

    @property
    def told(self) -> set[str]:
        """The fields with a fault already."""
        return {fault.fields[0].field for fault in self.faults if fault.fields}

    def values(self, model: type[Contract], elements: list[etree._Element], loc: Loc) -> dict[str, Any]:
        """What stands in the places of a model's fields; absent optional fields, and empty ones, are left out."""
        self._check_version(elements)
        values: dict[str, Any] = {}
        for slot in SLOTS[model]:
            found = self._at(elements, slot.path)
            if not found:
                continue
            at = (*loc, slot.field)
            if slot.many:
                entries = found[: MOST_RESPONSES + 1]
                values[slot.field] = [self._entry(slot, entry, (*at, number)) for number, entry in enumerate(entries)]
            elif slot.model:
                values[slot.field] = self.values(slot.model, found, at)
            else:
                self._add_single(values, model, slot, found, at)
        return values

    def _entry(self, slot: Slot, element: etree._Element | str, loc: Loc) -> Any:
        if slot.model:
            return self.values(slot.model, [element] if isinstance(element, etree._Element) else [], loc)
        return self._text(element, loc)

    def _add_single(
        self, values: dict[str, Any], model: type[Contract], slot: Slot, found: list[Any], loc: Loc
    ) -> None:
        texts = {self._text(element, loc).strip() for element in found[: MOST_RESPONSES + 1]}
        text = next(iter(texts))
        if len(texts) > 1:
            self._fault(loc, "twice")
        elif text or not may_be_absent(model, slot.field):
            values[slot.field] = self._bytes(text, loc) if slot.field == "data" else text

    def _text(self, element: etree._Element | str, loc: Loc) -> str:
        if isinstance(element, str):
            return element
        if len(element):
            self._fault(loc, "elements")
        return element.text or ""

    def _bytes(self, text: str, loc: Loc) -> bytes:
        """What the base64 says; it may be broken into lines."""
        try:
            return base64.b64decode("".join(text.split()), validate=True)
        except (binascii.Error, ValueError):
            self._fault(loc, "base64")
            return b""

    def _at(self, elements: list[etree._Element], path: str) -> list[Any]:
        """The elements, or the attribute's values, at a path below these elements."""
        found = elements
        for step in path.split("/") if path else ():
            if step.startswith("@"):
                return [value for element in found if (value := element.get(step[1:])) is not None]
            found = [child for element in found for child in self._children(element).get(step, ())]
        return found

    def _children(self, element: etree._Element) -> dict[str, list[etree._Element]]:
        """The children by local name, sorted once: a message may hold a hundred thousand."""
        if element not in self._grouped:
            grouped = self._grouped[element] = {}
            for child in element:
                grouped.setdefault(local_name(child), []).append(child)
        return self._grouped[element]

    def _fault(self, loc: Loc, fault: str) -> None:
        self.faults.append(field_fault(self.root, loc, fault))

    def _check_version(self, elements: list[etree._Element]) -> None:
        for element in elements[:1]:
            name = VERSIONED.get(local_name(element), "")
            version = element.get(name, VERSION) if name else VERSION
            if version != VERSION:
                self.faults.append(_other_version(local_name(element), name, version))


def _other_version(element: str, attribute: str, version: str) -> Problem:
    told = shown("version", version)
    return problem(
        "E_VERSION",
        (f"`{element}/@{attribute}` is `{told}`", f"{element}/@{attribute} 为 {told}"),
        (f"Send version {VERSION}, the only one there is", f"请使用版本 {VERSION}"),
        fields=(FieldValue(field=f"{element}/@{attribute}", value=told),),
        reference=REFERENCE,
    )


def _not_ours(found: str, expected: str) -> Problem:
    return problem(
        "E_NOT_DXP",
        (f"the root element is `{found[:60]}`, not `{expected}`", f"根元素为 {found[:60]}，不是 {expected}"),
        (f"Send a message whose root element is {expected}", f"请发送根元素为 {expected} 的报文"),
        reference=REFERENCE,
    )
