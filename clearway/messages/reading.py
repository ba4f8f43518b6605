"""Reading a message: tolerant of prefixes, order and strangers, exact about every field it knows."""

from typing import Any

from lxml import etree
from pydantic import BaseModel

from clearway.contracts.base import Contract
from clearway.contracts.problems import FieldValue, Problem
from clearway.messages.faults import MOST_PROBLEMS, MessageRefused, problem
from clearway.messages.field_faults import Loc, M, Place, accept, as_many_as_permitted
from clearway.messages.fields import may_be_absent, nested_model, wire_fields
from clearway.messages.forms import MOST_RECORDS, MOST_SUBSCRIBERS, Form
from clearway.messages.masking import shown
from clearway.messages.message import Message, Subscriber, Transfer
from clearway.messages.note import split_note
from clearway.messages.parsing import MAX_BYTES, local_name, parse

_MOST_UNKNOWN = 100
_LONGEST_PATH = 200


def read(data: bytes, *, max_bytes: int = MAX_BYTES) -> Message:
    """Read one CEB message of the import set; `max_bytes` bounds its size.

    Names are matched without prefix and namespace; comments are ignored, unknown elements are ignored and listed;
    an empty optional element counts as absent; repeated records are kept. Fields that are ours come out of the note
    (RULEBOOK D-31). Times without offset are China standard time.

    Raises MessageRefused with every fault at once.
    """
    form, root = parse(data, max_bytes)
    return _Reader(form, root).message()


class _Reader:
    """One pass over one message, collecting faults and strangers on the way."""

    def __init__(self, form: Form, root: etree._Element) -> None:
        self.form = form
        self.root = root
        self.faults: list[Problem] = []
        self.unknown: dict[str, None] = {}

    def message(self) -> Message:
        guid = self._guid()
        entries = _named(self.root, self.form.record)
        self._count(len(entries))
        records: list[Contract | None] = []
        for number, entry in enumerate(entries):
            if len(self.faults) > MOST_PROBLEMS:
                break
            records.append(self._record(entry, Place.of(self.form, number, len(entries) > 1)))
        transfers = [
            self._part(Transfer, part, Place(Transfer, "transfer", "BaseTransfer", owner=self.form.owner))
            for part in _named(self.root, "BaseTransfer")[:1]
        ]
        subscribers = [
            self._part(
                Subscriber,
                part,
                Place(Subscriber, f"subscribers[{number}]", f"BaseSubscribe[{number + 1}]", owner=self.form.owner),
            )
            for number, part in enumerate(_named(self.root, "BaseSubscribe")[:MOST_SUBSCRIBERS])
        ]
        for stranger in {local_name(child) for child in self.root} - {
            self.form.record,
            "BaseTransfer",
            "BaseSubscribe",
            "Signature",
        }:
            self._ignore(stranger)
        for name, most in (("BaseTransfer", 1), ("BaseSubscribe", MOST_SUBSCRIBERS)):
            if len(_named(self.root, name)) > most:
                self._ignore(f"{name}[{most + 1}]")
        if self.faults:
            raise MessageRefused(self.faults)
        return Message.model_validate(
            {
                "message_type": self.form.message_type,
                "guid": guid,
                "version": self.root.get("version") or "1.0",
                "records": records,
                "transfer": transfers[0] if transfers else None,
                "subscribers": subscribers,
                "unknown": tuple(sorted(self.unknown)),
            }
        )

    def _record(self, element: etree._Element, place: Place) -> Contract | None:
        """One business record: its head's fields, or its own, and its lines."""
        form, faults = self.form, list[Problem]()
        path = form.record if form.head is None else f"{form.record}/{form.head}"
        heads = [element] if form.head is None else _named(element, form.head)
        place.source_lines[()] = _source_line(element)
        values = self._values(form.model, heads, place, (), faults, path)
        if form.head is not None:
            for child in element:
                if local_name(child) not in (form.head, form.lines):
                    self._ignore(f"{form.record}/{local_name(child)}")
        if form.lines is not None and (line := nested_model(form.model, "lines")) is not None:
            entries = as_many_as_permitted(_named(element, form.lines), place, "lines", faults)
            values["lines"] = [
                self._values(line, [entry], place, ("lines", number), faults, f"{form.record}/{form.lines}")
                for number, entry in enumerate(entries)
            ]
        if "note" in values:
            text, ours = split_note(form.model, values["note"])
            values |= ours | {"note": text or None}
        record = accept(form.model, values, place, faults)
        self.faults += faults
        return record

    def _part(self, model: type[M], element: etree._Element, place: Place) -> M | None:
        """A part that stands beside the records."""
        faults: list[Problem] = []
        values = self._values(model, [element], place, (), faults, local_name(element))
        part = accept(model, values, place, faults)
        self.faults += faults
        return part

    def _values(
        self,
        model: type[BaseModel],
        elements: list[etree._Element],
        place: Place,
        loc: Loc,
        faults: list[Problem],
        path: str,
    ) -> dict[str, Any]:
        """The texts of the fields, by our names; a field that customs demands and that is absent is a fault."""
        known = wire_fields(model)
        values: dict[str, Any] = {}
        found: set[str] = set()
        faulty: set[str] = set()
        for child in (child for element in elements for child in element):
            field = known.get(local_name(child))
            if field is None:
                self._ignore(f"{path}/{local_name(child)}")
                continue
            text = (child.text or "").strip()
            place.source_lines.setdefault((*loc, field), _source_line(child))
            found.add(field)
            if field in faulty or (not text and may_be_absent(model, field) and not len(child)):
                continue
            fault = "elements" if len(child) else "twice" if values.setdefault(field, text) != text else None
            if fault:
                faulty.add(field)
                faults.append(place.problem((*loc, field), fault, text))
        if elements:
            place.source_lines[loc] = _source_line(elements[0])
        faults += [
            place.problem((*loc, field), "missing")
            for field in known.values()
            if field not in found and not may_be_absent(model, field)
        ]
        return values

    def _guid(self) -> str:
        """The message's own id; enterprises must give one of 36 characters, customs' is taken as it comes."""
        guid = (self.root.get("guid") or "").strip()
        told = shown("guid", guid)
        if len(guid) != 36 and not self.form.by_customs:
            self.faults.append(
                problem(
                    "E_FIELD",
                    (f"the message's `guid` has {len(guid)} characters", f"报文的 guid 为 {len(guid)} 个字符"),
                    ("Give the root element a `guid` of 36 characters", "请在根元素上填写 36 位的 guid"),
                    fields=(
                        FieldValue(field="message.guid", value=told),
                        FieldValue(field="@guid", value=told),
                    ),
                    owner=self.form.owner,
                )
            )
        return guid

    def _count(self, records: int) -> None:
        if records == 0:
            self.faults.append(
                problem(
                    "E_NO_RECORD",
                    (f"the message holds no `{self.form.record}`", f"报文中没有 {self.form.record}"),
                    (f"Send 1 to {MOST_RECORDS} records", f"请发送 1 至 {MOST_RECORDS} 条记录"),
                    owner=self.form.owner,
                )
            )
        elif records > MOST_RECORDS and not self.form.by_customs:
            self.faults.append(
                problem(
                    "E_TOO_MANY_RECORDS",
                    (f"the message holds {records} records", f"报文含有 {records} 条记录"),
                    (f"Send at most {MOST_RECORDS} records in one message", f"每个报文最多 {MOST_RECORDS} 条记录"),
                    owner=self.form.owner,
                )
            )

    def _ignore(self, path: str) -> None:
        if len(self.unknown) < _MOST_UNKNOWN:
            self.unknown[path[:_LONGEST_PATH]] = None


def _named(parent: etree._Element, name: str | None) -> list[etree._Element]:
    return [child for child in parent if local_name(child) == name]


def _source_line(element: etree._Element) -> int:
    line: Any = element.sourceline  # the stubs know no type for it
    return int(line or 0)
