"""Dated, cited values of the law: every rate, limit, tolerance and number of days, by day and by profile.

The files under `parameters/` hold them: `numbers/` and `texts/` map a rule's id to its values, `tables/` map a code to
its rows. Each entry has a description, a unit, a reference, `values` from day to day, and optionally `profiles`, whose
values win over the common ones while they are in force. Numbers are quoted strings.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from clearway.rules.parameter_files import ParameterError, read_folder, read_table
from clearway.rules.series import PROFILES, Dated, NoRuleInForce, Series
from clearway.rules.tables import ConsumptionTax, Goods, QuotedDecimal, TradeMode, Unit

__all__ = ["PROFILES", "Dated", "NoRuleInForce", "ParameterError", "Parameters", "load_parameters", "parameters"]


@dataclass(frozen=True, slots=True)
class Parameters:
    """Every parameter, by kind; days are Shanghai days."""

    numbers: Mapping[str, Series[Decimal]]
    texts: Mapping[str, Series[str]]
    goods_table: Mapping[str, Series[Goods]]
    consumption_taxes: Mapping[str, Series[ConsumptionTax]]
    trade_modes: Mapping[str, Series[TradeMode]]
    units: Mapping[str, Series[Unit]]

    def value(self, rule: str, *, on: date, profile: str = "SEED") -> Dated[Decimal]:
        """A number in force; raises NoRuleInForce, or KeyError for an id that no file has."""
        return self.numbers[rule].value_on(on, profile)

    def text(self, rule: str, *, on: date, profile: str = "SEED") -> Dated[str]:
        """A code or name in force; raises as `value` does."""
        return self.texts[rule].value_on(on, profile)

    def consumption_tax(self, name: str, *, on: date, profile: str = "SEED") -> Dated[ConsumptionTax]:
        """The consumption tax of a class of goods; raises as `value` does."""
        return self.consumption_taxes[name].value_on(on, profile)

    def goods(self, hs_code: str, *, on: date, profile: str = "SEED") -> Dated[Goods] | None:
        """The tariff row of a 10-digit HS code, or None if there is none; raises NoRuleInForce before its first day."""
        series = self.goods_table.get(hs_code)
        return series.value_on(on, profile) if series else None

    def trade_mode(self, code: str, *, on: date, profile: str = "SEED") -> Dated[TradeMode] | None:
        """A supervision mode permitted for retail imports on that day, or None."""
        series = self.trade_modes.get(code)
        try:
            return series.value_on(on, profile) if series else None
        except NoRuleInForce:
            return None

    def unit(self, code: str, *, on: date, profile: str = "SEED") -> Dated[Unit] | None:
        """A unit code, or None if there is none; raises NoRuleInForce before its first day."""
        series = self.units.get(code)
        return series.value_on(on, profile) if series else None


def load_parameters(root: Traversable) -> Parameters:
    """Read and check every file below `root`; raises ParameterError naming file, key and date of what is wrong."""
    tables = root / "tables"
    return Parameters(
        numbers=read_folder(root / "numbers", Series[QuotedDecimal]),
        texts=read_folder(root / "texts", Series[str]),
        goods_table=read_table(tables / "goods.yaml", Series[Goods], "goods."),
        consumption_taxes=read_table(tables / "consumption_taxes.yaml", Series[ConsumptionTax], "consumption_tax."),
        trade_modes=read_table(tables / "trade_modes.yaml", Series[TradeMode], "trade_mode."),
        units=read_table(tables / "units.yaml", Series[Unit], "unit."),
    )


@cache
def parameters() -> Parameters:
    """The library's own parameters, read once."""
    return load_parameters(files("clearway.rules") / "parameters")
