"""A message told in JSON, as `Message` tells itself: read back exactly, or refused with every fault at once."""

from typing import Any

from clearway.contracts.base import Contract
from clearway.contracts.problems import FieldValue, Problem
from clearway.messages.faults import MOST_PROBLEMS, MessageRefused, problem
from clearway.messages.field_faults import M, Place, accept
from clearway.messages.form import Edition, Form
from clearway.messages.json_records import JsonObject, named, parsed
from clearway.messages.message import Extension, Message, Subscriber, Transfer
from clearway.messages.parsing import MAX_BYTES, fits_xml, form_of, text_of


def message_from_json(data: bytes, *, max_bytes: int = MAX_BYTES) -> Message:
    """The message of a JSON object with `message_type`, `guid` and `records`, and what else `Message` has.

    Fields are spelled our way or customs'; numbers are read exactly. `unknown` and `findings` are ignored, since they
    are not written. Raises MessageRefused with every fault at once.
    """
    body = parsed(text_of(data, max_bytes))
    if not isinstance(body, JsonObject):
        raise MessageRefused(
            [_fault("message", "is no JSON object", "不是 JSON 对象", "Give one object", "请提供对象")]
        )
    kind = body.get("message_type")
    if not isinstance(kind, str):
        raise MessageRefused(
            [_fault("message_type", "is missing", "缺失", "Give the type, e.g. CEB311", "请填写报文类型，例如 CEB311")]
        )
    form = form_of(kind[:60])
    faults: list[Problem] = []
    texts = {name: _text(body, name, faults) for name in ("guid", "version", "signature", "edition")}
    records = _records(form, body.get("records"), faults)
    transfer = _part(Transfer, body.get("transfer"), Place(Transfer, "transfer", "BaseTransfer"), faults)
    extension = _part(Extension, body.get("extension"), Place(Extension, "extension", "ExtendMessage"), faults)
    subscribers = [
        _part(Subscriber, each, Place(Subscriber, f"subscribers[{number}]", f"BaseSubscribe[{number + 1}]"), faults)
        for number, each in enumerate(_list(body, "subscribers", faults))
    ]
    edition = texts["edition"] or None
    if edition is not None and edition not in list(Edition):
        known = ", ".join(Edition)
        faults.append(_fault("edition", "is no edition", "不是有效的版本", f"Give one of {known}", f"请使用 {known}"))
    if faults:
        raise MessageRefused(faults)
    return Message(
        message_type=form.message_type,
        guid=texts["guid"],
        version=texts["version"] or "1.0",
        records=tuple(records),
        transfer=transfer,
        subscribers=tuple(each for each in subscribers if each is not None),
        extension=extension,
        signature=texts["signature"] or None,
        edition=None if edition is None else Edition(edition),
    )


def _records(form: Form, given: Any, faults: list[Problem]) -> list[Contract]:
    if not isinstance(given, list) or not given:
        faults.append(_fault("records", "holds no record", "没有记录", "Give a list of records", "请提供记录列表"))
        return []
    made: list[Contract] = []
    for number, each in enumerate(given):
        if len(faults) > MOST_PROBLEMS:
            break
        record: Contract | None = _part(form.model, each, Place.of(form, number, len(given) > 1), faults)
        if record is not None:
            made.append(record)
    return made


def _part(model: type[M], given: Any, place: Place, faults: list[Problem]) -> M | None:
    """One record or part, or None with its faults added; None where there is none."""
    if given is None and model in (Transfer, Extension):
        return None
    if not isinstance(given, JsonObject):
        faults.append(_fault(place.pointer, "is no JSON object", "不是 JSON 对象", "Give an object", "请提供对象"))
        return None
    own: list[Problem] = []
    made = accept(model, named(model, given, place, (), own), place, own)
    faults += own
    return made


def _list(body: JsonObject, name: str, faults: list[Problem]) -> list[Any]:
    given = body.get(name)
    if given is None or isinstance(given, list):
        return given or []
    faults.append(_fault(name, "is no list", "不是列表", "Give a list", "请提供列表"))
    return []


def _text(body: JsonObject, name: str, faults: list[Problem]) -> str:
    given = body.get(name)
    if given is None or (isinstance(given, str) and fits_xml(given)):
        return given or ""
    faults.append(_fault(name, "is no text that XML can carry", "不是 XML 可承载的文本", "Give a text", "请提供文本"))
    return ""


def _fault(name: str, english: str, chinese: str, remedy: str, remedy_zh: str) -> Problem:
    return problem(
        "E_FIELD", (f"`{name}` {english}", f"{name} {chinese}"), (remedy, remedy_zh), fields=(FieldValue(field=name),)
    )
