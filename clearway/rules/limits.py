"""Single-transaction and annual limits of retail import (RULEBOOK B.3)."""

from decimal import Decimal

from clearway.contracts.documents import DeclarationList
from clearway.contracts.facts import LimitDecision, Treatment
from clearway.rules.catalogue import Found, Problems, problem
from clearway.rules.parameters import parameters

FIRST_CBEC_REGIME = "T-CBEC-2016"
"""The regime under which any excess was taxed in full instead of leaving the channel."""


def taxable_price(declared: DeclarationList) -> Decimal:
    """Goods + freight + insurance in CNY, tax excluded: the amount that counts against both limits (D-23)."""
    return sum((line.total_price for line in declared.lines), declared.freight + declared.insured_fee)


def is_single_item(declared: DeclarationList) -> bool:
    """Whether the list holds one indivisible commodity: one line, quantity 1 (D-22)."""
    return len(declared.lines) == 1 and declared.lines[0].qty == 1


def decide_limits(declaration_list: DeclarationList, used: Decimal, *, profile: str) -> LimitDecision:
    """Apply both limits of the acceptance day; `used` is the CNY confirmed and reserved for the person in its year.

    Equality is inside a limit. Under the regime of 2016 a list over the annual limit stays, taxed in full; there is
    nothing left of the annual amount that it could take. Raises NoRuleInForce for a list accepted before 2016-04-08.
    """
    day, rules = declaration_list.declared_on, parameters()
    regime = rules.text("tax.regime", on=day, profile=profile)
    single = rules.value("limits.single", on=day, profile=profile)
    annual = rules.value("limits.annual", on=day, profile=profile)
    price = taxable_price(declaration_list)
    over_single, over_annual = price > single.value, used + price > annual.value
    if not over_single and not over_annual:
        treatment = Treatment.IN_QUOTA
    elif regime.value == FIRST_CBEC_REGIME or (not over_annual and is_single_item(declaration_list)):
        treatment = Treatment.FULL_TAX
    else:
        treatment = Treatment.OUT_OF_CHANNEL
    counts = treatment is not Treatment.OUT_OF_CHANNEL and not over_annual
    return LimitDecision(
        regime=regime.value,
        treatment=treatment,
        taxable_price=price,
        single_limit=single.value,
        annual_limit=annual.value,
        used_before=_in_fen(used),
        counted=price if counts else Decimal(0),
        rules=tuple(rule.as_rule_use() for rule in (regime, single, annual)),
    )


def _in_fen(amount: Decimal) -> Decimal:
    """The same amount with two places, or more where it has more: ledgers keep five, people read two."""
    return amount.normalize() + Decimal("0.00")


def check_limits(decision: LimitDecision) -> Problems:
    """What pushes a list out of the retail channel; nothing if it stays in (E_OVER_LIMIT)."""
    if decision.treatment is not Treatment.OUT_OF_CHANNEL:
        return ()
    price = Found("declaration_list", "taxable_price", decision.taxable_price)
    total = decision.used_before + decision.taxable_price
    found: Problems = ()
    if decision.taxable_price > decision.single_limit:
        found += (problem("E_OVER_LIMIT.single", price, limit=f"{decision.single_limit:f}"),)
    if total > decision.annual_limit:
        used, limit = f"{decision.used_before:f}", f"{decision.annual_limit:f}"
        found += (problem("E_OVER_LIMIT.annual", price, used=used, total=f"{total:f}", limit=limit),)
    return found
