"""Fields that are ours travel at the end of the note: `text of people[[waybillNo=SF1;departureCountry=142]]` (D-31).

The block is the last thing in the note: `[[`, pairs `name=value` joined by `;`, `]]`. Inside a value the characters
`% ; = [ ] , :` are written as `%` and two hexadecimal digits. `allocations` holds `orderNo:amount` pairs joined by `,`.
A note of people that itself ends like a block is followed by an empty one, `[[]]`, so that reading gives it back.
"""

import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from clearway.contracts.documents import Allocation, Order, Payment, Waybill
from clearway.messages.fields import spelling

LONGEST = 1000
"""Characters a note may have on the wire."""

OURS: Mapping[type[BaseModel], tuple[str, ...]] = {
    Order: ("waybill_no",),
    Payment: ("payment_type", "allocations"),
    Waybill: ("departure_country",),
}
"""The fields that travel in the note, by model."""

_BLOCK = re.compile(r"(.*)\[\[([^\[\]]*)\]\]", re.DOTALL)
_RESERVED = re.compile(r"[%;=\[\],:]")
_ESCAPE = re.compile(r"%([0-9A-F]{2})")


def join_note(record: BaseModel) -> str | None:
    """The note as it goes on the wire, of any length; None when there is nothing to say."""
    model = type(record)
    note: str = getattr(record, "note", None) or ""
    values = {field: _encode(getattr(record, field)) for field in OURS.get(model, ())}
    pairs = [f"{spelling(model, field)}={value}" for field, value in values.items() if value]
    looks_like_a_block = split_note(model, note) != (note, {})
    if pairs or looks_like_a_block:
        note += f"[[{';'.join(pairs)}]]"
    return note or None


def split_note(model: type[BaseModel], note: str) -> tuple[str, dict[str, Any]]:
    """People's part of a note and the values of the fields that travelled in it; a strange block stays in the text."""
    names = {spelling(model, field): field for field in OURS.get(model, ())}
    found = _BLOCK.fullmatch(note)
    if not names or not found:
        return note, {}
    values: dict[str, Any] = {}
    for pair in found[2].split(";") if found[2] else ():
        name, _, value = pair.partition("=")
        field = names.get(name)
        if field is None or field in values or not value:
            return note, {}
        values[field] = _allocations(value) if field == "allocations" else _plain(value)
        if not values[field]:
            return note, {}
    return found[1], values


def _encode(value: str | tuple[Allocation, ...] | None) -> str:
    if isinstance(value, tuple):
        return ",".join(f"{_escaped(part.order_no)}:{part.amount:f}" for part in value)
    return _escaped(value or "")


def _allocations(text: str) -> list[dict[str, str]]:
    """The parts of a split payment, or nothing when the text is not of that form."""
    pairs = [part.split(":") for part in text.split(",")]
    if any(len(pair) != 2 for pair in pairs):
        return []
    return [{"order_no": _plain(order_no), "amount": amount} for order_no, amount in pairs]


def _escaped(text: str) -> str:
    return _RESERVED.sub(lambda sign: f"%{ord(sign[0]):02X}", text)


def _plain(text: str) -> str:
    return _ESCAPE.sub(lambda code: chr(int(code[1], 16)), text)
