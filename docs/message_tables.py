"""The tables of docs/messages.md, from the models that read and write: `python -m docs.message_tables <table>`.

`catalogue` lists every message, `parts` what stands beside the records, `imports` and `exports` every element of every
message. `make docs` writes them into the page.
"""

import sys
from collections.abc import Iterable, Iterator

from pydantic import BaseModel

from clearway.contracts.base import official
from clearway.contracts.parties import ROLE_NAMES
from clearway.messages.codes import table_of
from clearway.messages.fields import Kind, wire_fields
from clearway.messages.forms import FORMS, MOST_SUBSCRIBERS, Edition, Flow, Form
from clearway.messages.message import Extension, Subscriber, Transfer
from clearway.messages.slots import Slot, slots

CURRENT, EARLIER = Edition.E202205, Edition.E2018
NEW, CHANGED = "since 202205", "2018: {}"


def catalogue() -> str:
    """Every message in one row."""
    head = ("message", "", "中文", "from", "edition", "signature", "records", "lines of a record", "model")
    return _table(head, (_in_short(form) for form in FORMS))


def imports() -> str:
    """A section for each message of imports, with every element."""
    return _sections(Flow.IMPORT)


def exports() -> str:
    """A section for each message of exports, with every element."""
    return _sections(Flow.EXPORT)


def parts() -> str:
    """What stands beside the records of every message of an enterprise."""
    found = (
        ("BaseTransfer", "who transmits it; exactly one", Transfer),
        ("BaseSubscribe", f"who gets copies; at most {MOST_SUBSCRIBERS}", Subscriber),
        ("ExtendMessage", "content of the enterprise's own, in `Message`; at most one, hardly ever seen", Extension),
    )
    return "\n".join(f"`{name}`: {told}.\n\n{_elements(model, Flow.IMPORT, name)}" for name, told, model in found)


def _in_short(form: Form) -> tuple[object, ...]:
    name = form.message_type
    return (
        f"[{name}](#{name.lower()})",
        form.title_en,
        form.title_zh,
        _sender(form),
        " ".join(form.editions),
        _signature(form),
        _count((1, form.most_records)),
        _lines(form),
        f"`{form.model.__name__}`",
    )


def _sections(flow: Flow) -> str:
    return "\n".join(_section(form) for form in FORMS if form.flow is flow)


def _section(form: Form) -> str:
    inside = form.record
    if form.head:
        several = f", {form.lines} {_count(form.line_limits(CURRENT))}" if form.lines else ""
        inside = f"{form.record} {{ {form.head}{several} }}"
    told = [
        f"### {form.message_type}\n",
        f"{form.title_en} · {form.title_zh}. From {_sender(form)}; edition {' and '.join(form.editions)}; "
        f"signature: {_signature(form)}.",
        f"In `{form.root}`: `{inside}`. Model: `{form.model.__module__}.{form.model.__name__}`.\n",
        _elements(form.model, form.flow, form.head or form.record, form.editions),
    ]
    if form.line_model and form.lines:
        told.append(f"`{form.lines}`, {_lines(form)} in a record:\n")
        told.append(_elements(form.line_model, form.flow, form.lines, form.editions))
    return "\n".join(told)


def _sender(form: Form) -> str:
    return ROLE_NAMES[form.owner][0]


def _signature(form: Form) -> str:
    if form.by_customs:
        return "none"
    if form.signature_in_schema:
        return "demanded by the schema"
    return "demanded by the specification" if form.signature_due else "optional"


def _lines(form: Form) -> str:
    if not form.lines:
        return ""
    now, before = _count(form.line_limits(CURRENT)), _count(form.line_limits(form.editions[0]))
    return now if now == before else f"{now} ({CHANGED.format(before)})"


def _count(limits: tuple[int, int | None]) -> str:
    least, most = limits
    if most is None:
        return f"{least} or more"
    return f"{least}" if least == most else f"{least} to {most}"


def _elements(
    model: type[BaseModel], flow: Flow, parent: str, editions: tuple[Edition, ...] = (EARLIER, CURRENT)
) -> str:
    head = ("", "element", "field", "type", "required", "meaning", "codes")
    return _table(head, _rows(model, flow, parent, editions))


def _rows(
    model: type[BaseModel], flow: Flow, parent: str, editions: tuple[Edition, ...]
) -> Iterator[tuple[object, ...]]:
    now = {slot.name: slot for slot in slots(model, CURRENT, flow)}
    before = {slot.name: slot for slot in slots(model, editions[0], flow)}
    for number, (name, field) in enumerate(wire_fields(model).items(), start=1):
        codes_of = table_of(name, parent)
        yield (
            number,
            f"`{name}`",
            f"`{field}`",
            _type(now[name], before.get(name)) if name in now else "",
            _required(model, field, now.get(name)),
            (model.model_fields[field].description or "").replace("|", "\\|"),
            f"`{codes_of.name}`" if codes_of else "",
        )


def _type(now: Slot, before: Slot | None) -> str:
    if before is None:
        return f"{_written(now)}; {NEW}"
    earlier = _written(before)
    return _written(now) if earlier == _written(now) else f"{_written(now)}; {CHANGED.format(earlier)}"


def _written(slot: Slot) -> str:
    if slot.kind is Kind.AMOUNT:
        return "number 19,5"
    if slot.kind is Kind.WHOLE:
        return f"whole number, {slot.digits} digits" if slot.digits else "whole number"
    if slot.kind is Kind.INSTANT:
        return f"time, {slot.longest} digits"
    if slot.kind is Kind.DAY:
        return f"day, {slot.longest} digits"
    if slot.longest is None:
        return "text"
    if slot.fixed is not None:
        return f"only `{slot.fixed}`"
    return f"text {slot.longest}" if slot.shortest == slot.longest else f"text {slot.shortest}–{slot.longest}"


def _required(model: type[BaseModel], field: str, slot: Slot | None) -> str:
    told = official(model, field)
    if slot is None:
        return "no schema has it; kept when it comes"
    if told.due:
        return "yes; read without"
    return "yes" if slot.required else "no"


def _table(head: tuple[object, ...], found: Iterable[tuple[object, ...]]) -> str:
    lines = ["| " + " | ".join(map(str, head)) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(map(str, row)) + " |" for row in found]
    return "\n".join(lines) + "\n"


TABLES = {"catalogue": catalogue, "parts": parts, "imports": imports, "exports": exports}

if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in TABLES:
        sys.exit(f"usage: python -m docs.message_tables {{{','.join(TABLES)}}}")
    sys.stdout.write(TABLES[sys.argv[1]]())
