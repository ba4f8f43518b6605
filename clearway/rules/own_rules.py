"""An operator's own parameter file, laid on top of the library's: a new rate, a year's holidays, a port's tolerance.

The file has the sections `numbers`, `texts` and `tables`, with the same entries as the library's files. For a rule
that exists it need only give periods and their reference: they win on their days, and around them the values below
stay in force. A profile's own values still win over common ones, and a port's over both.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any, Generic, NamedTuple, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from clearway.rules.cross_references import broken_references
from clearway.rules.parameter_files import complaints, nearest
from clearway.rules.parameters import PORT_RULES, Parameters
from clearway.rules.plain_yaml import MOST_COMPLAINTS, ParameterError, read_mapping
from clearway.rules.series import APART, Period, Port, ProfileName, Series, lay_periods
from clearway.rules.tables import PREFIXES, TABLES, QuotedDecimal

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class OwnRules:
    """A parameter file as read. Its entries are judged when laid over others, so that one answer names everything."""

    name: str
    content: Mapping[str, Any]


class OwnEntry(BaseModel, Generic[T]):
    """What an operator writes of one rule."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    description: str | None = Field(None, min_length=1)
    unit: str | None = Field(None, min_length=1)
    reference: str | None = Field(None, min_length=1)
    values: Annotated[tuple[Period[T], ...], *APART] = ()
    profiles: dict[ProfileName, Annotated[tuple[Period[T], ...], *APART]] = Field(default_factory=dict)
    ports: dict[Port, Annotated[tuple[Period[T], ...], *APART]] = Field(default_factory=dict)

    def cited(self, periods: tuple[Period[T], ...]) -> tuple[Period[T], ...]:
        """Some of the periods, each with its source."""
        return tuple(period.model_copy(update={"reference": period.reference or self.reference}) for period in periods)

    def uncited(self) -> list[Period[T]]:
        """The periods that name no source."""
        if self.reference:
            return []
        every = (self.values, *self.profiles.values(), *self.ports.values())
        return [period for periods in every for period in periods if not period.reference]


class _Shelf(NamedTuple):
    """Where entries of one kind stand: a section of the file, or a table."""

    value: Any
    below: Mapping[str, Series[Any]]
    table: str | None = None

    def rule(self, key: str) -> str:
        """The id of the rule that a key of the file stands for."""
        return f"{PREFIXES.get(self.table, self.table)}.{key}" if self.table else key


def read_own_rules(text: str | bytes, name: str) -> OwnRules:
    """Read a file of at most 1 MB; raises ParameterError, led by `name`, if it is not a plain YAML mapping in UTF-8."""
    return OwnRules(name, read_mapping(text, name))


def lay_over(base: Parameters, own: OwnRules) -> Parameters:
    """The base with an operator's rules on top, as a new object; the whole is checked again.

    Raises one ParameterError that names file, key and date of everything wrong, and what to write instead.
    """
    shelves = {
        "numbers": _Shelf(QuotedDecimal, base.numbers),
        "texts": _Shelf(str, base.texts),
        **{f"tables: {name}": _Shelf(TABLES[name], rows, name) for name, rows in base.tables.items()},
    }
    laid = {path: dict(shelf.below) for path, shelf in shelves.items()}
    wrong: list[str] = []
    for path, entries in _sections(own.content):
        if path not in shelves:
            wrong.append(f"{path}: {_no_place(path, base)}")
        elif not isinstance(entries, dict):
            wrong.append(f"{path}: must map ids to their values")
        else:
            for key, body in entries.items():
                try:
                    laid[path][key] = _lay_entry(shelves[path], key, body, base)
                except ParameterError as refusal:
                    wrong += [f"{path}: {key}: {complaint}" for complaint in refusal.complaints]
                if len(wrong) > MOST_COMPLAINTS:
                    break
    tables = {name: MappingProxyType(laid[f"tables: {name}"]) for name in base.tables}
    together = Parameters(MappingProxyType(laid["numbers"]), MappingProxyType(laid["texts"]), MappingProxyType(tables))
    wrong += [f"tables: {broken}" for broken in broken_references(together.numbers, together.tables)]
    if wrong:
        raise ParameterError(*(f"{own.name}: {complaint}" for complaint in wrong))
    return together


def _sections(content: Mapping[Any, Any]) -> Iterator[tuple[str, Any]]:
    """Every section and every table with its entries, by its place in the file; a place left empty says nothing."""
    for section, entries in content.items():
        if section == "tables" and isinstance(entries, dict):
            yield from ((f"tables: {name}", rows) for name, rows in entries.items() if rows is not None)
        elif entries is not None:
            yield str(section), entries


def _no_place(path: str, base: Parameters) -> str:
    section, _, table = path.partition(": ")
    if table:
        return f"there is no such table; {nearest(table, tuple(base.tables))}"
    if section == "tables":
        return "must map tables to their rows"
    return f"there is no such section; {nearest(section, ('numbers', 'texts', 'tables'))}"


def _lay_entry(shelf: _Shelf, key: object, body: object, base: Parameters) -> Series[Any]:
    """One entry laid over the rule that it is about; raises ParameterError, led by what stands below the key."""
    if not isinstance(key, str):
        raise ParameterError('a key is written in quotes, such as "0402210000" or "2027"')
    below = shelf.below.get(key)
    if below is None and shelf.table is None:
        raise ParameterError(_unknown(key, shelf, base))
    try:
        entry: OwnEntry[Any] = OwnEntry[shelf.value].model_validate(body)  # type: ignore[name-defined]
    except ValidationError as error:
        raise ParameterError(*complaints(error, body)) from None
    wrong = [f'{period.first_day}: names no source; add reference: "..."' for period in entry.uncited()]
    if entry.ports and shelf.rule(key) not in PORT_RULES:
        wrong.append(f"ports: it is the same at every port; only {', '.join(sorted(PORT_RULES))} can vary")
    if below is not None and entry.unit not in (None, below.unit):
        wrong.append(f"unit: it is {below.unit}; leave it out and give the values in {below.unit}")
    content = _new(shelf.rule(key), entry) if below is None else _laid(below, entry)
    try:
        series: Series[Any] = Series[shelf.value].model_validate(content)  # type: ignore[name-defined]
    except ValidationError as error:
        raise ParameterError(*wrong, *complaints(error, body)) from None
    if wrong:
        raise ParameterError(*wrong)
    return series


def _unknown(key: str, shelf: _Shelf, base: Parameters) -> str:
    for section, ids in (("numbers", base.numbers), ("texts", base.texts)):
        if key in ids:
            return f"belongs under {section}"
    return f"no rule reads it; {nearest(key, tuple(shelf.below))}"


def _new(rule: str, entry: OwnEntry[Any]) -> dict[str, Any]:
    given = {name: getattr(entry, name) for name in ("description", "unit", "reference") if getattr(entry, name)}
    periods = {"values": entry.values} if entry.values else {}
    return {"rule": rule, **given, **periods, "profiles": entry.profiles, "ports": entry.ports}


def _laid(below: Series[Any], entry: OwnEntry[Any]) -> dict[str, Any]:
    def each(
        under: Mapping[str, tuple[Period[Any], ...]], over: Mapping[str, tuple[Period[Any], ...]]
    ) -> dict[str, tuple[Period[Any], ...]]:
        return {**under, **{name: lay_periods(under.get(name, ()), entry.cited(own)) for name, own in over.items()}}

    return {
        **{name: getattr(below, name) for name in ("rule", "unit", "reference", "selected_by")},
        "description": entry.description or below.description,
        "values": lay_periods(below.values, entry.cited(entry.values)),
        "profiles": each(below.profiles, entry.profiles),
        "ports": each(below.ports, entry.ports),
    }
