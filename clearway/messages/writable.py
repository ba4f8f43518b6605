"""What no message of an edition can carry: characters, lengths and digits, fields that it does not know."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from clearway.contracts.problems import FieldValue, Problem
from clearway.messages.faults import MessageRefused, problem
from clearway.messages.field_faults import Loc, Place
from clearway.messages.fields import Kind
from clearway.messages.form import Edition, Flow
from clearway.messages.message import Extension
from clearway.messages.note import LONGEST, join_note
from clearway.messages.parsing import fits_xml, root_of
from clearway.messages.slots import Slot, slots

MOST_WHOLE = 2**31 - 1
"""Largest whole number of any schema (xs:int)."""


def unwritable(
    record: BaseModel,
    place: Place,
    edition: Edition = Edition.E202205,
    flow: Flow = Flow.IMPORT,
    *,
    judged: bool = True,
) -> list[Problem]:
    """Every field of a record that no message of the edition can carry.

    Where a schema has but one value for a field, another is a fault only if `judged`: of a document that is handed in
    the rules judge it. Nothing is said of elements that are missing: customs itself leaves out what its schema demands.
    """
    faults = [place.problem(loc, "characters", text) for loc, text in _texts(record) if not fits_xml(text)]
    if len(join_note(record) or "") > LONGEST:
        faults.append(place.problem(("note",), "note_full"))
    faults += _outside(record, place, edition, flow, (), judged)
    for number, line in enumerate(getattr(record, "lines", ())):
        faults += _outside(line, place, edition, flow, ("lines", number), judged)
    return faults


def unwritable_extension(extension: Extension) -> list[Problem]:
    """What is wrong with the content of an extension: anything but one well-formed element, or nothing."""
    if not extension.content.strip():
        return []
    try:
        root_of(extension.content.encode(errors="replace"))
    except MessageRefused as refused:
        why = refused.problems[0]
        return [
            problem(
                "E_EXTENSION",
                (
                    f"the content of the extension is not one element: {why.message_en}",
                    f"扩展节点的内容不是一个 XML 元素：{why.message_zh}",
                ),
                ("Give one well-formed XML element, or nothing", "请提供一个格式正确的 XML 元素，或留空"),
                fields=(FieldValue(field="extension.content"), FieldValue(field="ExtendMessage/Message")),
            )
        ]
    return []


def strays(record: BaseModel, edition: Edition, flow: Flow) -> list[tuple[str, str]]:
    """The fields, each with its fault, whose values the edition's schema does not admit."""
    known = slots(type(record), edition, flow)
    found = [(slot.field, fault) for slot in known if (fault := _fault(slot, getattr(record, slot.field))) is not None]
    if edition is Edition.E2018:
        later = {slot.field for slot in slots(type(record), Edition.E202205, flow)} - {slot.field for slot in known}
        found += [(field, "later") for field in later if getattr(record, field) not in (None, "")]
    return found


def _outside(
    record: BaseModel, place: Place, edition: Edition, flow: Flow, loc: Loc, judged: bool
) -> Iterator[Problem]:
    known = {slot.field: slot for slot in slots(type(record), edition, flow)}
    for field, fault in strays(record, edition, flow):
        if fault == "fixed" and not judged:
            continue
        limits: dict[str, Any] = {"edition": edition}
        if (slot := known.get(field)) is not None:
            limits |= {
                "fixed": slot.fixed,
                "min_length": slot.shortest,
                "max_length": slot.longest,
                "digits": slot.digits or 10,
            }
        lengths = (slot.shortest, slot.longest) if slot else None
        yield place.problem((*loc, field), fault, getattr(record, field), limits, lengths=lengths)


def _fault(slot: Slot, value: object) -> str | None:
    if slot.fixed is not None and value not in (slot.fixed, None, ""):
        return "fixed"
    if isinstance(value, str) and slot.kind is Kind.TEXT:
        if slot.longest is not None and len(value) > slot.longest:
            return "string_too_long"
        if len(value) < slot.shortest and (value or slot.required):
            return "string_too_short"
    if slot.kind is Kind.WHOLE and isinstance(value, int):
        return "whole_digits" if abs(value) > min(MOST_WHOLE, 10 ** (slot.digits or 10) - 1) else None
    return None


def _texts(record: BaseModel, loc: Loc = ()) -> Iterator[tuple[Loc, str]]:
    """Every text in a record, and where it is."""
    for name, value in record:
        if isinstance(value, str):
            yield (*loc, name), value
        elif isinstance(value, tuple):
            for number, entry in enumerate(value):
                yield from _texts(entry, (*loc, name, number))
