"""Faults of single fields: where each one is, in both spellings, what is wrong with it and how to mend it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from clearway.contracts.base import Contract
from clearway.contracts.parties import Role
from clearway.contracts.problems import FieldValue, Problem
from clearway.messages.faults import MOST_PROBLEMS, problem
from clearway.messages.fields import Kind, all_spellings, kind_of, nested_model, spelling, wire_fields
from clearway.messages.fields import lengths as limits_of
from clearway.messages.form import Form
from clearway.messages.masking import shown
from clearway.messages.phrases import NOT_A, WRONG, how_to_write

M = TypeVar("M", bound=Contract)

Loc = tuple[str | int, ...]
"""Where a field is inside a record, by our names: `("lines", 2, "qty")`; the empty tuple is the record itself."""

_MOST_ENTRIES = 500
"""For a list without a limit of its own: it travels in a note of 1000 characters, which these cannot fit."""


@dataclass(frozen=True)
class Place:
    """Where a record stands: how pointers into it begin in both spellings, and the source lines of its fields."""

    model: type[BaseModel]
    pointer: str
    wire: str
    head: str | None = None
    lines: str | None = None
    owner: Role | None = None
    source_lines: dict[Loc, int] = field(default_factory=dict)

    @classmethod
    def of(cls, form: Form, number: int, of_many: bool) -> "Place":
        """The place of record `number`, counted from 0; it is numbered only when it is one of many."""
        pointer = f"{form.pointer}[{number}]" if of_many else form.pointer
        return cls(form.model, pointer, f"{form.record}[{number + 1}]", form.head, form.lines, form.owner)

    def problem(
        self,
        loc: Loc,
        fault: str,
        value: object = None,
        context: Mapping[str, Any] | None = None,
        *,
        lengths: tuple[int, int | None] | None = None,
    ) -> Problem:
        """One fault of one field; `value` is masked when the field is personal.

        `lengths` are those that the remedy names, where they differ from the model's.
        """
        model, name = self._field(loc)
        kind = kind_of(model, name) if name else Kind.LIST
        if fault == "string_too_short" and value == "":
            fault = "empty"
        english, chinese = WRONG.get(fault, NOT_A[kind])
        wire = spelling(model, name) if name else self.wire
        line = self._line(loc)
        pointer = self._pointer(loc)
        value_shown = None if fault == "missing" else shown(name, value)
        at = (f" (line {line})", f"（第 {line} 行）") if line else ("", "")
        meaning = model.model_fields[name].description if name else "the record"
        how = how_to_write(kind, lengths or (limits_of(model, name) if name else (0, None)))
        ctx = context or {}
        return problem(
            "E_FIELD",
            (
                f"`{wire}` ({pointer}) {english.format_map(ctx)}{at[0]}",
                f"{wire}（{pointer}）{chinese.format_map(ctx)}{at[1]}",
            ),
            (f"Give `{wire}` ({meaning}) {how[0]}", f"{wire}：{how[1]}"),
            fields=(
                FieldValue(field=pointer, value=value_shown),
                FieldValue(field=self._wire_pointer(loc), value=value_shown),
            ),
            owner=self.owner,
            reference="REFERENCE §3",
        )

    def problems(self, error: ValidationError) -> list[Problem]:
        """The first thousand faults of a validation, but not a list's length when only its entries are at fault."""
        some = islice(error.errors(include_url=False), MOST_PROBLEMS + 1)
        found = [(self._ours(fault["loc"]), fault) for fault in some]
        with_faulty_entries = {loc[:1] for loc, _ in found if len(loc) > 1}
        return [
            self.problem(loc, fault["type"], fault["input"], fault.get("ctx"))
            for loc, fault in found
            if not (fault["type"] == "too_short" and loc in with_faulty_entries)
        ]

    def _ours(self, loc: Loc) -> Loc:
        """The location by our names; pydantic tells it by whichever spelling was given."""
        model: type[BaseModel] = self.model
        ours: list[str | int] = []
        for part in loc:
            if isinstance(part, int):
                ours.append(part)
                continue
            name = all_spellings(model).get(part, part)
            model = nested_model(model, name) or model
            ours.append(name)
        return tuple(ours)

    def _field(self, loc: Loc) -> tuple[type[BaseModel], str | None]:
        """The model and name of the field at `loc`; no name where `loc` is a record or an entry."""
        model: type[BaseModel] = self.model
        name: str | None = None
        for part in loc:
            if isinstance(part, int):
                model, name = nested_model(model, name or "") or model, None
            else:
                name = part
        return model, name if name in model.model_fields else None

    def _pointer(self, loc: Loc) -> str:
        return self.pointer + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc)

    def _wire_pointer(self, loc: Loc) -> str:
        """A path as XPath writes it, counting from 1; a field of ours travels in the note."""
        if loc[:1] == ("lines",):
            where = f"{self.wire}/{self.lines}"
            entry, rest = loc[1:2], loc[2:]
            where += "".join(f"[{int(number) + 1}]" for number in entry)
        else:
            where, rest = (f"{self.wire}/{self.head}" if self.head else self.wire), loc
        model, name = self._field(loc)
        if name is None or not rest:
            return where
        if loc[:1] != ("lines",) and loc[0] not in wire_fields(self.model).values():
            return f"{where}/note ({spelling(self.model, str(loc[0]))})"
        return f"{where}/{spelling(model, name)}"

    def _line(self, loc: Loc) -> int | None:
        """Source line of the field, or of the nearest element around it."""
        around = (loc[:length] for length in range(len(loc), -1, -1))
        return next((self.source_lines[outer] for outer in around if outer in self.source_lines), None)


def accept(model: type[M], values: Mapping[str, Any], place: Place, faults: list[Problem]) -> M | None:
    """Make the model; or add to `faults`, the faults of this record found so far, whatever else is wrong with it."""
    try:
        made = model.model_validate(values)
    except ValidationError as error:
        told = {fault.fields[0].field for fault in faults if fault.fields}
        faults += [fault for fault in place.problems(error) if fault.fields[0].field not in told]
        return None
    return None if faults else made


def as_many_as_permitted(
    entries: list[Any], place: Place, field: str, faults: list[Problem], *, unbounded: bool = False
) -> list[Any]:
    """The entries of a list field up to its limit; more of them are one fault, and are not looked into.

    A list that the model does not limit is `unbounded`, or travels in a note and has as few entries as that can hold.
    """
    if unbounded and limits_of(place.model, field)[1] is None:
        return entries
    most = limits_of(place.model, field)[1] or _MOST_ENTRIES
    if len(entries) > most:
        faults.append(place.problem((field,), "too_long", context={"max_length": most}))
    return entries[:most]
