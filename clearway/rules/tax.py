"""Duty, consumption tax and VAT of a retail import, line by line, to the fen (RULEBOOK B.9.1)."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from clearway.contracts.documents import DeclarationLine, DeclarationList
from clearway.contracts.facts import LimitDecision, TaxAssessment, TaxLine, Treatment
from clearway.rules.catalogue import Problems
from clearway.rules.parameters import parameters
from clearway.rules.tariff import Rates, rate_line
from clearway.rules.workings import FEN, Workings, to_fen


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
    """Tax one line on its base, each tax rounded half up to the fen; without a quota factor in full."""
    workings = Workings(line.total_price, base, rates, quota)
    return TaxLine(
        gnum=line.gnum,
        hs_code=line.hs_code,
        base=base,
        duty=to_fen(workings.duty),
        consumption_tax=to_fen(workings.full_consumption_tax * workings.factor),
        vat=to_fen(workings.full_vat * workings.factor),
        explanation=workings.explanation(),
    )
