"""Documents as enterprises hand them in: a CEB message, or JSON in our field names or customs'."""

import json
import re
from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from clearway.contracts.documents import (
    CancelApplication,
    DeclarationList,
    Document,
    DocumentKind,
    Order,
    Payment,
    ReturnApplication,
    Waybill,
)
from clearway.contracts.problems import FieldValue, Problem
from clearway.messages.faults import MessageRefused, problem
from clearway.messages.field_faults import Loc, Place, accept, as_many_as_permitted
from clearway.messages.fields import all_spellings, may_be_absent, nested_model
from clearway.messages.forms import FORM_BY_MODEL, MOST_RECORDS
from clearway.messages.masking import shown
from clearway.messages.message import Message
from clearway.messages.parsing import MAX_BYTES, fits_xml, text_of
from clearway.messages.reading import read
from clearway.messages.writable import unwritable

_MODELS: dict[str, type[Order | Payment | Waybill | DeclarationList]] = {
    DocumentKind.ORDER: Order,
    DocumentKind.PAYMENT: Payment,
    DocumentKind.WAYBILL: Waybill,
    DocumentKind.DECLARATION_LIST: DeclarationList,
}
_XML = re.compile(r"(text|application)/([\w.-]+\+)?xml\b", re.IGNORECASE)
_JSON = re.compile(r"(text|application)/([\w.-]+\+)?json\b", re.IGNORECASE)
_WHOLE = re.compile(r"-?\d{1,40}")
_DECIMAL = re.compile(r"-?\d{1,40}(\.\d{1,40})?([eE][+-]?\d{1,2})?")


def document_from(data: bytes, content_type: str | None = None, *, max_bytes: int = MAX_BYTES) -> tuple[Document, ...]:
    """The documents in a body: a CEB message (311, 411, 511, 621), a JSON object with its `kind`, or a list of those.

    `content_type` decides where it names XML or JSON; otherwise the first character does. JSON fields are spelled our
    way or customs'; amounts may be strings or numbers and are read exactly.

    Raises MessageRefused with every fault at once.
    """
    text = text_of(data, max_bytes)
    if _says_xml(content_type, text):
        return _from_message(data, max_bytes)
    return _from_json(text)


def _says_xml(content_type: str | None, text: str) -> bool:
    if content_type and _XML.match(content_type.strip()):
        return True
    if content_type and _JSON.match(content_type.strip()):
        return False
    return text.lstrip().startswith("<")


def _from_message(data: bytes, max_bytes: int) -> tuple[Document, ...]:
    message = read(data, max_bytes=max_bytes)
    documents = tuple(
        record for record in message.records if isinstance(record, Order | Payment | Waybill | DeclarationList)
    )
    if len(documents) < len(message.records):
        raise MessageRefused([_no_document(message)])
    return documents


def _no_document(message: Message) -> Problem:
    if isinstance(message.records[0], CancelApplication | ReturnApplication):
        told = (
            f"{message.message_type} is an application about a filed list, not one of its documents",
            f"{message.message_type} 是已申报清单的申请单，不是企业单证",
        )
        remedy = (
            "Ask the case to cancel the list or to return goods; it files the application with customs",
            "请通过业务流程申请撤销清单或者退货，由其向海关提交申请单",
        )
    else:
        told = (
            f"{message.message_type} is a message of customs, not an enterprise's document",
            f"{message.message_type} 是海关回执，不是企业单证",
        )
        remedy = ("Send 311, 411, 511 or 621", "请发送 CEB311、CEB411、CEB511 或 CEB621")
    return problem("E_NOT_A_DOCUMENT", told, remedy, reference="REFERENCE §1")


def _from_json(text: str) -> tuple[Document, ...]:
    body = _parsed(text)
    bodies = body if isinstance(body, list) else [body]
    faults: list[Problem] = []
    if not 1 <= len(bodies) <= MOST_RECORDS:
        faults.append(
            problem(
                "E_TOO_MANY_RECORDS" if bodies else "E_NO_RECORD",
                (f"the list holds {len(bodies)} documents", f"列表含 {len(bodies)} 份单证"),
                (f"Send 1 to {MOST_RECORDS} documents", f"请发送 1 至 {MOST_RECORDS} 份单证"),
            )
        )
    found = [_document(entry, number, len(bodies) > 1, faults) for number, entry in enumerate(bodies[:MOST_RECORDS])]
    if faults:
        raise MessageRefused(faults)
    return tuple(document for document in found if document is not None)


def _document(body: Any, number: int, of_many: bool, faults: list[Problem]) -> Document | None:
    """One document of a JSON body, or None with its faults added."""
    kind = body.get("kind") if isinstance(body, dict) else None
    model = _MODELS.get(kind) if isinstance(kind, str) else None
    if model is None:
        faults.append(_no_kind(kind, f"[{number}].kind" if of_many else "kind"))
        return None
    place = Place.of(FORM_BY_MODEL[model], number, of_many)
    own: list[Problem] = []
    document = accept(model, _named(model, body, place, (), own), place, own)
    if document is not None:
        own += unwritable(document, place, judged=False)
    faults += own
    return None if own else document


def _named(model: type[BaseModel], body: "_Object", place: Place, loc: Loc, faults: list[Problem]) -> dict[str, Any]:
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
                _named(entries, entry, place, (*loc, field, number), faults) if isinstance(entry, _Object) else entry
                for number, entry in enumerate(as_many_as_permitted(value, place, field, faults))
            ]
    return values


class _Object(dict[str, Any]):
    """A JSON object that remembers every pair, so that a key given twice is seen."""

    __slots__ = ("pairs",)

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self.pairs = pairs


def _parsed(text: str) -> Any:
    """The JSON body with exact numbers."""
    try:
        return json.loads(
            text, parse_float=_number, parse_int=_number, parse_constant=_number, object_pairs_hook=_Object
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


def _no_kind(kind: object, pointer: str) -> Problem:
    known = ", ".join(_MODELS)
    given = shown("kind", kind if isinstance(kind, str) else None)
    told = "this is no kind of document" if given else "the document does not say its kind"
    return problem(
        "E_UNKNOWN_KIND",
        (f"{pointer}: {told}", f"{pointer}：单证类型缺失或无法识别"),
        (f"Give `kind`, one of {known}", f"请填写 kind：{known} 之一"),
        fields=(FieldValue(field=pointer, value=given),),
    )
