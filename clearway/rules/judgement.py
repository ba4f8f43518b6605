"""The whole judgement of a list: comparison, limits and tax in one call, none of them stopping another."""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

from clearway.contracts.documents import DeclarationList, Order, Payment, Waybill
from clearway.contracts.facts import Judgement, LimitDecision, TaxAssessment
from clearway.contracts.facts_of_rules import RemarkUse
from clearway.contracts.problems import Severity
from clearway.rules.admission import check_admission
from clearway.rules.catalogue import Problems, at, problem
from clearway.rules.documents import check_magnitude
from clearway.rules.fingerprint import snapshot
from clearway.rules.limits import check_limits, decide_limits
from clearway.rules.matching import MatchingFacts, compare
from clearway.rules.parameters import NoRuleInForce, parameters
from clearway.rules.remarks import quantity_remarks
from clearway.rules.series import check_profile
from clearway.rules.tax import NotAssessable, assess_tax


def judge(
    order: Order,
    payment: Payment,
    waybill: Waybill,
    declaration_list: DeclarationList,
    facts: MatchingFacts,
    used: Decimal,
    *,
    profile: str,
    quantities_used: Mapping[str, Decimal] = MappingProxyType({}),
) -> Judgement:
    """Judge a list by the rules of its acceptance day; `used` is the CNY counted for the orderer in that year so far.

    `quantities_used` is what the orderer bought in that year of each group that the Positive List limits, in kg.

    Limits and tax are worked out even when the comparison fails, as far as they can be. `profile` wins over the one
    in the facts. Raises ValueError for an unknown profile; everything about the documents is a problem, never an error.
    """
    facts = facts.model_copy(update={"profile": check_profile(profile)})
    limits, tax, further = _limits_and_tax(declaration_list, used, profile)
    further += check_admission(declaration_list, profile=profile, quantities=quantities_used)
    found = tuple(dict.fromkeys(compare(order, payment, waybill, declaration_list, facts) + further))
    problems = tuple(one for one in found if one.severity is Severity.HARD)
    return Judgement(
        matched=not problems,
        problems=problems,
        warnings=tuple(one for one in found if one.severity is Severity.WARNING),
        identity=facts.identity,
        limits=limits,
        tax=tax,
        snapshot=snapshot(order, payment, waybill, declaration_list),
        rules_version=parameters().version,
        profile=profile,
    )


def uses_of(declared: DeclarationList, *, profile: str) -> tuple[RemarkUse, ...]:
    """What the list takes of yearly quantities; nothing where no rule is in force, which the comparison tells."""
    try:
        return quantity_remarks(declared, profile=profile)
    except NoRuleInForce:
        return ()


def _limits_and_tax(
    declared: DeclarationList, used: Decimal, profile: str
) -> tuple[LimitDecision | None, TaxAssessment | None, Problems]:
    limits: LimitDecision | None = None
    found: Problems = ()
    try:
        if found := check_magnitude(declared, profile):
            return None, None, found
        limits = decide_limits(declared, used, profile=profile)
        found = check_limits(limits)
        return limits, assess_tax(declared, limits, profile=profile), found
    except NotAssessable as gap:
        return limits, None, found + gap.problems
    except NoRuleInForce as gap:
        return limits, None, (*found, problem("E_NO_RULE", at(declared, "declared_on"), rules=gap.rule))
