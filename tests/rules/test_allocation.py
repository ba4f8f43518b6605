"""What is owed where customs billed, and how a payment is shared out, by the law cases of allocation.yaml."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearway.rules.allocation import allocate, billed_due, differs
from clearway.rules.own_rules import lay_over, read_own_rules
from clearway.rules.parameters import NoRuleInForce, parameters, rules_in_force
from tests.rules.law_cases import cases, law

DAY = date(2026, 4, 10)
amounts = st.decimals(0, 10**9, places=5)


def named(section: str) -> list[Any]:
    """The cases of a further section of the file."""
    return [pytest.param(case, id=case["case"]) for case in law("allocation.yaml")[section]]


@pytest.mark.parametrize("case", cases("allocation.yaml"))
def test_customs_bill_wins_and_what_came_back_is_not_owed(case: dict[str, Any]) -> None:
    billed, assessed, due = (Decimal(case[name]) for name in ("billed", "assessed", "due"))
    billed_for = Decimal(case["known"]) if "known" in case else assessed if case.get("back") else due
    owed = billed_due(billed=billed, assessed=assessed, billed_for=billed_for, due=due)
    assert owed == Decimal(case["expect"])


@pytest.mark.parametrize("case", named("differing"))
def test_a_bill_differs_above_a_fen_for_each_line(case: dict[str, Any]) -> None:
    difference, profile = Decimal(case["difference"]), case.get("profile", "SEED")
    assert differs(difference, lines=case["lines"], on=DAY, profile=profile) is case["expect"]


@pytest.mark.parametrize("case", named("shared"))
def test_a_payment_goes_to_what_was_asked_for_first(case: dict[str, Any]) -> None:
    shares, rest = allocate(Decimal(case["paid"]), [Decimal(each) for each in case["asked"]])
    assert shares == tuple(Decimal(each) for each in case["expect"])
    assert rest == Decimal(case["rest"])


@given(amounts, st.lists(amounts, max_size=20))
def test_nothing_of_a_payment_is_lost_and_nobody_gets_too_much(paid: Decimal, asked: list[Decimal]) -> None:
    shares, rest = allocate(paid, asked)
    assert sum(shares) + rest == paid
    assert all(0 <= share <= each for share, each in zip(shares, asked, strict=True))
    assert rest == 0 or shares == tuple(asked)
    short = [place for place, share in enumerate(shares) if share < asked[place]]
    assert not short or not any(shares[short[0] + 1 :])


@given(amounts, st.tuples(amounts, amounts, amounts))
def test_nothing_below_zero_is_owed_and_returns_only_lower_it(
    billed: Decimal, figures: tuple[Decimal, Decimal, Decimal]
) -> None:
    due, billed_for, assessed = sorted(figures)
    owed = billed_due(billed=billed, assessed=assessed, billed_for=billed_for, due=due)
    assert 0 <= owed <= billed


@pytest.mark.parametrize(("paid", "asked"), [("-0.01", ["1"]), ("1", ["-0.01"])])
def test_amounts_below_zero_are_refused(paid: str, asked: list[str]) -> None:
    with pytest.raises(ValueError, match="below zero"):
        allocate(Decimal(paid), [Decimal(each) for each in asked])


def test_an_operator_may_allow_more() -> None:
    own = "numbers: {tax.bill_tolerance_per_line: {reference: ours, values: [{from: 2026-01-01, value: '0.05'}]}}"
    with rules_in_force(lay_over(parameters(), read_own_rules(own, "own.yaml"))):
        assert not differs(Decimal("0.05"), lines=1, on=DAY, profile="SEED")
        assert differs(Decimal("0.06"), lines=1, on=DAY, profile="SEED")


def test_before_the_tax_there_is_nothing_to_compare() -> None:
    with pytest.raises(NoRuleInForce, match="2016-04-07"):
        differs(Decimal(0), lines=1, on=date(2016, 4, 7), profile="SEED")
