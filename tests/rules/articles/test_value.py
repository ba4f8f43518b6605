"""The value limit of a parcel, by the law cases of value.yaml."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearway.rules.articles import limit_parcel
from clearway.rules.parameters import NoRuleInForce
from tests.rules.articles.parcels import judge_case, parcel
from tests.rules.law_cases import cases, told

VALUES = st.lists(st.decimals("0.01", "3000.00", places=2), min_size=1, max_size=6)


@pytest.mark.parametrize("case", cases("articles/value.yaml"))
def test_a_parcel_passes_up_to_its_limit(case: dict[str, Any]) -> None:
    judgement = judge_case(case)
    assert judgement.outcome == case["expect"]
    assert told(judgement.problems) == case.get("told", [])
    assert told(judgement.warnings) == case.get("warned", [])
    assert (str(judgement.value), str(judgement.limit)) == (case["value"], case["limit"])
    if "due" in case:
        assert judgement.tax is not None
        assert str(judgement.tax.due) == case["due"]


@pytest.mark.parametrize(
    ("lines", "explanation"),
    [
        (
            [{"value": "1000.00"}, {"value": "1000.00"}],
            "物品价值 value 1000.00 + 1000.00 = 2000.00 ≤ 限值 limit 2000.00 (启运国 from 502)",
        ),
        (
            [{"value": "1000.00"}, {"value": "1000.01"}],
            "物品价值 value 1000.00 + 1000.01 = 2000.01 > 限值 limit 2000.00 (启运国 from 502); "
            "不得按物品通关 may not pass as articles",
        ),
        (
            [{"value": "5000.00"}],
            "物品价值 value 5000.00 > 限值 limit 2000.00 (启运国 from 502); "
            "仅一件不可分割物品 one single article, 可按物品通关 may pass",
        ),
    ],
)
def test_the_explanation_sets_the_sum_against_the_limit(lines: list[dict[str, str]], explanation: str) -> None:
    assert judge_case({"day": date(2026, 3, 10), "lines": lines}).explanation == explanation


def test_who_is_over_the_limit_is_told_both_ways_out() -> None:
    (problem,) = judge_case({"day": date(2026, 3, 10), "lines": [{"value": "2000.00"}, {"value": "0.01"}]}).problems
    assert "2000.01 CNY, above the limit of 2000.00 CNY" in problem.message_en
    assert "RETURNED" in problem.remedy_en
    assert "TO_GOODS" in problem.remedy_en


def test_there_is_no_limit_before_the_first() -> None:
    with pytest.raises(NoRuleInForce, match="2010-08-31"):
        limit_parcel(parcel({"day": date(2010, 8, 31)}), profile="SEED")


@given(values=VALUES, more=st.decimals("0.01", "3000.00", places=2), day=st.dates(date(2012, 4, 15)))
def test_more_value_never_helps(values: list[Decimal], more: Decimal, day: date) -> None:
    few = limit_parcel(parcel({"day": day, "lines": [{"value": value} for value in values]}), profile="SEED")
    many = limit_parcel(parcel({"day": day, "lines": [{"value": value} for value in (*values, more)]}), profile="SEED")
    assert many.total == few.total + more
    assert many.limit == few.limit
