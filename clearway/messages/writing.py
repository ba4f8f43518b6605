"""Writing a message: the schema's order, no indentation, plain numbers, and bytes that a signature may cover."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from lxml import etree
from pydantic import BaseModel

from clearway.contracts.base import SHANGHAI
from clearway.contracts.problems import FieldValue, Problem
from clearway.messages.faults import MessageRefused, problem
from clearway.messages.field_faults import Loc, Place
from clearway.messages.fields import may_be_absent, wire_fields
from clearway.messages.forms import FORM_BY_MODEL, MOST_RECORDS, MOST_SUBSCRIBERS, NAMESPACE, Form
from clearway.messages.masking import shown
from clearway.messages.message import Record, Subscriber, Transfer
from clearway.messages.note import LONGEST, join_note
from clearway.messages.parsing import fits_xml
from clearway.messages.signing import Signer, UnsignedPlaceholder

_CEB = f"{{{NAMESPACE}}}"


def write(
    records: Sequence[Record],
    *,
    guid: str,
    transfer: Transfer | None = None,
    subscribers: Sequence[Subscriber] = (),
    signer: Signer | None = None,
) -> bytes:
    """Write records of one type as one message, in UTF-8 and without indentation.

    Documents and applications carry the prefix `ceb:`, a transfer, up to five subscribers and, from `signer`, a
    signature; without a signer, and where the schema demands a signature (621, 623, 625), an UnsignedPlaceholder
    stands in its place. Receipts and bills are written as customs does: in the default namespace, with neither.
    Instants are cut to the second, and returnTime to the millisecond, in China standard time; absent and empty
    optional fields are left out; fields that are ours travel in the note.

    Raises MessageRefused with every fault at once: no record or more than 100, records of several types, a transfer
    that is missing or out of place, a note that grows beyond 1000 characters, characters that XML cannot carry.
    """
    faults = [*_faults_of_call(records, guid, transfer, subscribers, signer)]
    for number, record in enumerate(records):
        faults += unwritable(record, Place.of(FORM_BY_MODEL[type(record)], number, len(records) > 1))
    if transfer:
        faults += unwritable(transfer, Place(Transfer, "transfer", "BaseTransfer"))
    for number, subscriber in enumerate(subscribers):
        faults += unwritable(subscriber, Place(Subscriber, f"subscribers[{number}]", f"BaseSubscribe[{number + 1}]"))
    if faults:
        raise MessageRefused(faults)
    form = FORM_BY_MODEL[type(records[0])]
    if signer is None and form.signature_due:
        signer = UnsignedPlaceholder()
    unsigned = _unsigned(form, records, guid, transfer, subscribers)
    return _signed(form, unsigned, signer) if signer else unsigned


def unwritable(record: BaseModel, place: Place) -> list[Problem]:
    """Every field of a record that no message can carry: its characters, or a note that outgrows its 1000."""
    faults = [place.problem(loc, "characters", text) for loc, text in _texts(record) if not fits_xml(text)]
    if len(join_note(record) or "") > LONGEST:
        faults.append(place.problem(("note",), "note_full"))
    return faults


def _texts(record: BaseModel, loc: Loc = ()) -> Iterator[tuple[Loc, str]]:
    """Every text in a record, and where it is."""
    for name, value in record:
        if isinstance(value, str):
            yield (*loc, name), value
        elif isinstance(value, tuple):
            for number, entry in enumerate(value):
                yield from _texts(entry, (*loc, name, number))


def _unsigned(
    form: Form, records: Sequence[Record], guid: str, transfer: Transfer | None, subscribers: Sequence[Subscriber]
) -> bytes:
    prefix: Any = None if form.by_customs else "ceb"  # the stubs forget that None is the default namespace
    root = etree.Element(f"{_CEB}{form.root}", nsmap={prefix: NAMESPACE})
    root.set("guid", guid)
    root.set("version", "1.0")
    for record in records:
        entry = etree.SubElement(root, f"{_CEB}{form.record}")
        _fill(etree.SubElement(entry, f"{_CEB}{form.head}") if form.head else entry, record)
        for line in getattr(record, "lines", ()):
            _fill(etree.SubElement(entry, f"{_CEB}{form.lines}"), line)
    if transfer:
        _fill(etree.SubElement(root, f"{_CEB}BaseTransfer"), transfer)
    for subscriber in subscribers:
        _fill(etree.SubElement(root, f"{_CEB}BaseSubscribe"), subscriber)
    alone = ' standalone="yes"' if form.by_customs else ""
    return f'<?xml version="1.0" encoding="UTF-8"{alone}?>\n'.encode() + etree.tostring(root, encoding="UTF-8")


def _fill(element: etree._Element, record: BaseModel) -> None:
    """Add the record's fields in the schema's order, which is the order of the model."""
    for name, field in wire_fields(type(record)).items():
        value = join_note(record) if field == "note" else getattr(record, field)
        if value not in (None, ""):
            etree.SubElement(element, f"{_CEB}{name}").text = _wire_text(name, value)
        elif not may_be_absent(type(record), field):
            etree.SubElement(element, f"{_CEB}{name}")


def _wire_text(name: str, value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        moment = value.astimezone(SHANGHAI)
        digits = f"{moment.year:04d}{moment:%m%d%H%M%S}"
        return f"{digits}{moment.microsecond // 1000:03d}" if name == "returnTime" else digits
    if isinstance(value, date):
        return value.isoformat().replace("-", "")
    return str(value)


def _signed(form: Form, unsigned: bytes, signer: Signer) -> bytes:
    """Put the signature last, and change no other byte: a space more and customs cannot verify it."""
    end = f"</ceb:{form.root}>".encode()
    body = unsigned.removesuffix(end)
    return body + signer.sign(unsigned) + end


def _faults_of_call(
    records: Sequence[Record],
    guid: str,
    transfer: Transfer | None,
    subscribers: Sequence[Subscriber],
    signer: Signer | None,
) -> Iterator[Problem]:
    """What is wrong with the message as a whole."""
    models = {type(record) for record in records}
    told = shown("guid", guid)
    if not records or len(records) > MOST_RECORDS:
        yield problem(
            "E_TOO_MANY_RECORDS" if records else "E_NO_RECORD",
            (f"{len(records)} records for one message", f"一个报文含 {len(records)} 条记录"),
            (f"Give 1 to {MOST_RECORDS} records", f"请提供 1 至 {MOST_RECORDS} 条记录"),
        )
    if len(models) > 1:
        yield problem(
            "E_MIXED_RECORDS",
            ("records of several types: " + ", ".join(sorted(model.__name__ for model in models)), "记录类型不一致"),
            ("Write one message for each type", "请按类型分别生成报文"),
        )
    if len(guid) != 36 or not fits_xml(guid):
        yield problem(
            "E_FIELD",
            (f"the message's `guid` has {len(guid)} characters", f"报文的 guid 为 {len(guid)} 个字符"),
            ("Give a `guid` of 36 characters", "请提供 36 位的 guid"),
            fields=(
                FieldValue(field="message.guid", value=told),
                FieldValue(field="@guid", value=told),
            ),
        )
    by_customs = {FORM_BY_MODEL[model].by_customs for model in models}
    if by_customs == {False} and transfer is None:
        yield problem(
            "E_NO_TRANSFER",
            ("the message names no transmitter", "报文缺少传输节点"),
            ("Give `transfer`, who transmits the message (BaseTransfer)", "请提供 transfer（BaseTransfer）"),
        )
    if True in by_customs and (transfer or subscribers or signer):
        yield problem(
            "E_TRANSFER_OUT_OF_PLACE",
            ("customs' messages carry no transfer, subscriber or signature", "回执报文不含传输、订阅和签名节点"),
            ("Leave them out", "请去掉这些节点"),
        )
    if len(subscribers) > MOST_SUBSCRIBERS:
        yield problem(
            "E_TOO_MANY_SUBSCRIBERS",
            (f"{len(subscribers)} subscribers", f"订阅节点为 {len(subscribers)} 个"),
            (f"Give at most {MOST_SUBSCRIBERS}", f"最多 {MOST_SUBSCRIBERS} 个"),
        )
