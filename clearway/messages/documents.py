"""Documents as enterprises hand them in: a CEB message, or JSON in our field names or customs'."""

import re
from typing import Any

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
from clearway.messages.field_faults import Place, accept
from clearway.messages.forms import FORM_BY_MODEL, MOST_RECORDS
from clearway.messages.json_records import named, parsed
from clearway.messages.masking import shown
from clearway.messages.message import Message
from clearway.messages.parsing import MAX_BYTES, text_of
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
    faults: list[Problem] = []
    for number, document in enumerate(documents):
        place = Place.of(FORM_BY_MODEL[type(document)], number, len(documents) > 1)
        faults += unwritable(document, place, judged=False)
    if faults:
        raise MessageRefused(faults)
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
    body = parsed(text)
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
    document = accept(model, named(model, body, place, (), own), place, own)
    if document is not None:
        own += unwritable(document, place, judged=False)
    faults += own
    return None if own else document


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
