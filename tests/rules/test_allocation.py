"""What customs asks for a list and how a payment is shared out, by the law cases of allocation.yaml."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearway.rules.allocation import allocate, billed_due, differs
from clearway.rules.parameters import NoRuleInForce
from tests.rules.law_cases import law

LAW = law("allocation.yaml")
fen = st.decimals("0", "9999999", places=2)


def named(part: str) -> list[Any]:
    return [pytest.param(case, id=case["case"]) for case in LAW[part]]


@pytest.mark.parametrize("case", named("owed"))
def test_customs_figure_wins(case: dict[str, Any]) -> None:
    billed, assessed, due = (Decimal(case[name]) for name in ("billed", "assessed", "due"))
    after = case.get("after_returns", assessed == due)
    found = billed_due(billed=billed, assessed=assessed, due=due, billed_after_returns=after)
    assert found == Decimal(case["owed"])


@pytest.mark.parametrize("case", named("differs"))
def test_rounding_is_no_difference(case: dict[str, Any]) -> None:
    profile = case.get("profile", "SEED")
    found = differs(Decimal(case["difference"]), lines=case["lines"], on=date(2026, 3, 10), profile=profile)
    assert found is case["differs"]


@pytest.mark.parametrize("case", named("shares"))
def test_a_payment_is_shared_out(case: dict[str, Any]) -> None:
    shares, rest = allocate(Decimal(case["paid"]), [Decimal(each) for each in case["asked"]])
    assert ([str(each) for each in shares], str(rest)) == (case["shares"], case["rest"])


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="below zero"):
        allocate(Decimal("-1"), [])
    with pytest.raises(ValueError, match="below zero"):
        allocate(Decimal(1), [Decimal("-0.01")])
    with pytest.raises(NoRuleInForce):
        differs(Decimal(0), lines=1, on=date(2016, 4, 7), profile="SEED")


@given(paid=fen, asked=st.lists(fen, max_size=9), cut=st.integers(0, 9))
def test_shares_and_rest_add_up_and_may_be_given_out_in_parts(paid: Decimal, asked: list[Decimal], cut: int) -> None:
    shares, rest = allocate(paid, asked)
    assert sum(shares, rest) == paid
    assert all(0 <= share <= each for share, each in zip(shares, asked, strict=True))
    assert rest == 0 or list(shares) == asked
    first, left = allocate(paid, asked[:cut])
    second, left = allocate(left, asked[cut:])
    assert (first + second, left) == (shares, rest)
