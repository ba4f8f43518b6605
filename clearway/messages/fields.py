"""The two spellings of a field, ours and customs', and what kind of value it holds."""

import re
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from types import NoneType
from typing import Any, get_args

from annotated_types import MaxLen, MinLen
from pydantic import BaseModel

from clearway.contracts.base import official, wire_name


class Kind(StrEnum):
    """What a field holds, as far as a person who must mend it needs to know."""

    TEXT = "text"
    AMOUNT = "amount"
    WHOLE = "whole number"
    INSTANT = "instant"
    DAY = "day"
    LIST = "list"


_KINDS: dict[Any, Kind] = {
    str: Kind.TEXT,
    Decimal: Kind.AMOUNT,
    int: Kind.WHOLE,
    datetime: Kind.INSTANT,
    date: Kind.DAY,
}


def spelling(model: type[BaseModel], field: str) -> str:
    """Customs' name of a field; for a field that is ours alone, our name in the same camel case."""
    name = wire_name(model, field)
    if name is not None:
        return name
    first, *rest = field.split("_")
    return first + "".join(word.capitalize() for word in rest)


@cache
def wire_fields(model: type[BaseModel]) -> dict[str, str]:
    """Wire name → field name, in the schema's order, for the fields that go on the wire as elements."""
    named = ((wire_name(model, field), field) for field in model.model_fields)
    return {name: field for name, field in named if name is not None}


@cache
def all_spellings(model: type[BaseModel]) -> dict[str, str]:
    """Every accepted spelling → field name."""
    known = {spelling(model, field): field for field in model.model_fields}
    return known | {field: field for field in model.model_fields}


@cache
def nested_model(model: type[BaseModel], field: str) -> type[BaseModel] | None:
    """The model of the entries of a list field, or None for any other field."""
    if (info := model.model_fields.get(field)) is None:
        return None
    found = (part for part in get_args(info.annotation) if isinstance(part, type) and issubclass(part, BaseModel))
    return next(found, None)


@cache
def may_be_absent(model: type[BaseModel], field: str) -> bool:
    """Whether the field is optional on the wire: its value may be None."""
    return NoneType in get_args(model.model_fields[field].annotation)


@cache
def may_be_hollow(model: type[BaseModel], field: str) -> bool:
    """Whether the element stands empty where it says nothing: it is required, or due, and may be empty."""
    if not may_be_absent(model, field):
        return True
    return official(model, field).due and kind_of(model, field) is Kind.TEXT and lengths(model, field)[0] == 0


@cache
def kind_of(model: type[BaseModel], field: str) -> Kind:
    """What the field holds."""
    if nested_model(model, field):
        return Kind.LIST
    return next((_KINDS[part] for part in _parts(model.model_fields[field].annotation) if part in _KINDS), Kind.TEXT)


@cache
def lengths(model: type[BaseModel], field: str) -> tuple[int, int | None]:
    """Least and most characters of a text, or entries of a list; None where there is no most."""
    limits = model.model_fields[field].metadata
    shortest = next((limit.min_length for limit in limits if isinstance(limit, MinLen)), 0)
    longest = next((limit.max_length for limit in limits if isinstance(limit, MaxLen)), None)
    return shortest, longest


def snake_case(name: str) -> str:
    """`DeclarationList` → `declaration_list`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def _parts(annotation: Any) -> list[Any]:
    """The annotation and everything inside it, from the outside in; unhashable metadata is left out."""
    if isinstance(annotation, type) and not get_args(annotation):
        return [annotation]
    return [found for part in get_args(annotation) for found in _parts(part)]
