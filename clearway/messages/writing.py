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
from clearway.messages.field_faults import Place
from clearway.messages.fields import may_be_hollow, wire_fields
from clearway.messages.form import MOST_SUBSCRIBERS, NAMESPACE, Edition, Flow, Form
from clearway.messages.forms import FORM_BY_MODEL
from clearway.messages.masking import shown
from clearway.messages.message import Extension, Message, Record, Subscriber, Transfer
from clearway.messages.note import join_note
from clearway.messages.parsing import fits_xml, root_of
from clearway.messages.signing import Signer, UnsignedPlaceholder
from clearway.messages.slots import with_milliseconds
from clearway.messages.writable import unwritable, unwritable_extension

_CEB = f"{{{NAMESPACE}}}"


def write(
    records: Sequence[Record],
    *,
    guid: str,
    transfer: Transfer | None = None,
    subscribers: Sequence[Subscriber] = (),
    extension: Extension | None = None,
    signer: Signer | None = None,
    unsigned: bool = False,
    version: str = "1.0",
    edition: Edition = Edition.E202205,
) -> bytes:
    """Write records of one type as one message of an edition, in UTF-8 and without indentation.

    Documents and applications carry the prefix `ceb:`, a transfer, up to five subscribers, an extension if there is
    one and, from `signer`, a signature; without a signer, and where the specification demands a signature, an
    UnsignedPlaceholder stands in its place, unless it shall be `unsigned` for one who signs it next. Receipts and
    bills are written as customs does: in the default namespace, with none of these, and without the elements that
    customs leaves out. Instants are cut to the second, and returnTime and opDate to the millisecond, in China standard
    time; absent and empty optional fields are left out; fields that are ours travel in the note.

    Raises MessageRefused with every fault at once: no record or more than the form's most, records of several types
    or of none that we speak, a type, a field or a length that the edition does not know, a transfer that is missing
    or out of place, a note that grows beyond 1000 characters, characters that XML cannot carry.
    """
    if not records or any(type(record) not in FORM_BY_MODEL for record in records):
        raise MessageRefused([_no_record(records)])
    form = FORM_BY_MODEL[type(records[0])]
    faults = [*_faults_of_call(form, records, guid, version, edition)]
    faults += _faults_of_parts(form, transfer, subscribers, extension, signer)
    for number, record in enumerate(records):
        place = Place.of(FORM_BY_MODEL[type(record)], number, len(records) > 1)
        faults += unwritable(record, place, edition, form.flow)
        faults += _faults_of_lines(FORM_BY_MODEL[type(record)], record, place, edition)
    if transfer:
        faults += unwritable(transfer, Place(Transfer, "transfer", "BaseTransfer"), edition, form.flow)
    for number, subscriber in enumerate(subscribers):
        faults += unwritable(subscriber, Place(Subscriber, f"subscribers[{number}]", f"BaseSubscribe[{number + 1}]"))
    if extension:
        faults += unwritable(extension, Place(Extension, "extension", "ExtendMessage"))
        faults += unwritable_extension(extension)
    if faults:
        raise MessageRefused(faults)
    if signer is None and form.signature_due and not unsigned:
        signer = UnsignedPlaceholder()
    body = _body(form, records, guid, version, transfer, subscribers)
    extended = _extended(extension) if extension else b""
    end = f"</ceb:{form.root}>".encode()
    if signer is None:
        return body if form.by_customs else body + extended + end
    # The signature is put in and no other byte changes: a space more and customs cannot verify it.
    signature = signer.sign(body + extended + end)
    return body + (extended + signature if form.flow is Flow.IMPORT else signature + extended) + end


def write_message(
    message: Message, *, signer: Signer | None = None, unsigned: bool = False, edition: Edition | None = None
) -> bytes:
    """Write a message again as it was read, in its own edition or else that of 2022-05.

    Its signature is kept unless `signer` makes a new one or it shall be `unsigned`; what the reader did not know
    (`unknown`) is not in it.
    Raises MessageRefused as `write` does.
    """
    if signer is None and message.signature and not unsigned:
        signer = _Kept(message.signature)
    return write(
        message.records,
        guid=message.guid,
        transfer=message.transfer,
        subscribers=message.subscribers,
        extension=message.extension,
        signer=signer,
        unsigned=unsigned,
        version=message.version,
        edition=edition or message.edition or Edition.E202205,
    )


class _Kept:
    """The signature that a message came with."""

    def __init__(self, signature: str) -> None:
        self.signature = signature

    def sign(self, unsigned: bytes) -> bytes:
        return self.signature.encode()


def _body(
    form: Form,
    records: Sequence[Record],
    guid: str,
    version: str,
    transfer: Transfer | None,
    subscribers: Sequence[Subscriber],
) -> bytes:
    """The message; of an enterprise's, everything before extension, signature and the end tag."""
    prefix: Any = None if form.by_customs else "ceb"  # the stubs forget that None is the default namespace
    root = etree.Element(f"{_CEB}{form.root}", nsmap={prefix: NAMESPACE})
    root.set("guid", guid)
    root.set("version", version)
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
    declaration = f'<?xml version="1.0" encoding="UTF-8"{alone}?>\n'.encode()
    return declaration + etree.tostring(root, encoding="UTF-8").removesuffix(f"</ceb:{form.root}>".encode())


def _extended(extension: Extension) -> bytes:
    """The extension as it stands inside the root."""
    root = etree.Element(f"{_CEB}ExtendMessage", nsmap={"ceb": NAMESPACE})
    _fill(root, extension)
    content = etree.SubElement(root, f"{_CEB}Message")
    if extension.content.strip():
        content.append(root_of(extension.content.encode()))
    return etree.tostring(root, encoding="UTF-8").replace(f' xmlns:ceb="{NAMESPACE}"'.encode(), b"", 1)


def _fill(element: etree._Element, record: BaseModel) -> None:
    """Add the record's fields in the schema's order, which is the order of the model."""
    for name, field in wire_fields(type(record)).items():
        value = join_note(record) if field == "note" else getattr(record, field)
        if value not in (None, ""):
            etree.SubElement(element, f"{_CEB}{name}").text = _wire_text(name, value)
        elif value is not None and may_be_hollow(type(record), field):
            etree.SubElement(element, f"{_CEB}{name}")


def _wire_text(name: str, value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        moment = value.astimezone(SHANGHAI)
        digits = f"{moment.year:04d}{moment:%m%d%H%M%S}"
        return f"{digits}{moment.microsecond // 1000:03d}" if with_milliseconds(name) else digits
    if isinstance(value, date):
        return value.isoformat().replace("-", "")
    return str(value)


def _no_record(records: Sequence[object]) -> Problem:
    if not records:
        return problem(
            "E_NO_RECORD",
            ("there is no record to write", "没有可写入报文的记录"),
            ("Give at least one record", "请至少提供一条记录"),
        )
    strange = ", ".join(sorted({type(record).__name__ for record in records if type(record) not in FORM_BY_MODEL}))
    return problem(
        "E_NOT_A_RECORD",
        (f"no message carries this: {strange}", f"没有报文可承载：{strange}"),
        ("Give records of one message type", "请提供同一报文类型的记录"),
        reference="REFERENCE §1",
    )


def _faults_of_call(
    form: Form, records: Sequence[Record], guid: str, version: str, edition: Edition
) -> Iterator[Problem]:
    """What is wrong with the message as a whole."""
    if form.most_records is not None and len(records) > form.most_records:
        yield problem(
            "E_TOO_MANY_RECORDS",
            (f"{len(records)} records for one message", f"一个报文含 {len(records)} 条记录"),
            (f"Give at most {form.most_records}", f"最多提供 {form.most_records} 条记录"),
        )
    models = {type(record).__name__ for record in records}
    if len(models) > 1:
        yield problem(
            "E_MIXED_RECORDS",
            ("records of several types: " + ", ".join(sorted(models)), "记录类型不一致"),
            ("Write one message for each type", "请按类型分别生成报文"),
        )
    if edition not in form.editions:
        known = ", ".join(form.editions)
        yield problem(
            "E_NOT_IN_EDITION",
            (f"{form.message_type} does not exist in edition {edition}", f"{edition} 版规范没有 {form.message_type}"),
            (f"Write it in edition {known}", f"请使用 {known} 版"),
            reference="REFERENCE §1",
        )
    if len(guid) != 36 or not fits_xml(guid):
        yield _attribute("guid", guid, "36", 36)
    if not 1 <= len(version) <= 10 or not fits_xml(version):
        yield _attribute("version", version, "1 to 10", 10)


def _attribute(name: str, value: str, wanted: str, most: int) -> Problem:
    told = shown(name, value)
    return problem(
        "E_FIELD",
        (f"the message's `{name}` has {len(value)} characters", f"报文的 {name} 为 {len(value)} 个字符"),
        (f"Give a `{name}` of {wanted} characters", f"请提供长度不超过 {most} 位的 {name}"),
        fields=(FieldValue(field=f"message.{name}", value=told), FieldValue(field=f"@{name}", value=told)),
    )


def _faults_of_parts(
    form: Form,
    transfer: Transfer | None,
    subscribers: Sequence[Subscriber],
    extension: Extension | None,
    signer: Signer | None,
) -> Iterator[Problem]:
    """What is wrong with what stands beside the records."""
    if not form.by_customs and transfer is None:
        yield problem(
            "E_NO_TRANSFER",
            ("the message names no transmitter", "报文缺少传输节点"),
            ("Give `transfer`, who transmits the message (BaseTransfer)", "请提供 transfer（BaseTransfer）"),
        )
    if form.by_customs and (transfer or subscribers or extension or signer):
        yield problem(
            "E_TRANSFER_OUT_OF_PLACE",
            (
                "customs' messages carry no transfer, subscriber, extension or signature",
                "回执报文不含传输、订阅、扩展和签名节点",
            ),
            ("Leave them out", "请去掉这些节点"),
        )
    if len(subscribers) > MOST_SUBSCRIBERS:
        yield problem(
            "E_TOO_MANY_SUBSCRIBERS",
            (f"{len(subscribers)} subscribers", f"订阅节点为 {len(subscribers)} 个"),
            (f"Give at most {MOST_SUBSCRIBERS}", f"最多 {MOST_SUBSCRIBERS} 个"),
        )


def _faults_of_lines(form: Form, record: Record, place: Place, edition: Edition) -> Iterator[Problem]:
    """Too few or too many lines for the edition."""
    if form.lines is None:
        return
    least, most = form.line_limits(edition)
    count = len(getattr(record, "lines", ()))
    if count < least:
        yield place.problem(("lines",), "too_short", context={"min_length": least})
    if most is not None and count > most:
        yield place.problem(("lines",), "too_long", context={"max_length": most})
