"""Dated, cited values of the law: every rate, limit, tolerance and number of days, by day and by profile.

The files under `parameters/` hold them: `numbers/` and `texts/` map a rule's id to its values, `tables/` map a code to
its rows. Each entry has a description, a unit, a reference, `values` from day to day, and optionally `profiles`, whose
values win over the common ones while they are in force. Numbers are quoted strings. An operator's own file is laid on
top by `own_rules`; `rules_in_force` says which set a judgement reads.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Any, TypeVar

from clearway.rules.cross_references import broken_references
from clearway.rules.parameter_files import read_folder, read_table
from clearway.rules.plain_yaml import ParameterError
from clearway.rules.series import PROFILES, Dated, NoRuleInForce, Series
from clearway.rules.tables import (
    PREFIXES,
    TABLES,
    ConsumptionTax,
    Goods,
    Holidays,
    QuotedDecimal,
    Row,
    TradeMode,
    Unit,
)

__all__ = [
    "PROFILES",
    "Dated",
    "NoRuleInForce",
    "ParameterError",
    "Parameters",
    "built_in_parameters",
    "load_parameters",
    "parameters",
    "rules_in_force",
]


R = TypeVar("R", bound=Row)

PORT_RULES = frozenset({"matching.amount_tolerance", "matching.line_rounding", "matching.weight_tolerance"})
"""The numbers that a customs district may set for itself: they are read with the port of the list (RULEBOOK D-05)."""


@dataclass(frozen=True)
class Parameters:
    """Every parameter, by kind; days are Shanghai days."""

    numbers: Mapping[str, Series[Decimal]]
    texts: Mapping[str, Series[str]]
    tables: Mapping[str, Mapping[str, Series[Any]]]

    def by_kind(self) -> dict[str, Mapping[str, Series[Any]]]:
        """Every rule by its key, under `numbers`, `texts` and the name of each table."""
        return {"numbers": self.numbers, "texts": self.texts, **self.tables}

    @cached_property
    def version(self) -> str:
        """Names the content: 12 hex digits of a SHA-256, the same wherever and in whatever order it was written."""
        content = {
            kind: {key: each.model_dump(mode="json") for key, each in several.items()}
            for kind, several in self.by_kind().items()
        }
        canonical = json.dumps(content, ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(canonical.encode()).hexdigest()[:12]

    def value(self, rule: str, *, on: date, profile: str = "SEED", port: str | None = None) -> Dated[Decimal]:
        """A number in force, at one customs (4 digits) if it is given; raises NoRuleInForce, or KeyError for no rule.

        Only the rules in PORT_RULES may differ from port to port (RULEBOOK D-05).
        """
        return self.numbers[rule].value_on(on, profile, port)

    def widest(self, rule: str, *, on: date, profile: str = "SEED") -> Decimal:
        """The largest value in force at any port, for what is judged before its port is known; raises as `value`."""
        ports = self.numbers[rule].ports
        return max(self.value(rule, on=on, profile=profile, port=port).value for port in (None, *ports))

    def text(self, rule: str, *, on: date, profile: str = "SEED") -> Dated[str]:
        """A code or name in force; raises as `value` does."""
        return self.texts[rule].value_on(on, profile)

    def row(self, kind: type[R], code: str, *, on: date, profile: str = "SEED") -> Dated[R] | None:
        """The row of a code in the table of that kind, or None for a code it never had; raises NoRuleInForce."""
        series: Series[R] | None = self.tables[_NAMES[kind]].get(code)
        return series.value_on(on, profile) if series else None

    def row_if_any(self, kind: type[R], code: str, *, on: date, profile: str = "SEED") -> Dated[R] | None:
        """The row of a code in force on that day, or None where the table says nothing of that code or day."""
        try:
            return self.row(kind, code, on=on, profile=profile)
        except NoRuleInForce:
            return None

    def codes(self, kind: type[Row]) -> tuple[str, ...]:
        """Every code of a table, also those no longer in force."""
        return tuple(self.tables[_NAMES[kind]])

    def consumption_tax(self, name: str, *, on: date, profile: str = "SEED") -> Dated[ConsumptionTax]:
        """The consumption tax of a class of goods; raises as `value` does."""
        found = self.row(ConsumptionTax, name, on=on, profile=profile)
        if found is None:
            raise KeyError(name)
        return found

    def goods(self, hs_code: str, *, on: date, profile: str = "SEED") -> Dated[Goods] | None:
        """The tariff row of a 10-digit HS code, or None if there is none; raises NoRuleInForce before its first day."""
        return self.row(Goods, hs_code, on=on, profile=profile)

    def trade_mode(self, code: str, *, on: date, profile: str = "SEED") -> Dated[TradeMode] | None:
        """A supervision mode permitted for retail imports on that day, or None."""
        return self.row_if_any(TradeMode, code, on=on, profile=profile)

    def unit(self, code: str, *, on: date, profile: str = "SEED") -> Dated[Unit] | None:
        """A unit code, or None if there is none; raises NoRuleInForce before its first day."""
        return self.row(Unit, code, on=on, profile=profile)

    def holidays(self, year: int) -> Dated[Holidays] | None:
        """The last notice on a year's holidays, or None if none was loaded (RULEBOOK C.8)."""
        return self.row(Holidays, str(year), on=date(year, 12, 31))


_NAMES = {row: name for name, row in TABLES.items()}
"""The table of every row class."""


def load_parameters(root: Traversable) -> Parameters:
    """Read and check every file below `root`; raises ParameterError naming file, key and date of what is wrong."""
    folder = root / "tables"
    loaded = Parameters(
        numbers=read_folder(root / "numbers", Series[QuotedDecimal]),
        texts=read_folder(root / "texts", Series[str]),
        tables=MappingProxyType(
            {
                name: read_table(folder / f"{name}.yaml", Series[row], f"{PREFIXES.get(name, name)}.")  # type: ignore[valid-type]
                for name, row in TABLES.items()
            }
        ),
    )
    if broken := broken_references(loaded.numbers, loaded.tables):
        raise ParameterError(*broken)
    return loaded


@cache
def built_in_parameters() -> Parameters:
    """The library's own parameters, read once."""
    return load_parameters(files("clearway.rules") / "parameters")


_in_force: ContextVar[Parameters | None] = ContextVar("rules_in_force", default=None)


def parameters() -> Parameters:
    """The parameters in force in this context: those of `rules_in_force`, else the library's own."""
    chosen = _in_force.get()
    return built_in_parameters() if chosen is None else chosen


@contextmanager
def rules_in_force(chosen: Parameters) -> Iterator[None]:
    """Judge by these parameters inside the block; other threads and tasks are not touched."""
    before = _in_force.set(chosen)
    try:
        yield
    finally:
        _in_force.reset(before)
