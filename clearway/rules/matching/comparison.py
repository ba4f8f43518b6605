"""One comparison: every rule runs, none stops another."""

from collections.abc import Callable

from clearway.contracts.documents import DeclarationList, Order, Payment, Waybill
from clearway.rules.catalogue import Problems, at, problem
from clearway.rules.matching.amounts import (
    m05_amount_paid,
    m06_amount_identity,
    m07_line_totals,
    m09_freight_and_insurance,
    m13_currency,
)
from clearway.rules.matching.facts import MatchingFacts, Papers
from clearway.rules.matching.goods import m08_lines, m17_positive_list_and_units
from clearway.rules.matching.numbers import (
    m01_order_number,
    m02_platform_and_enterprise,
    m03_waybill_number,
    m04_transaction,
)
from clearway.rules.matching.parties import m15_registered
from clearway.rules.matching.persons import identity_number, identity_outcome, m10_orderer, m11_payer, m12_consignee
from clearway.rules.matching.transport import m14_time_order, m16_weight, m18_way
from clearway.rules.parameters import NoRuleInForce

RULES: tuple[Callable[[Papers], Problems], ...] = (
    m01_order_number,
    m02_platform_and_enterprise,
    m03_waybill_number,
    m04_transaction,
    m05_amount_paid,
    m06_amount_identity,
    m07_line_totals,
    m08_lines,
    m09_freight_and_insurance,
    m10_orderer,
    m11_payer,
    m12_consignee,
    m13_currency,
    m14_time_order,
    m15_registered,
    m16_weight,
    m17_positive_list_and_units,
    m18_way,
    identity_number,
    identity_outcome,
)


def compare(
    order: Order, payment: Payment, waybill: Waybill, declaration_list: DeclarationList, facts: MatchingFacts
) -> Problems:
    """Every problem, hard ones and warnings, in the order of the rules; personal values come masked (RULEBOOK B.2).

    The rules of the list's acceptance day apply. A day for which a rule has no value is itself a problem (E_NO_RULE).
    """
    papers = Papers(order, payment, waybill, declaration_list, facts)
    found: Problems = ()
    unruled: list[str] = []
    for rule in RULES:
        try:
            found += rule(papers)
        except NoRuleInForce as gap:
            unruled.append(gap.rule)
    if unruled:
        found += (problem("E_NO_RULE", at(declaration_list, "declared_on"), rules=", ".join(dict.fromkeys(unruled))),)
    return found
