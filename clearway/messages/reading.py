"""Reading a message: tolerant of prefixes, order and strangers, exact about every field it knows."""

from collections.abc import Callable
from typing import Any

from lxml import etree
from pydantic import BaseModel

from clearway.contracts.base import Contract
from clearway.contracts.problems import FieldValue, Problem
from clearway.messages import oddities
from clearway.messages.editions import edition_of
from clearway.messages.faults import MOST_PROBLEMS, MessageRefused, problem
from clearway.messages.field_faults import Loc, M, Place, accept, as_many_as_permitted
from clearway.messages.fields import may_be_absent, may_be_hollow, nested_model, wire_fields
from clearway.messages.form import MOST_SUBSCRIBERS, NAMESPACE, Form
from clearway.messages.masking import shown
from clearway.messages.message import Extension, FaultyRecord, Message, Subscriber, Transfer
from clearway.messages.note import split_note
from clearway.messages.parsing import MAX_BYTES, local_name, parse

_MOST_UNKNOWN = 100
_LONGEST_PATH = 200
_PARTS = ("BaseTransfer", "BaseSubscribe", "ExtendMessage", "Signature")


def read(data: bytes, *, max_bytes: int = MAX_BYTES, tolerant: bool = False) -> Message:
    """Read one CEB message of any type and edition; `max_bytes` bounds its size.

    Names are matched without prefix and namespace, in any order, and as the specification misspells them; comments
    are ignored, unknown elements are ignored and listed; an empty optional element counts as absent; repeated records
    are kept. Fields that are ours come out of the note (RULEBOOK D-31). Times without offset are China standard time.
    What was odd about it is told in `findings`.

    Raises MessageRefused with every fault at once. If `tolerant`, faults of fields are told in `findings` instead, and
    a record with faults is a FaultyRecord: its texts as they came; only what is no CEB message at all is refused.
    """
    form, root = parse(data, max_bytes)
    return _Reader(form, root, tolerant).message()


class _Reader:
    """One pass over one message, collecting faults, oddities and strangers on the way."""

    def __init__(self, form: Form, root: etree._Element, tolerant: bool) -> None:
        self.form = form
        self.root = root
        self.tolerant = tolerant
        self.faults: list[Problem] = []
        self.odd: list[Problem] = []
        self.unknown: dict[str, None] = {}

    def message(self) -> Message:
        self._root_told()
        guid = self._guid()
        entries = self._named(self.root, self.form.record)
        self._count(len(entries))
        records: list[Contract] = []
        for number, entry in enumerate(entries):
            if len(self.faults) > MOST_PROBLEMS:
                break
            record = self._record(entry, Place.of(self.form, number, len(entries) > 1))
            if record is not None:
                records.append(record)
        transfers = [
            self._part(Transfer, part, Place(Transfer, "transfer", "BaseTransfer", owner=self.form.owner))
            for part in self._some("BaseTransfer", 1)
        ]
        subscribers = [
            self._part(
                Subscriber,
                part,
                Place(Subscriber, f"subscribers[{number}]", f"BaseSubscribe[{number + 1}]", owner=self.form.owner),
            )
            for number, part in enumerate(self._some("BaseSubscribe", MOST_SUBSCRIBERS))
        ]
        extensions = [self._extension(part) for part in self._some("ExtendMessage", 1)]
        signatures = [self._as_xml(part) for part in self._some("Signature", 1)]
        for stranger in {_spelt(local_name(child)) for child in self.root} - {self.form.record, *_PARTS}:
            self._ignore(stranger)
        if self.faults and not (self.tolerant and records):
            raise MessageRefused(self.faults)
        return Message.model_construct(
            message_type=self.form.message_type,
            guid=guid,
            version=self.root.get("version") or "1.0",
            records=tuple(records),
            transfer=transfers[0] if transfers else None,
            subscribers=tuple(part for part in subscribers if part is not None),
            extension=extensions[0] if extensions else None,
            signature=signatures[0] if signatures else None,
            edition=edition_of(self.form, records),
            unknown=tuple(sorted(self.unknown)),
            findings=MessageRefused([*self.faults, *self.odd]).problems,
        )

    def _record(self, element: etree._Element, place: Place) -> Contract | None:
        """One business record: its head's fields, or its own, and its lines."""
        form, faults = self.form, list[Problem]()
        path = form.record if form.head is None else f"{form.record}/{form.head}"
        heads = [element] if form.head is None else self._named(element, form.head)
        place.source_lines[()] = _source_line(element)
        values = self._values(form.model, heads, place, (), faults, path)
        if form.head is not None:
            for child in element:
                if _spelt(local_name(child)) not in (form.head, form.lines):
                    self._ignore(f"{form.record}/{local_name(child)}")
        if form.lines is not None and (line := nested_model(form.model, "lines")) is not None:
            entries = as_many_as_permitted(self._named(element, form.lines), place, "lines", faults, unbounded=True)
            values["lines"] = []
            for number, entry in enumerate(entries):
                if len(faults) > MOST_PROBLEMS:
                    break
                told = self._values(line, [entry], place, ("lines", number), faults, f"{form.record}/{form.lines}")
                values["lines"].append(told)
        as_it_came = dict(values)
        if "note" in values:
            text, ours = split_note(form.model, values["note"])
            values |= ours | {"note": text or None}
        record: Contract | None = accept(form.model, values, place, faults)
        self.faults += faults
        if record is None and self.tolerant:
            lines = as_it_came.pop("lines", ())
            return FaultyRecord(fields=as_it_came, lines=tuple(lines))
        return record

    def _part(self, model: type[M], element: etree._Element, place: Place) -> M | None:
        """A part that stands beside the records."""
        faults: list[Problem] = []
        values = self._values(model, [element], place, (), faults, local_name(element))
        part = accept(model, values, place, faults)
        self.faults += faults
        return part

    def _extension(self, element: etree._Element) -> Extension | None:
        """The extension with its content as XML; namespaces that the content does not use are left out."""
        content = [child for holder in self._named(element, "Message") for child in holder][:1]
        bare = etree.Element(element.tag)
        bare.extend([child for child in element if local_name(child) != "Message"])
        told = self._part(Extension, bare, Place(Extension, "extension", "ExtendMessage", owner=self.form.owner))
        if told is None or not content:
            return told
        return told.model_copy(update={"content": self._as_xml(content[0]) or ""})

    def _as_xml(self, element: etree._Element) -> str | None:
        """The element by itself, with the namespaces it uses; None where they are such that none can be told."""
        try:
            return etree.tostring(element, method="c14n", exclusive=True).decode()
        except etree.C14NError:  # a relative namespace
            self._odd(oddities.not_kept, local_name(element))
            return None

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
            name = local_name(child)
            field = known.get(name)
            if field is None and (field := known.get(_spelt(name))) is not None:
                self._odd(oddities.misspelt, f"{path}/{name}", name, _source_line(child))
            if field is None:
                self._ignore(f"{path}/{name}")
                continue
            text = (child.text or "").strip()
            place.source_lines.setdefault((*loc, field), _source_line(child))
            found.add(field)
            if field in faulty or (not text and not may_be_hollow(model, field) and not len(child)):
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

    def _root_told(self) -> None:
        name, namespace = local_name(self.root), etree.QName(self.root).namespace
        if name != self.form.root:
            self._odd(oddities.other_root, self.form, name)
        if namespace != NAMESPACE:
            self._odd(oddities.other_namespace, namespace)

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
        most = self.form.most_records
        if records == 0:
            self.faults.append(
                problem(
                    "E_NO_RECORD",
                    (f"the message holds no `{self.form.record}`", f"报文中没有 {self.form.record}"),
                    (f"Send at least one `{self.form.record}`", f"请至少提供一个 {self.form.record}"),
                    owner=self.form.owner,
                )
            )
        elif most is not None and records > most and not self.form.by_customs:
            self.faults.append(
                problem(
                    "E_TOO_MANY_RECORDS",
                    (f"the message holds {records} records", f"报文含有 {records} 条记录"),
                    (f"Send at most {most} in one message", f"每个报文最多 {most} 条记录"),
                    owner=self.form.owner,
                )
            )

    def _named(self, parent: etree._Element, name: str | None) -> list[etree._Element]:
        """The children of a name, however it is spelt."""
        found = [child for child in parent if _spelt(local_name(child)) == name]
        for child in found:
            if (given := local_name(child)) != name:
                self._odd(oddities.misspelt, given, given, _source_line(child))
        return found

    def _some(self, name: str, most: int) -> list[etree._Element]:
        """The first parts of a name; more of them are odd."""
        found = self._named(self.root, name)
        if len(found) > most:
            self._odd(oddities.too_many, name, len(found), most)
        return found[:most]

    def _odd(self, tell: Callable[..., Problem], *about: Any) -> None:
        """Add a finding; beyond a hundred they are not even worded."""
        if len(self.odd) < _MOST_UNKNOWN:
            self.odd.append(tell(*about))

    def _ignore(self, path: str) -> None:
        if len(self.unknown) < _MOST_UNKNOWN:
            self.unknown[path[:_LONGEST_PATH]] = None


def _spelt(name: str) -> str:
    return oddities.MISSPELT.get(name, name)


def _source_line(element: etree._Element) -> int:
    line: Any = element.sourceline  # the stubs know no type for it
    return int(line or 0)
