"""The rows of the code tables, read when first asked for and kept: by code, by name, and what is written alike."""

from collections.abc import Iterator, Mapping
from datetime import date
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import yaml
from pydantic import Field

from clearway.contracts.base import Contract
from clearway.messages.codes.tables import TABLES

if TYPE_CHECKING:
    from yaml import SafeLoader as _Loader
else:
    _Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same in C, where it was built

OWN = "messages/codes/data/small_codes.yaml"
RULES = "rules/parameters/tables"
_OF_SEVERAL_NAMES = ("units", "wrappings")


class Entry(Contract):
    """What one code of one table stands for, from its first to its last Shanghai day, both inclusive."""

    table: str
    code: str
    zh: str
    en: str
    iso: str | None = Field(None, description="ISO 4217 or ISO 3166 alpha-3, where there is one")
    first_day: date
    last_day: date | None = Field(None, description="None while it is in force")
    source: str
    note: str = ""

    def in_force(self, on: date) -> bool:
        """Whether the code stands for this on a Shanghai day."""
        return self.first_day <= on and (self.last_day is None or on <= self.last_day)

    @property
    def names(self) -> frozenset[str]:
        """Everything it is called, without capitals; of a unit, `machine, set` are two names."""
        several = self.en.split(",") if self.table in _OF_SEVERAL_NAMES else ()
        spoken = (self.zh, self.en, *several, self.iso or "")
        return frozenset(name.strip().casefold() for name in spoken if name.strip())


def look_up(table: str, code: str, *, on: date | None = None) -> Entry | None:
    """What a code stands for on a Shanghai day, or None; without a day what it stood for last.

    Raises KeyError for a table that does not exist.
    """
    known = rows(table).get(code, ())
    if on is None:
        return known[-1] if known else None
    return next((entry for entry in known if entry.in_force(on)), None)


def tables_of(code: str, *, on: date | None = None) -> tuple[str, ...]:
    """The tables that know a code: `142` is China, the yuan and a bottle."""
    return tuple(table for table in TABLES if look_up(table, code, on=on))


def find(text: str, table: str | None = None, *, on: date | None = None) -> tuple[Entry, ...]:
    """The entries of a Chinese, English or ISO name, in one table or in all; if none has it, those that contain it."""
    wanted = text.strip().casefold()
    known = tuple(_entries(table, on)) if wanted else ()
    called = tuple(entry for entry in known if wanted in entry.names)
    return called or tuple(entry for entry in known if any(wanted in name for name in entry.names))


def nearest(text: str, table: str | None = None) -> tuple[Entry, ...]:
    """The entries, at most five, whose code or name is written most alike."""
    known: dict[str, list[Entry]] = {}
    for entry in _entries(table):
        for name in {entry.code.casefold(), *entry.names}:
            known.setdefault(name, []).append(entry)
    close = get_close_matches(text.strip().casefold(), known, n=5)
    found = {(entry.table, entry.code): entry for name in close for entry in known[name]}
    return tuple(found.values())[:5]


@cache
def rows(table: str) -> Mapping[str, tuple[Entry, ...]]:
    """Every code of a table with its entries in order of time; raises KeyError for a table that does not exist."""
    kept = TABLES[table]
    found: dict[str, tuple[Entry, ...]] = {
        code: (_entry(table, code, zh=row["zh"], en=row["en"], row=row),) for code, row in _own().get(table, {}).items()
    }
    if kept.kept_with_rules:
        shared = _read(f"{RULES}/{kept.kept_with_rules}.yaml")
        for code in kept.only or shared:
            found[code] = tuple(_from_rules(table, code, shared[code]))
    return MappingProxyType(found)


def _from_rules(table: str, code: str, body: Mapping[str, Any]) -> Iterator[Entry]:
    """A row as parameter files write it: one description, and a value for every period."""
    for period in sorted(body["values"], key=lambda each: each["from"]):
        row = {"source": body["reference"], "iso": period["value"].get("iso")} | period
        yield _entry(table, code, zh=period["value"]["name"], en=body["description"], row=row)


def _entry(table: str, code: str, *, zh: str, en: str, row: Mapping[str, Any]) -> Entry:
    return Entry(
        table=table,
        code=code,
        zh=zh,
        en=en,
        iso=row.get("iso"),
        first_day=row["from"],
        last_day=row.get("to"),
        source=row["source"],
        note=row.get("note", ""),
    )


def _entries(table: str | None, on: date | None = None) -> Iterator[Entry]:
    for name in TABLES if table is None else (table,):
        for code in rows(name):
            if entry := look_up(name, code, on=on):
                yield entry


@cache
def _own() -> Mapping[str, Any]:
    return _read(OWN)


def _read(path: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.load(files("clearway").joinpath(path).read_bytes(), Loader=_Loader)
    return content
