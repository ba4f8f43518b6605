"""Remarks of the Positive List, by the law cases of remarks.yaml; and what always holds of its quantities."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearway.rules.remarks import check_quantities, quantity_remarks
from tests.rules.law_cases import cases, compare_case, remark_case, remarked_list, told

WEIGHTS = st.lists(st.decimals("0.00001", "99", places=5), min_size=1, max_size=9)


@pytest.mark.parametrize("case", cases("remarks.yaml"))
def test_a_remark_lets_goods_pass_or_not(case: dict[str, Any]) -> None:
    found = remark_case(case)
    assert told(found) == case["expect"]
    if "says" in case:
        assert case["says"] in found[0].message_en
    uses = quantity_remarks(remarked_list(case), profile=case.get("profile", "SEED"))
    assert {use.group: use.quantity for use in uses} == {
        group: Decimal(quantity) for group, quantity in case["uses"].items()
    }


def test_a_use_tells_its_year_its_sum_and_its_rules() -> None:
    lines = [{"hs_code": "1701991090", "qty1": "1.5"}, {"hs_code": "1701991090", "qty1": "600", "unit1": "036"}]
    (use,) = quantity_remarks(remarked_list({"day": "2025-12-31", "lines": lines}), profile="SEED")
    assert (use.year, str(use.limit), list(use.lines)) == (2025, "2", [1, 2])
    assert (
        use.explanation == "食糖 sugar 1.5 (第 1 项 line 1) + 0.600 (第 2 项 line 2) = 2.100 kg; 每人每年 a year 2 kg"
    )
    assert [(rule.rule, rule.value) for rule in use.rules] == [
        ("remark_group.sugar", "食糖 2 kg"),
        ("goods.1701991090", "duty 0.50, VAT standard, consumption tax none, by weight as sugar"),
    ]


def test_the_comparison_applies_the_remarks() -> None:
    given = {
        "declaration_list.trade_mode": "9610",
        "declaration_list.country": "133",
        "waybill.departure_country": "133",
        "declaration_list.lines[0].hs_code": "2309109000",
    }
    assert told(compare_case({"given": given})) == ["M17 hard"]


def test_before_the_tariff_there_are_no_remarks() -> None:
    assert (
        quantity_remarks(remarked_list({"day": "2016-04-07", "lines": [{"hs_code": "1701991090"}]}), profile="SEED")
        == ()
    )


@given(weights=WEIGHTS, used=st.decimals("0", "3", places=5))
def test_a_group_takes_the_sum_of_its_lines_however_they_are_parted(weights: list[Decimal], used: Decimal) -> None:
    parted = remarked_list(
        {"day": "2026-03-10", "lines": [{"hs_code": "1701991090", "qty1": str(weight)} for weight in weights]}
    )
    total = sum(weights, Decimal(0))
    whole = remarked_list({"day": "2026-03-10", "lines": [{"hs_code": "1701991090", "qty1": str(total)}]})
    uses = quantity_remarks(parted, profile="SEED")
    assert [use.quantity for use in uses] == [total]
    assert [use.quantity for use in quantity_remarks(whole, profile="SEED")] == [total]
    assert (check_quantities(uses, {"sugar": used}) == ()) is (used + total <= 2)
