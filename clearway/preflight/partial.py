"""Documents read as far as they can be: an unreadable field gets a stand-in, and is named as unread."""

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

from lxml import etree
from pydantic import BaseModel, TypeAdapter, ValidationError

from clearway.contracts.base import Instant, legal_day
from clearway.contracts.documents import AnyDocument, DeclarationList, DocumentKind, Order, Payment, Waybill
from clearway.messages import MessageRefused
from clearway.messages.fields import Kind, all_spellings, kind_of, lengths, may_be_absent, nested_model, wire_fields
from clearway.messages.note import split_note
from clearway.messages.parsing import local_name, parse, text_of

MODELS: dict[DocumentKind, type[AnyDocument]] = {
    DocumentKind.ORDER: Order,
    DocumentKind.PAYMENT: Payment,
    DocumentKind.WAYBILL: Waybill,
    DocumentKind.DECLARATION_LIST: DeclarationList,
}
Values = dict[str, Any]
Loc = tuple[str | int, ...]
_ROUNDS = 4
"""A list of lines may be missing, then its first line, then that line's fields."""


def values_of(kind: DocumentKind, body: bytes) -> Values | None:
    """The fields that a faulty body gives, by our names and unchecked; None if it is not one document of this kind."""
    try:
        if text_of(body).lstrip().startswith("<"):
            return _values_of_message(kind, body)
        return _values_of_json(kind, text_of(body))
    except (MessageRefused, ValueError, RecursionError):
        return None


def moment_of(values: Values) -> datetime | None:
    """When the document was submitted, if that much can be read."""
    try:
        return TypeAdapter[datetime](Instant).validate_python(values.get("app_time"))
    except ValidationError:
        return None


def complete(kind: DocumentKind, values: Values, moment: datetime) -> tuple[AnyDocument, frozenset[str]] | None:
    """The document with stand-ins where a field is unreadable, and the pointers of those fields.

    Whatever a rule says about a stand-in means nothing. Times and days stand in as `moment` and its Shanghai day.
    """
    model, unread = MODELS[kind], set[str]()
    for _ in range(_ROUNDS):
        try:
            return model.model_validate(values), frozenset(unread)
        except ValidationError as error:
            found = [_by_our_names(model, fault["loc"]) for fault in error.errors(include_url=False)]
            with_faulty_entries = {loc[:1] for loc in found if len(loc) > 1}
            for loc in (loc for loc in found if loc not in with_faulty_entries):  # else too short for want of these
                unread.add(kind + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc))
                _stand_in(model, values, loc, moment)
    return None


def _values_of_message(kind: DocumentKind, body: bytes) -> Values | None:
    form, root = parse(body)
    records = [child for child in root if local_name(child) == form.record]
    if form.model is not MODELS[kind] or len(records) != 1:
        return None
    head = [child for child in records[0] if local_name(child) == form.head]
    values = _texts(form.model, head[0]) if head else {}
    if form.lines is not None and (line := nested_model(form.model, "lines")) is not None:
        values["lines"] = [_texts(line, child) for child in records[0] if local_name(child) == form.lines]
    if "note" in values:
        text, ours = split_note(form.model, values["note"])
        values |= ours | {"note": text or None}
    return values


def _texts(model: type[BaseModel], element: etree._Element) -> Values:
    names = wire_fields(model)
    found = ((names.get(local_name(child)), (child.text or "").strip()) for child in element)
    return {field: text for field, text in found if field and (text or not may_be_absent(model, field))}


def _values_of_json(kind: DocumentKind, text: str) -> Values | None:
    body = json.loads(text, parse_float=Decimal)
    if isinstance(body, list) and len(body) == 1:
        body = body[0]
    if not isinstance(body, dict) or body.get("kind") != kind:
        return None
    return _named(MODELS[kind], body)


def _named(model: type[BaseModel], body: Values) -> Values:
    spellings, values = all_spellings(model), Values()
    for key, value in body.items():
        field = spellings.get(key)
        if field is None or (value in (None, "") and may_be_absent(model, field)):
            continue
        entries = nested_model(model, field)
        if entries is not None and isinstance(value, list):
            value = [_named(entries, entry) if isinstance(entry, dict) else entry for entry in value]
        values.setdefault(field, value)
    return values


def _by_our_names(model: type[BaseModel], loc: Loc) -> Loc:
    """Where a fault is; pydantic names an absent field by customs' name."""
    ours: list[str | int] = []
    for part in loc:
        if isinstance(part, str):
            part = all_spellings(model).get(part, part)
            model = nested_model(model, part) or model
        ours.append(part)
    return tuple(ours)


def _stand_in(model: type[BaseModel], values: Any, loc: Loc, moment: datetime) -> None:
    """Take an optional field away, and put something readable where a field is required."""
    *path, last = loc
    for part in path:
        values = values[part]
        model = (nested_model(model, part) or model) if isinstance(part, str) else model
    if isinstance(last, int):
        values[last] = {}
    elif model.model_fields[last].is_required():
        values[last] = _readable(model, last, moment)
    else:
        values.pop(last, None)


def _readable(model: type[BaseModel], field: str, moment: datetime) -> Any:
    match kind_of(model, field):
        case Kind.AMOUNT:
            return Decimal(0)
        case Kind.WHOLE:
            return 1
        case Kind.INSTANT:
            return moment
        case Kind.DAY:
            return legal_day(moment)
        case Kind.LIST:
            return [{}]
        case _:
            return "0" * max(lengths(model, field)[0], 1)
