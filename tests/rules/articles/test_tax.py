"""Article tax to the fen, by the law cases of tax.yaml; and what always holds of it."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearway.rules.articles import UnknownCategory, postal_tax
from clearway.rules.parameters import NoRuleInForce, parameters
from clearway.rules.tables import ArticleCategory
from tests.rules.articles.parcels import judge_case, taxed
from tests.rules.law_cases import cases, law

PERIODS = (
    ("T-POSTAL-2012", date(2012, 4, 15), date(2016, 4, 7)),
    ("T-POSTAL-2016", date(2016, 4, 8), date(2018, 10, 31)),
    ("T-POSTAL-2018", date(2018, 11, 1), date(2019, 4, 8)),
    ("T-POSTAL-2019", date(2019, 4, 9), date(2024, 11, 30)),
)
FEN = Decimal("0.01")
CATEGORIES = st.sampled_from(parameters().codes(ArticleCategory))
VALUES = st.decimals("0.01", "5000.00", places=2)
LINES = st.lists(st.fixed_dictionaries({"category": CATEGORIES, "value": VALUES}), min_size=1, max_size=8)
DAYS = st.dates(date(2012, 4, 15), date(2030, 12, 31))


@pytest.mark.parametrize("case", cases("articles/tax.yaml"))
def test_a_parcel_bears_this_tax(case: dict[str, Any]) -> None:
    judgement = judge_case(case)
    assert judgement.problems == ()
    tax = judgement.tax
    assert tax is not None
    assert [str(line.tax) for line in tax.lines] == case["tax"]
    assert (str(tax.total), str(tax.due), str(tax.exemption)) == (case["total"], case["due"], "50.00")
    assert tax.exempt is (case["due"] == "0.00")
    assert tax.assessed_on == case["day"]
    assert tax.regime == case.get("regime", tax.regime)


@pytest.mark.parametrize(("category", "rates"), law("articles/tax.yaml")["rates"].items())
def test_a_group_has_these_rates_from_first_to_last_day(category: str, rates: list[int]) -> None:
    for (regime, first, last), rate in zip(PERIODS, rates, strict=True):
        for day in (first, last):
            tax = taxed({"day": day, "lines": [{"category": category, "value": "100.00"}]})
            assert (tax.regime, tax.total) == (regime, Decimal(rate))
    today = taxed({"day": date(2024, 12, 1), "lines": [{"category": category, "value": "100.00"}]})
    assert (today.regime, today.total) == ("T-ARTICLES-2024", Decimal(rates[-1]))


def test_every_group_has_a_case() -> None:
    assert set(law("articles/tax.yaml")["rates"]) == set(parameters().codes(ArticleCategory))


def test_goods_lists_before_2016_are_taxed_the_same_way() -> None:
    tax = taxed({"day": date(2016, 4, 7), "lines": [{"category": "textiles", "value": "250.01"}]})
    assert (tax.regime, str(tax.total), str(tax.due)) == ("T-POSTAL-2012", "50.00", "0.00")
    assert [use.rule for use in tax.rules] == ["articles.regime", "articles.exemption", "article_category.textiles"]


def test_the_explanation_is_the_whole_arithmetic() -> None:
    tax = taxed({"day": date(2026, 3, 10), "lines": [{"value": "384.62"}, {"category": "bags", "value": "10.00"}]})
    assert [line.explanation for line in tax.lines] == [
        "食品 food: 完税价格 base 384.62 × 税率 rate 0.13 = 50.0006, 四舍五入 rounded half up = 50.00",
        "箱包 bags: 完税价格 base 10.00 × 税率 rate 0.20 = 2.00",
    ]
    assert tax.explanation == (
        "进境物品税 article tax 50.00 + 2.00 = 52.00 > 免征额 exemption 50.00, 全额征收 the whole is due: 52.00"
    )


def test_the_explanation_of_an_exempt_parcel_says_so() -> None:
    tax = taxed({"day": date(2026, 3, 10), "lines": [{"value": "380.00"}]})
    assert tax.explanation == ("进境物品税 article tax 49.40 ≤ 免征额 exemption 50.00, 予以免征 not levied: 0.00")


def test_an_unknown_group_is_not_taxed() -> None:
    with pytest.raises(UnknownCategory, match="no category of articles 'dragons'"):
        taxed({"day": date(2026, 3, 10), "lines": [{"category": "dragons"}]})


def test_there_is_no_tax_before_the_first_regime() -> None:
    with pytest.raises(NoRuleInForce, match=r"articles\.regime is in force on 2012-04-14"):
        postal_tax([], on=date(2012, 4, 14), profile="SEED")


@given(lines=LINES, day=DAYS, profile=st.sampled_from(["SEED", "LAW_2026"]))
def test_the_total_is_the_sum_of_the_lines_and_due_is_all_or_nothing(
    lines: list[dict[str, Any]], day: date, profile: str
) -> None:
    tax = taxed({"day": day, "lines": lines, "profile": profile})
    assert tax.total == sum(line.tax for line in tax.lines)
    assert tax.due == (tax.total if tax.total > tax.exemption else 0)
    for line in tax.lines:
        assert abs(line.tax - line.base * line.rate) <= FEN / 2
        assert line.tax == line.tax.quantize(FEN)


@given(lines=LINES, day=DAYS, more=st.decimals("0.01", "500.00", places=2))
def test_tax_never_falls_when_value_rises(lines: list[dict[str, Any]], day: date, more: Decimal) -> None:
    dearer = [lines[0] | {"value": lines[0]["value"] + more}, *lines[1:]]
    less, greater = taxed({"day": day, "lines": lines}), taxed({"day": day, "lines": dearer})
    assert greater.total >= less.total
    assert greater.due >= less.due
