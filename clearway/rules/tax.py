"""Duty, consumption tax and VAT of a retail import, line by line, to the fen (RULEBOOK B.9.1).

Amounts stay exact fractions until each tax of each line is rounded: as decimals, a quotient such as p / 0.85 would be
cut off and could lose the half fen that decides the rounding.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import floor

from clearway.contracts.documents import DeclarationLine, DeclarationList
from clearway.contracts.facts import LimitDecision, TaxAssessment, TaxLine, Treatment
from clearway.rules.catalogue import Problems
from clearway.rules.parameters import parameters
from clearway.rules.tariff import Rates, rate_line

FEN = Decimal("0.01")


class NotAssessable(ValueError):
    """The tax cannot be computed; `problems` say why, line by line."""

    def __init__(self, problems: Problems) -> None:
        super().__init__("; ".join(found.message_en for found in problems))
        self.problems = problems


def assess_tax(declaration_list: DeclarationList, decision: LimitDecision, *, profile: str) -> TaxAssessment:
    """Assess a list by the rates of its acceptance day: 70 % and no duty in quota, everything in full otherwise.

    A list out of the channel is assessed as the general goods it then is (T-GOODS). Raises NotAssessable with the
    problems of every line whose HS code or statutory quantity gives no tax, NoRuleInForce before 2016-04-08.
    """
    day, rules = declaration_list.declared_on, parameters()
    in_quota = decision.treatment is Treatment.IN_QUOTA
    quota = rules.value("tax.quota_factor", on=day, profile=profile) if in_quota else None
    regime = rules.text(
        "tax.goods_regime" if decision.treatment is Treatment.OUT_OF_CHANNEL else "tax.regime", on=day, profile=profile
    )
    bases = apportion(
        [line.total_price for line in declaration_list.lines], declaration_list.freight + declaration_list.insured_fee
    )
    rated = [rate_line(declaration_list, index, base, profile) for index, base in enumerate(bases)]
    unrated = tuple(found for rates in rated if not isinstance(rates, Rates) for found in rates)
    if unrated:
        raise NotAssessable(unrated)
    applied = [rates for rates in rated if isinstance(rates, Rates)]
    lines = tuple(
        assess_line(line, base, rates, quota.value if quota else None)
        for line, base, rates in zip(declaration_list.lines, bases, applied, strict=True)
    )
    duty = sum((line.duty for line in lines), Decimal(0))
    consumption_tax = sum((line.consumption_tax for line in lines), Decimal(0))
    vat = sum((line.vat for line in lines), Decimal(0))
    general = tuple(rule.as_rule_use() for rule in (regime, quota) if rule is not None)
    return TaxAssessment(
        regime=regime.value,
        treatment=decision.treatment,
        assessed_on=day,
        lines=lines,
        duty=duty,
        consumption_tax=consumption_tax,
        vat=vat,
        total=duty + consumption_tax + vat,
        rules=tuple(dict.fromkeys(general + tuple(use for rates in applied for use in rates.rules()))),
    )


def apportion(prices: Sequence[Decimal], expenses: Decimal) -> list[Decimal]:
    """Add freight and insurance to the lines' prices, by price, in fen; the remainder goes to the dearest line (D-14).

    Where rounding gave away more than there is, the dearest lines give it back, none below its own price.
    """
    total = sum(prices, Decimal(0))
    shares = [(expenses * price / total).quantize(FEN, ROUND_HALF_UP) if total else Decimal(0) for price in prices]
    remainder = expenses - sum(shares, Decimal(0))
    for index in sorted(range(len(prices)), key=lambda index: -prices[index]):
        given = max(remainder, -shares[index])
        shares[index] += given
        remainder -= given
    return [price + share for price, share in zip(prices, shares, strict=True)]


def assess_line(line: DeclarationLine, base: Decimal, rates: Rates, quota: Decimal | None) -> TaxLine:
    """Tax one line on its base, in quota by the quota factor, or in full without one.

    One formula serves every kind of consumption tax: a missing rate or amount per unit is 0.
    """
    band, quantity, vat_rate = rates.band, rates.quantity, rates.vat.value
    duty_rate = Decimal(0) if quota is not None else rates.goods.value.duty_in_force
    price, rate, factor = Fraction(base), Fraction(band.rate), Fraction(1 if quota is None else quota)
    duty = price * Fraction(duty_rate)
    specific = Fraction(quantity) * Fraction(band.per_unit)
    consumption_tax = (price + duty + specific) / (1 - rate) * rate + specific
    vat = (price + duty + consumption_tax) * Fraction(vat_rate)
    duty_fen, consumption_fen, vat_fen = to_fen(duty), to_fen(consumption_tax * factor), to_fen(vat * factor)
    times = "" if quota is None else f" × {quota}"
    steps = (
        f"完税价格 base {line.total_price} + {base - line.total_price} = {base}",
        f"关税 duty {base} × {duty_rate} = {duty_fen}",
        f"消费税 consumption tax [({base} + {_show(duty)} + {quantity} × {band.per_unit}) ÷ (1 − {band.rate})"
        f" × {band.rate} + {quantity} × {band.per_unit}]{times} = {_show(consumption_tax)}{times} = {consumption_fen}",
        f"增值税 VAT ({base} + {_show(duty)} + {_show(consumption_tax)}) × {vat_rate}{times} = {vat_fen}",
    )
    return TaxLine(
        gnum=line.gnum,
        hs_code=line.hs_code,
        base=base,
        duty=duty_fen,
        consumption_tax=consumption_fen,
        vat=vat_fen,
        explanation="; ".join(steps),
    )


def to_fen(amount: Fraction) -> Decimal:
    """Round a non-negative amount half up to 0.01 CNY (RULEBOOK B.0.2)."""
    return (Decimal(floor(amount * 100 + Fraction(1, 2))) * FEN).quantize(FEN)


def _show(amount: Fraction) -> Decimal:
    """An unrounded intermediate amount, to 6 places for the reader."""
    return Decimal(floor(amount * 10**6 + Fraction(1, 2))).scaleb(-6).quantize(Decimal("0.000001"))
