"""Which document a receipt is about, what it is called, who sends it, and where its fields are."""

import re

from clearway.contracts.documents import ApplicationKind, DocumentKind
from clearway.contracts.parties import Role
from clearway.contracts.reasons import FieldPointer
from clearway.messages.fields import wire_fields
from clearway.messages.forms import FORM_BY_TYPE
from clearway.messages.message import Transfer

_TYPE_OF: dict[str, str] = {
    DocumentKind.ORDER: "CEB311",
    DocumentKind.PAYMENT: "CEB411",
    DocumentKind.WAYBILL: "CEB511",
    DocumentKind.DECLARATION_LIST: "CEB621",
    ApplicationKind.CANCELLATION: "CEB623",
    ApplicationKind.GOODS_RETURN: "CEB625",
}
_ANSWER_NOTHING = ("CEB792", "CEB816", "CEB818", "CEB900")
"""Customs sends these of itself, or about a message whose type they tell."""
_ENVELOPE = {"Signature": "", "Data": "envelope.data", "ReceiverId": "envelope.receiver_ids"}


def document_type(about: str) -> str:
    """The message type of the document: of a kind, a message type or a receipt's, with or without `Message`.

    A receipt's number is its document's and one more (REFERENCE §1). What is no message type comes back as it is.
    """
    name = _TYPE_OF.get(about, about.strip().removesuffix("Message"))
    form = FORM_BY_TYPE.get(name)
    if form is None or not form.by_customs or name in _ANSWER_NOTHING:
        return name
    return f"CEB{int(name.removeprefix('CEB')) - 1}"


def receipt_type(document: str) -> str:
    """The message type of the receipts of a document; the document's own where it has none."""
    if not re.fullmatch(r"CEB\d{3}", document) or document in _ANSWER_NOTHING:
        return document
    return f"CEB{int(document.removeprefix('CEB')) + 1}"


def names_of(document: str) -> tuple[str, str]:
    """What a document is called in English, within a sentence, and in Chinese."""
    form = FORM_BY_TYPE.get(document)
    if form is None or form.by_customs:
        return "message", "报文"
    return form.title_en[:1].lower() + form.title_en[1:], form.title_zh


def sender_of(document: str) -> Role:
    """Who sends a document; the declaring agent where it is not known which."""
    form = FORM_BY_TYPE.get(document)
    return Role.AGENT if form is None or form.by_customs else form.owner


def pointer(document: str, element: str) -> FieldPointer | None:
    """An element of a document in both spellings, or None where this document has no such element."""
    if element in _ENVELOPE:
        return FieldPointer(element=element, field=_ENVELOPE[element])
    parent, _, name = element.rpartition("/")
    if parent == "BaseTransfer":
        return FieldPointer(element=element, field=f"transfer.{wire_fields(Transfer)[name]}")
    form = FORM_BY_TYPE.get(document)
    if form is None:
        return FieldPointer(element=element)
    if element == form.record:
        return FieldPointer(element=element, field=form.pointer)
    if element == form.lines:
        return FieldPointer(element=f"{form.record}/{element}", field=f"{form.pointer}.lines")
    head, line = wire_fields(form.model), wire_fields(form.line_model) if form.line_model else {}
    if name in head and parent in ("", form.record, form.head):
        path = "/".join(part for part in (form.record, form.head, name) if part)
        return FieldPointer(element=path, field=f"{form.pointer}.{head[name]}")
    if name in line and parent in ("", form.lines):
        return FieldPointer(element=f"{form.record}/{form.lines}/{name}", field=f"{form.pointer}.lines[].{line[name]}")
    return None
