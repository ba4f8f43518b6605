"""Writing the exchange's messages: the schema's order, no indentation, a signature last."""

import base64
import re
from collections.abc import Iterator
from datetime import date, datetime

from lxml import etree

from clearway.contracts.base import SHANGHAI, Contract
from clearway.contracts.problems import Problem
from clearway.messages.envelope.content import content_faults
from clearway.messages.envelope.faults import Loc, field_fault
from clearway.messages.envelope.layout import NAMESPACE, ROOTS, SLOTS, VERSION, VERSIONED, Slot
from clearway.messages.envelope.parts import DxpResponse, Envelope, NodeMessage
from clearway.messages.faults import MessageRefused
from clearway.messages.fields import may_be_absent
from clearway.messages.parsing import fits_xml
from clearway.messages.signing import Signer

_DXP = f"{{{NAMESPACE}}}"
_CEB = re.compile(r"CEB\d{3}")


def wrap(envelope: Envelope, signer: Signer | None = None) -> bytes:
    """Write an envelope (DxpMsg); with a signer, under a signature of the transport.

    Instants are cut to the second, in China standard time. Raises MessageRefused with every fault at once: content
    over 5 MiB, content that is an envelope itself, a type that is not the content's, characters XML cannot carry.
    """
    return _written(envelope, content_faults(envelope), signer)


def write_node_message(message: NodeMessage, signer: Signer | None = None) -> bytes:
    """Write a transmission-node message (DxpMsgSv) with its envelope; raises MessageRefused as `wrap` does."""
    return _written(message, content_faults(message.envelope), signer)


def write_response(response: DxpResponse, signer: Signer | None = None) -> bytes:
    """Write a response of the exchange (DxpRep); raises MessageRefused for characters XML cannot carry."""
    return _written(response, [], signer)


def _written(message: Contract, faults: list[Problem], signer: Signer | None) -> bytes:
    model = type(message)
    faults = [*faults, *(field_fault(model, loc, "characters") for loc, text in _texts(message) if not fits_xml(text))]
    if faults:
        raise MessageRefused(faults)
    default: dict[str | None, str] = {None: NAMESPACE}
    root = etree.Element(f"{_DXP}{ROOTS[model]}", nsmap=default)  # type: ignore[arg-type]  # the stubs forget None
    _fill(root, message)
    unsigned = b'<?xml version="1.0" encoding="UTF-8"?>\n' + etree.tostring(root, encoding="UTF-8")
    if signer is None:
        return unsigned
    end = f"</{ROOTS[model]}>".encode()
    return unsigned.removesuffix(end) + signer.sign(unsigned) + end


def _fill(element: etree._Element, part: Contract) -> None:
    """Write the fields of a model below an element, in the schema's order."""
    _set_version(element)
    model = type(part)
    for slot in SLOTS[model]:
        value = getattr(part, slot.field)
        if slot.many:
            for entry in value:
                _put(element, slot, entry)
        elif value not in (None, "") or not may_be_absent(model, slot.field):
            _put(element, slot, value)


def _put(element: etree._Element, slot: Slot, value: object) -> None:
    """Write one value at its place; the containers above it are made once, the last step always anew."""
    *above, last = slot.path.split("/")
    if last.startswith("@"):
        _inside(element, above).set(last[1:], _wire_text(slot, value))
        return
    target = etree.SubElement(_inside(element, above), f"{_DXP}{last}") if last else element
    if isinstance(value, Contract):
        _fill(target, value)
    else:
        target.text = _wire_text(slot, value)


def _inside(element: etree._Element, steps: list[str]) -> etree._Element:
    for step in steps:
        found = element.find(f"{_DXP}{step}")
        element = etree.SubElement(element, f"{_DXP}{step}") if found is None else found
        _set_version(element)
    return element


def _set_version(element: etree._Element) -> None:
    if attribute := VERSIONED.get(etree.QName(element).localname):
        element.set(attribute, VERSION)


def _wire_text(slot: Slot, value: object) -> str:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI).replace(tzinfo=None).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    text = str(value)
    return f"{text}Message" if slot.field == "message_type" and _CEB.fullmatch(text) else text


def _texts(part: Contract, loc: Loc = ()) -> Iterator[tuple[Loc, str]]:
    """Every text in a message, and where it is."""
    for name, value in part:
        entries = [((*loc, name), value)] if not isinstance(value, tuple) else []
        if isinstance(value, tuple):
            entries = [((*loc, name, number), entry) for number, entry in enumerate(value)]
        for where, entry in entries:
            if isinstance(entry, Contract):
                yield from _texts(entry, where)
            elif isinstance(entry, str):
                yield where, entry
