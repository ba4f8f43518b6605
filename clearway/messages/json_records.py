"""JSON as the wire needs it: exact numbers, no key twice, both spellings of every field."""

import json
import re
from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from clearway.contracts.problems import FieldValue, Problem
from clearway.messages.faults import MessageRefused, problem
from clearway.messages.field_faults import Loc, Place, as_many_as_permitted
from clearway.messages.fields import all_spellings, may_be_absent, nested_model
from clearway.messages.parsing import fits_xml

_WHOLE = re.compile(r"-?\d{1,40}")
_DECIMAL = re.compile(r"-?\d{1,40}(\.\d{1,40})?([eE][+-]?\d{1,2})?")


def named(model: type[BaseModel], body: "JsonObject", place: Place, loc: Loc, faults: list[Problem]) -> dict[str, Any]:
    """The body by our names, entries of lists included; empty and null optional fields count as absent."""
    spellings = all_spellings(model)
    values: dict[str, Any] = {}
    for key, value in body.pairs:
        field = spellings.get(key)
        if field is None or (value in (None, "") and may_be_absent(model, field)):
            continue
        first = values.setdefault(field, value)
        if first is not value and first != value:  # a number that nobody can hold is NaN, unequal even to itself
            faults.append(place.problem((*loc, field), "twice", value))
        if isinstance(value, str) and not fits_xml(value):
            faults.append(place.problem((*loc, field), "characters", value))
    for field, value in values.items():
        entries = nested_model(model, field)
        if entries is not None and isinstance(value, list):
            values[field] = [
                named(entries, entry, place, (*loc, field, number), faults) if isinstance(entry, JsonObject) else entry
                for number, entry in enumerate(
                    as_many_as_permitted(value, place, field, faults, unbounded=field == "lines")
                )
            ]
    return values


class JsonObject(dict[str, Any]):
    """A JSON object that remembers every pair, so that a key given twice is seen."""

    __slots__ = ("pairs",)

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self.pairs = pairs


def parsed(text: str) -> Any:
    """The JSON body with exact numbers."""
    try:
        return json.loads(
            text, parse_float=_number, parse_int=_number, parse_constant=_number, object_pairs_hook=JsonObject
        )
    except json.JSONDecodeError as error:
        at = f"line {error.lineno}, column {error.colno}"
        raise _not_json(f"{error.msg}, at {at}", f"第 {error.lineno} 行第 {error.colno} 列", at) from None
    except RecursionError:
        raise _not_json("it is nested too deep", "嵌套过深", "") from None


def _number(text: str) -> int | Decimal:
    """The number exactly; NaN, which every field refuses, for one so long or so large that it can only do harm."""
    if _WHOLE.fullmatch(text):
        return int(text)
    return Decimal(text) if _DECIMAL.fullmatch(text) else Decimal("NaN")


def _not_json(english: str, chinese: str, at: str) -> MessageRefused:
    return MessageRefused(
        [
            problem(
                "E_NOT_JSON",
                (f"the body is not well-formed JSON: {english}", f"请求体不是格式正确的 JSON：{chinese}"),
                ("Mend the JSON at this place, or send a CEB message", "请更正 JSON，或发送 CEB 报文"),
                fields=(FieldValue(field=at),) if at else (),
            )
        ]
    )
