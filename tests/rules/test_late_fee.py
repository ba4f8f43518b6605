"""The fee for tax paid late, by the law cases of late_fee.yaml; and what always holds of it."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearway.rules.deadlines import legal_clocks
from clearway.rules.late_fee import late_fee
from clearway.rules.parameters import NoRuleInForce
from tests.rules.calendars import announced
from tests.rules.law_cases import cases

TAXES = st.decimals("0", "999999999", places=2)
DEADLINES = st.dates(date(2016, 7, 1), date(2030, 12, 31))
DAYS = st.integers(-60, 800)
PROFILES = st.sampled_from(["SEED", "LAW_2026"])


def deadline_of(case: dict[str, Any]) -> date:
    if "deadline" in case:
        deadline: date = case["deadline"]
        return deadline
    return legal_clocks(case["released"], announced(), profile=case.get("profile", "SEED")).payment_deadline


@pytest.mark.parametrize("case", cases("late_fee.yaml"))
def test_a_late_payment_costs_this(case: dict[str, Any]) -> None:
    fee = late_fee(Decimal(case["tax"]), deadline_of(case), case["paid_on"], profile=case.get("profile", "SEED"))
    assert (fee.days, str(fee.computed), str(fee.due)) == (case["days"], case["computed"], case["due"])
    assert fee.waived is case.get("waived", False)
    assert fee.enforcement is case.get("enforcement", False)


def test_a_fee_tells_its_arithmetic_and_its_rules() -> None:
    fee = late_fee(Decimal("1500.00"), date(2026, 4, 24), date(2026, 5, 24), profile="SEED")
    assert fee.explanation == (
        "滞纳天数 days late 2026-04-25 – 2026-05-24 = 30; 滞纳金 late fee 1500.00 × 0.0005 × 30 = 22.50; "
        "不足 below 50.00: 免予征收 waived"
    )
    assert [(use.rule, use.value) for use in fee.rules] == [
        ("late_fee.rate_per_day", "0.0005"),
        ("late_fee.waived_below", "50.00"),
        ("late_fee.enforcement_months", "3"),
    ]


def test_an_old_debt_says_that_it_may_be_enforced_and_a_punctual_one_that_it_is_not_late() -> None:
    day = date(2026, 4, 24)
    old = late_fee(Decimal("100000.00"), day, date(2026, 7, 25), profile="SEED")
    assert old.explanation.endswith("超过 3 个月 more than 3 months: 海关可强制执行 customs may enforce payment")
    assert late_fee(Decimal("1.00"), day, day, profile="SEED").explanation.endswith("未滞纳 not late")


def test_a_negative_tax_and_a_day_without_a_rate_are_refused() -> None:
    with pytest.raises(ValueError, match=r"negative tax: -0\.01"):
        late_fee(Decimal("-0.01"), date(2026, 4, 24), date(2026, 5, 4), profile="SEED")
    with pytest.raises(NoRuleInForce, match=r"late_fee\.\w+ is in force on 2016-04-07"):
        late_fee(Decimal(1), date(2016, 4, 7), date(2016, 4, 7), profile="SEED")


@given(tax=TAXES, deadline=DEADLINES, days=DAYS, profile=PROFILES)
def test_a_fee_is_nothing_or_at_least_fifty(tax: Decimal, deadline: date, days: int, profile: str) -> None:
    fee = late_fee(tax, deadline, deadline + timedelta(days=days), profile=profile)
    assert fee.due == 0 or fee.due >= 50
    assert fee.due in (0, fee.computed)
    assert fee.waived is (fee.due == 0 and fee.computed > 0)


@given(tax=TAXES, more=TAXES, deadline=DEADLINES, days=DAYS, later=st.integers(0, 400))
def test_more_tax_or_more_days_never_cost_less(
    tax: Decimal, more: Decimal, deadline: date, days: int, later: int
) -> None:
    paid_on = deadline + timedelta(days=days)
    fee = late_fee(tax, deadline, paid_on, profile="SEED")
    for worse in (
        late_fee(tax + more, deadline, paid_on, profile="SEED"),
        late_fee(tax, deadline, paid_on + timedelta(days=later), profile="SEED"),
    ):
        assert worse.computed >= fee.computed
        assert worse.due >= fee.due
        assert worse.enforcement >= fee.enforcement
