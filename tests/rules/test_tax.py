"""Taxes to the fen, by the law cases of tax.yaml; and what always holds of them."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearway.rules.parameters import Dated
from clearway.rules.tables import Band, Goods
from clearway.rules.tariff import Rates
from clearway.rules.tax import NotAssessable, apportion, assess_line
from tests.rules.law_cases import cases, goods_list, law, tax_case, told

PRICES = st.lists(st.decimals("0", "9999.99", places=2), min_size=1, max_size=20)
EXPENSES = st.decimals("0", "999.99", places=2)


@pytest.mark.parametrize("case", cases("tax.yaml"))
def test_goods_bear_these_taxes(case: dict[str, Any]) -> None:
    assessment = tax_case(case)
    assert assessment.treatment == case["treatment"]
    assert [[line.duty, line.consumption_tax, line.vat] for line in assessment.lines] == [
        [Decimal(tax) for tax in taxes] for taxes in case["taxes"]
    ]
    assert assessment.total == Decimal(case["total"])
    if "bases" in case:
        assert [line.base for line in assessment.lines] == [Decimal(base) for base in case["bases"]]
    if "regime" in case:
        assert assessment.regime == case["regime"]


@pytest.mark.parametrize("case", [pytest.param(case, id=case["case"]) for case in law("tax.yaml")["refused"]])
def test_goods_without_a_rate_are_told_line_by_line(case: dict[str, Any]) -> None:
    with pytest.raises(NotAssessable) as refusal:
        tax_case(case)
    assert told(refusal.value.problems) == case["expect"]


@pytest.mark.parametrize("case", [pytest.param(case, id=case["case"]) for case in law("tax.yaml")["composite"]])
def test_in_quota_the_rates_come_to_this_composite_rate(case: dict[str, Any]) -> None:
    goods = Goods.model_validate({"vat": "standard", "duty": "0.10", "positive_list": True, "units": ["035"]})
    rates = Rates(
        goods=Dated("goods.test", goods, date(2026, 1, 1), ""),
        vat=Dated("vat.test", Decimal(case["vat"]), date(2026, 1, 1), ""),
        consumption_tax=None,
        band=Band.model_validate({"rate": case["consumption_tax"]}),
        quantity=Decimal(1),
    )
    priced = goods_list({"day": "2026-03-10", "lines": [{"total_price": "10000.00"}]}).lines[0]
    line = assess_line(priced, priced.total_price, rates, Decimal("0.70"))
    assert line.duty == 0
    assert line.consumption_tax + line.vat == Decimal(case["taxes"])


def test_the_explanation_is_the_whole_arithmetic() -> None:
    spirits = {"hs_code": "2208909099", "total_price": "388.00", "qty1": "0.7", "unit1": "095"}
    (line,) = tax_case({"day": "2026-03-10", "freight": "12.00", "lines": [spirits]}).lines
    assert line.explanation == (
        "完税价格 base 388.00 + 运保费 freight and insurance 12.00 = 400.00; 关税 duty 0 (限额内 in quota); "
        "消费税 consumption tax (400.00 + 0.7 × 0.912) ÷ (1 − 0.20) × 0.20 + 0.7 × 0.912 = 100.798, × 0.70 = 70.56; "
        "增值税 VAT (400.00 + 100.798) × 0.13 = 65.10374, × 0.70 = 45.57"
    )


def test_the_explanation_of_full_tax_shows_the_duty() -> None:
    watch = {"hs_code": "9102110000", "total_price": "12000.00", "unit1": "007"}
    (line,) = tax_case({"day": "2026-03-10", "lines": [watch]}).lines
    assert line.explanation == (
        "完税价格 base 12000.00 + 运保费 freight and insurance 0.00 = 12000.00; 关税 duty 12000.00 × 0.10 = 1200.00; "
        "消费税 consumption tax (12000.00 + 1200.00) ÷ (1 − 0.20) × 0.20 = 3300.00 = 3300.00; "
        "增值税 VAT (12000.00 + 1200.00 + 3300.00) × 0.13 = 2145.00 = 2145.00"
    )


def test_an_assessment_records_every_rule_once() -> None:
    wine = {"hs_code": "2204210000", "total_price": "100.00", "unit1": "095"}
    assessment = tax_case({"day": "2026-03-10", "lines": [wine, wine]})
    assert [use.rule for use in assessment.rules] == [
        "tax.regime",
        "tax.quota_factor",
        "goods.2204210000",
        "vat.standard",
        "consumption_tax.wine",
    ]


@given(prices=PRICES, expenses=EXPENSES)
def test_apportioning_gives_away_exactly_what_there_is(prices: list[Decimal], expenses: Decimal) -> None:
    bases = apportion(prices, expenses)
    assert sum(bases) == sum(prices) + expenses
    assert all(base >= price for base, price in zip(bases, prices, strict=True))


def test_the_remainder_goes_to_the_dearest_line() -> None:
    prices = [Decimal("10.00"), Decimal("10.01"), Decimal("10.00")]
    assert apportion(prices, Decimal("0.10")) == [Decimal("10.03"), Decimal("10.05"), Decimal("10.03")]


def test_a_remainder_that_rounding_gave_away_is_taken_back() -> None:
    bases = apportion([Decimal("0.10")] * 99, Decimal("0.50"))
    assert sum(bases) == Decimal("10.40")
    assert min(bases) == Decimal("0.10")


@settings(max_examples=60, deadline=None)
@given(prices=st.lists(st.decimals("0.01", "4000.00", places=2), min_size=1, max_size=8), freight=EXPENSES)
def test_the_total_is_the_sum_of_the_lines(prices: list[Decimal], freight: Decimal) -> None:
    codes = ("1905310000", "1509200000", "2204210000", "3304990029")
    lines = [{"hs_code": codes[index % 4], "total_price": price} for index, price in enumerate(prices)]
    assessment = tax_case({"day": "2026-03-10", "freight": freight, "lines": lines})
    assert assessment.duty == sum(line.duty for line in assessment.lines)
    assert assessment.consumption_tax == sum(line.consumption_tax for line in assessment.lines)
    assert assessment.vat == sum(line.vat for line in assessment.lines)
    assert assessment.total == sum(line.duty + line.consumption_tax + line.vat for line in assessment.lines)
    assert sum(line.base for line in assessment.lines) == sum(prices) + freight
    assert all(
        tax == tax.quantize(Decimal("0.01"))
        for line in assessment.lines
        for tax in (line.duty, line.consumption_tax, line.vat)
    )
