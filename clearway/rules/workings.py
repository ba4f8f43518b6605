"""The arithmetic of one line's taxes, exact until it is rounded, and told so that a clerk can check it by hand.

Amounts are fractions: as decimals, a quotient such as p / 0.85 would be cut off and could lose the half fen that
decides the rounding.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from math import floor

from clearway.rules.tariff import NO_TAX, Rates

FEN = Decimal("0.01")
SHOWN_PLACES = 6


@dataclass(frozen=True)
class Workings:
    """Taxes of a line on its base, in quota by the quota factor, or in full without one (RULEBOOK B.9.1).

    One formula serves every kind of consumption tax: a missing rate or amount per unit is 0.
    """

    price: Decimal
    base: Decimal
    rates: Rates
    quota: Decimal | None

    @cached_property
    def factor(self) -> Fraction:
        """The part of consumption tax and VAT that is levied."""
        return Fraction(1 if self.quota is None else self.quota)

    @cached_property
    def duty(self) -> Fraction:
        """Customs duty; none in quota."""
        return Fraction(self.base) * Fraction(self.rates.goods.value.duty_in_force if self.quota is None else 0)

    @cached_property
    def specific(self) -> Fraction:
        """The part of the consumption tax that is counted by quantity, before the factor."""
        return Fraction(self.rates.quantity) * Fraction(self.rates.band.per_unit)

    @cached_property
    def full_consumption_tax(self) -> Fraction:
        """Consumption tax before the factor; the tax itself is part of its base."""
        rate = Fraction(self.rates.band.rate)
        return (Fraction(self.base) + self.duty + self.specific) / (1 - rate) * rate + self.specific

    @cached_property
    def full_vat(self) -> Fraction:
        """VAT before the factor."""
        return (Fraction(self.base) + self.duty + self.full_consumption_tax) * Fraction(self.rates.vat.value)

    def explanation(self) -> str:
        """The arithmetic step by step, in the trade's terms of both languages."""
        return "; ".join((self._base_step(), self._duty_step(), self._consumption_tax_step(), self._vat_step()))

    def _base_step(self) -> str:
        return f"完税价格 base {self.price} + 运保费 freight and insurance {self.base - self.price} = {self.base}"

    def _duty_step(self) -> str:
        if self.quota is not None:
            return "关税 duty 0 (限额内 in quota)"
        return f"关税 duty {self.base} × {self.rates.goods.value.duty_in_force} = {to_fen(self.duty)}"

    def _consumption_tax_step(self) -> str:
        band = self.rates.band
        if band == NO_TAX:
            why = " (未达起征价格 below the taxed price)" if self.rates.consumption_tax else ""
            return f"消费税 consumption tax 0{why}"
        specific = f"{self.rates.quantity} × {band.per_unit}" if band.per_unit else ""
        taxed = " + ".join(filter(None, (str(self.base), _shown(self.duty) if self.duty else "", specific)))
        ad_valorem = f"({taxed}) ÷ (1 − {band.rate}) × {band.rate}" if band.rate else ""
        sum_of_both = " + ".join(filter(None, (ad_valorem, specific)))
        full = f"消费税 consumption tax {sum_of_both} = {_shown(self.full_consumption_tax)}"
        return f"{full}{self._levied(self.full_consumption_tax)}"

    def _vat_step(self) -> str:
        parts = (str(self.base), *(_shown(tax) for tax in (self.duty, self.full_consumption_tax) if tax))
        full = f"增值税 VAT ({' + '.join(parts)}) × {self.rates.vat.value} = {_shown(self.full_vat)}"
        return f"{full}{self._levied(self.full_vat)}"

    def _levied(self, full: Fraction) -> str:
        times = "" if self.quota is None else f", × {self.quota}"
        return f"{times} = {to_fen(full * self.factor)}"


def to_fen(amount: Fraction) -> Decimal:
    """Round a non-negative amount half up to 0.01 CNY (RULEBOOK B.0.2)."""
    return (Decimal(floor(amount * 100 + Fraction(1, 2))) * FEN).quantize(FEN)


def _shown(amount: Fraction) -> str:
    """An unrounded amount for the reader, cut to a few places, at least two."""
    whole = floor(amount * 10**SHOWN_PLACES + Fraction(1, 2))
    digits = f"{Decimal(whole).scaleb(-SHOWN_PLACES):f}"
    shortened = digits.rstrip("0")
    return shortened.ljust(digits.index(".") + 3, "0")
