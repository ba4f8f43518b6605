"""What a message is and holds, in plain words: who tells whom what, and every element with its meaning."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, Field

from clearway.contracts.base import SHANGHAI, Contract, legal_day
from clearway.contracts.parties import ROLE_NAMES, Role
from clearway.contracts.problems import Problem
from clearway.messages.chinese import chinese
from clearway.messages.codes import look_up, table_of
from clearway.messages.fields import spelling, wire_fields
from clearway.messages.form import Edition, Flow, Form
from clearway.messages.forms import FORM_BY_TYPE
from clearway.messages.masking import PERSONAL, shown
from clearway.messages.message import FaultyRecord, Message
from clearway.messages.note import OURS

_LONG_NUMBER = re.compile(r"(?<![0-9A-Za-z])[0-9]{11,18}[Xx]?(?![0-9A-Za-z])")
"""A telephone or identity number in a text of customs; customs' own numbers hold letters."""


class ExplainedField(Contract):
    """One element, or one field of ours that travels in the note."""

    element: str
    field: str = Field(description="Our name of it")
    name_zh: str
    meaning: str
    value: str = Field(description="As it stands, or masked where it is personal")
    code_en: str | None = Field(None, description="What the code stands for")
    code_zh: str | None = None


class ExplainedPart(Contract):
    """A record, one of its lines, the transfer or a subscriber."""

    path: str
    title_en: str
    title_zh: str
    fields: tuple[ExplainedField, ...]


class Explanation(Contract):
    """A message in words."""

    message_type: str
    title_en: str
    title_zh: str
    flow: Flow
    from_en: str
    from_zh: str
    to_en: str
    to_zh: str
    edition: Edition | None
    guid: str
    records: int
    signed: bool
    parts: tuple[ExplainedPart, ...]
    unknown: tuple[str, ...]
    findings: tuple[Problem, ...]


def explain(message: Message, *, show_personal: bool = False, on: date | None = None) -> Explanation:
    """Explain a message: every element with its name in both languages, its meaning, and what its code stands for.

    What identifies a person is masked unless `show_personal`. `on` is the Shanghai day whose code tables count; without
    it the day of the record itself, by its appTime or returnTime.
    """
    form = FORM_BY_TYPE[message.message_type]
    tell = _Telling(form, show_personal, on)
    parts = [part for number, record in enumerate(message.records) for part in tell.record(record, number)]
    if message.transfer:
        parts.append(tell.part(message.transfer, "BaseTransfer", ("Who transmits it", "传输企业"), "BaseTransfer"))
    for number, subscriber in enumerate(message.subscribers):
        path = f"BaseSubscribe[{number + 1}]"
        parts.append(tell.part(subscriber, path, ("Who gets a copy", "订阅方"), "BaseSubscribe"))
    if message.extension:
        parts.append(tell.part(message.extension, "ExtendMessage", ("Extension", "扩展信息"), "ExtendMessage"))
    sender = ROLE_NAMES[form.owner]
    customs = ROLE_NAMES[Role.CUS]
    receiver = ("the enterprise that sent the document", "报送企业") if form.by_customs else customs
    return Explanation(
        message_type=form.message_type,
        title_en=form.title_en,
        title_zh=form.title_zh,
        flow=form.flow,
        from_en=sender[0],
        from_zh=sender[1],
        to_en=receiver[0],
        to_zh=receiver[1],
        edition=message.edition,
        guid=message.guid,
        records=len(message.records),
        signed=message.signature is not None,
        parts=tuple(parts),
        unknown=message.unknown,
        findings=message.findings,
    )


class _Telling:
    """How values are told: masked or not, and by the code tables of which day."""

    def __init__(self, form: Form, show_personal: bool, on: date | None) -> None:
        self.form = form
        self.show_personal = show_personal
        self.on = on

    def record(self, record: BaseModel, number: int) -> list[ExplainedPart]:
        """The record and its lines."""
        form, path = self.form, f"{self.form.record}[{number + 1}]"
        head = f"{path}/{form.head}" if form.head else path
        title = (f"Record {number + 1}", f"第 {number + 1} 条")
        if isinstance(record, FaultyRecord):
            lines: tuple[Any, ...] = record.lines
            parts = [self._faulty(form.model, record.fields, head, title)]
        else:
            lines = getattr(record, "lines", ())
            parts = [self.part(record, head, title, form.head or form.record)]
        for place, line in enumerate(lines):
            named = (f"Line {place + 1}", f"第 {place + 1} 项")
            where = f"{path}/{form.lines}[{place + 1}]"
            if isinstance(line, Mapping):
                parts.append(self._faulty(form.line_model or form.model, line, where, named))
            else:
                parts.append(self.part(line, where, named, form.lines or "", day=_day(record)))
        return parts

    def part(
        self, record: BaseModel, path: str, title: tuple[str, str], parent: str, *, day: date | None = None
    ) -> ExplainedPart:
        """Every field that has a value."""
        model = type(record)
        fields = [*wire_fields(model).items(), *((spelling(model, field), field) for field in OURS.get(model, ()))]
        held = ((name, field, getattr(record, field)) for name, field in fields)
        told = tuple(
            self._field(model, name, field, value, parent, day or _day(record))
            for name, field, value in held
            if value not in (None, "", ())
        )
        return ExplainedPart(path=path, title_en=title[0], title_zh=title[1], fields=told)

    def _faulty(
        self, model: type[BaseModel], texts: Mapping[str, Any], path: str, title: tuple[str, str]
    ) -> ExplainedPart:
        """A record that does not fit its model: the texts as they came."""
        told = tuple(self._field(model, spelling(model, field), field, text, "", None) for field, text in texts.items())
        return ExplainedPart(path=path, title_en=title[0], title_zh=title[1], fields=told)

    def _field(
        self, model: type[BaseModel], name: str, field: str, value: Any, parent: str, day: date | None
    ) -> ExplainedField:
        text = _text(value)
        table = table_of(name, parent)
        entry = look_up(table.name, text, on=self.on or day) if table else None
        return ExplainedField(
            element=name,
            field=field,
            name_zh=chinese(name),
            meaning=model.model_fields[field].description or "",
            value=text if self.show_personal else self._masked(field, text),
            code_en=entry.en if entry else None,
            code_zh=entry.zh if entry else None,
        )

    def _masked(self, field: str, text: str) -> str:
        if field == "return_info":
            return _LONG_NUMBER.sub(lambda number: f"{number[0][:1]}******", text)
        return shown(field, text) or "" if field in PERSONAL else text


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        moment = value.astimezone(SHANGHAI)
        return f"{moment:%Y-%m-%d %H:%M:%S}" + (f".{moment.microsecond // 1000:03d}" if moment.microsecond else "")
    if isinstance(value, tuple):
        return "; ".join(f"{part.order_no}: {part.amount:f}" for part in value)
    text = f"{value:f}" if hasattr(value, "as_tuple") else str(value)
    return "".join(sign if sign.isprintable() or sign == "\n" else "�" for sign in text)


def _day(record: BaseModel) -> date | None:
    """The Shanghai day of a record."""
    moment = getattr(record, "app_time", None) or getattr(record, "return_time", None)
    return legal_day(moment) if isinstance(moment, datetime) else None
