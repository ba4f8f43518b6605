"""Strategies for whatever a model can hold, as hypothesis draws it."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from annotated_types import MaxLen, MinLen
from hypothesis import strategies as st
from pydantic import BaseModel

from clearway.contracts.base import ONE_LINE
from clearway.messages import Transfer
from clearway.messages.fields import may_be_hollow

GUID = "4CDE1CFD-EDED-46B1-946C-B8022E42FC94"
TRANSFER = Transfer(cop_code="3301960A01", cop_name="", dxp_mode="DXP", dxp_id="")

WIRE_TEXT = st.characters(
    exclude_categories=["Cs", "Cc"], include_characters="\t\r\n", exclude_characters="\ufffe\uffff"
)
LINE_TEXT = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")
NOTE_SIGNS = st.sampled_from("[]%;=,:5Ba ")
SOLID = st.sampled_from("0123456789ABCDEF-")
LONGEST_TRIED = 14


def texts(shortest: int, longest: int, *, one_line: bool = False) -> st.SearchStrategy[str]:
    """Trimmed texts; those of a fixed length hold no space that trimming would take away."""
    if shortest == longest:
        return st.text(SOLID, min_size=shortest, max_size=longest)
    reach = max(shortest, min(longest, LONGEST_TRIED))
    signs = st.one_of(LINE_TEXT if one_line else WIRE_TEXT, NOTE_SIGNS)
    return st.text(signs, min_size=shortest, max_size=reach).map(str.strip).filter(lambda text: len(text) >= shortest)


def amounts() -> st.SearchStrategy[Decimal]:
    """Amounts of up to 19 digits with 5 decimals, trailing zeros included."""
    return st.builds(
        lambda digits, places: Decimal(digits).scaleb(-places), st.integers(0, 10**19 - 1), st.integers(0, 5)
    ).filter(lambda amount: amount < 10**14)


def instants(unit: timedelta) -> st.SearchStrategy[datetime]:
    """Instants as fine as the wire: whole seconds, or milliseconds for returnTime."""
    span = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001 - UTC is added
    return span.map(lambda moment: moment - timedelta(microseconds=moment.microsecond % (unit // timedelta.resolution)))


def values(model: type[BaseModel], name: str, annotation: Any, limits: list[Any]) -> st.SearchStrategy[Any]:
    """Any value that a field's annotation and constraints admit."""
    if get_origin(annotation) is Literal:
        return st.sampled_from(get_args(annotation))
    parts = get_args(annotation)
    if NoneType in parts:
        (inner,) = (part for part in parts if part is not NoneType)
        return st.none() | values(model, name, inner, limits)
    if get_origin(annotation) is tuple:
        shortest = next((limit.min_length for limit in limits if isinstance(limit, MinLen)), 0)
        return st.lists(records(parts[0]), min_size=shortest, max_size=3).map(tuple)
    while parts:
        annotation, *more = parts
        limits, parts = [*limits, *more], get_args(annotation)
    if annotation is Decimal:
        return amounts()
    if annotation is datetime:
        return instants(timedelta(milliseconds=1) if name == "return_time" else timedelta(seconds=1))
    if annotation is date:
        return st.dates()
    if annotation is int:
        return st.integers(-(10**9), 10**9)
    assert annotation is str, f"{model.__name__}.{name} holds something new"
    shortest = next((limit.min_length for limit in limits if isinstance(limit, MinLen)), 0)
    longest = next((limit.max_length for limit in limits if isinstance(limit, MaxLen)), LONGEST_TRIED)
    return texts(shortest, longest, one_line=any(getattr(limit, "pattern", None) == ONE_LINE for limit in limits))


def records(model: type[BaseModel]) -> st.SearchStrategy[Any]:
    fields = {
        name: values(model, name, info.annotation, list(info.metadata)) for name, info in model.model_fields.items()
    }
    return st.fixed_dictionaries(fields).map(model.model_validate)


def with_empty_as_absent(record: BaseModel) -> dict[str, Any]:
    """What the wire can tell: an optional text that is empty is one that is not there."""
    told = record.model_dump(mode="json")
    absent = {name for name, info in type(record).model_fields.items() if NoneType in get_args(info.annotation)}
    told |= {name: None for name in absent if told[name] == "" and not may_be_hollow(type(record), name)}
    if "lines" in told:
        told["lines"] = [with_empty_as_absent(line) for line in record.lines]  # type: ignore[attr-defined]
    return told
