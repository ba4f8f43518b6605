"""What the schema of an edition demands of each element: its order, length, digits, and whether it may be left out."""

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from pydantic import BaseModel

from clearway.contracts.base import official
from clearway.messages.fields import Kind, kind_of, lengths, may_be_absent, wire_fields
from clearway.messages.form import Edition, Flow
from clearway.messages.message import Transfer

_WITH_MILLISECONDS = frozenset({"returnTime", "opDate"})
"""Times of customs, of 17 digits; all others have 14 (REFERENCE §2)."""

_FIXED: Mapping[tuple[str, Edition, Flow], str] = {
    ("currency", Edition.E2018, Flow.IMPORT): "142",
    ("currency", Edition.E202205, Flow.IMPORT): "142",
    ("fFlag", Edition.E202205, Flow.EXPORT): "3",
    ("iFlag", Edition.E202205, Flow.EXPORT): "3",
}
"""Elements for which a schema has but one value: imports are in CNY, freight and insurance of exports are totals."""


class Slot(NamedTuple):
    """One element of a record."""

    name: str
    field: str
    kind: Kind
    shortest: int
    """Least characters; 0 where the element may be empty."""
    longest: int | None
    required: bool
    """The element must be there, if only empty."""
    digits: int | None = None
    """Most digits of a whole number."""
    fixed: str | None = None
    """The only value that may stand, if any stands."""


@cache
def slots(model: type[BaseModel], edition: Edition, flow: Flow = Flow.IMPORT) -> tuple[Slot, ...]:
    """The elements of a record, line, transfer or subscriber in the schema's order."""
    found = (_slot(model, name, field, edition) for name, field in wire_fields(model).items())
    kept = tuple(slot._replace(fixed=_FIXED.get((slot.name, edition, flow))) for slot in found if slot is not None)
    if model is Transfer and flow is Flow.EXPORT:  # the export schema lets the transmitter's code be empty
        return tuple(slot._replace(shortest=0) if slot.name == "copCode" else slot for slot in kept)
    return kept


def with_milliseconds(name: str) -> bool:
    """Whether a time is written with 17 digits instead of 14."""
    return name in _WITH_MILLISECONDS


def _slot(model: type[BaseModel], name: str, field: str, edition: Edition) -> Slot | None:
    """The element, or None where no schema, or not yet this edition's, has it."""
    told = official(model, field)
    if told.beyond or (told.since is not None and edition < Edition(told.since)):
        return None
    kind = kind_of(model, field)
    shortest, longest = _length(model, name, field, kind)
    if told.earlier is not None and edition is Edition.E2018:
        shortest, longest = told.earlier[0] or 0, told.earlier[1]
    required = told.due or not may_be_absent(model, field)
    return Slot(name, field, kind, shortest, longest, required, told.digits)


def _length(model: type[BaseModel], name: str, field: str, kind: Kind) -> tuple[int, int | None]:
    if kind is Kind.INSTANT:
        digits = 17 if with_milliseconds(name) else 14
        return digits, digits
    if kind is Kind.DAY:
        return 8, 8
    if kind is not Kind.TEXT:
        return 0, None
    extra = model.model_fields[field].json_schema_extra
    if isinstance(extra, dict) and "minLength" in extra:
        most = extra.get("maxLength")
        return int(str(extra["minLength"])), None if most is None else int(str(most))
    return lengths(model, field)
