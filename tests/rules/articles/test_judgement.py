"""The whole judgement of a List of Items, by the law cases of judgement.yaml; and what always holds of it."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearway.contracts.articles import ArticlesOutcome
from clearway.contracts.facts import IdentityOutcome
from clearway.rules.articles import judge_articles
from clearway.rules.parameters import parameters
from clearway.rules.tables import ArticleCategory, ControlledArticle, Unit
from tests.rules.articles.parcels import FILES, judge_case, parcel
from tests.rules.law_cases import cases, law, told

CODES = {kind: (*parameters().codes(kind), "dragons") for kind in (ArticleCategory, ControlledArticle)}
LINES = st.fixed_dictionaries(
    {
        "category": st.sampled_from(CODES[ArticleCategory]),
        "controlled_as": st.none() | st.sampled_from(CODES[ControlledArticle]),
        "unit": st.sampled_from((*parameters().codes(Unit), "999")),
        "qty": st.decimals("0.00001", "99999999999999", places=5),
        "value": st.decimals("0", "99999999999999.99999", places=5),
        "table_value": st.none() | st.decimals("0", "99999999999999", places=2),
    }
)
DAYS = st.dates(date(2000, 1, 1), date(2040, 12, 31))


@pytest.mark.parametrize("case", cases("articles/judgement.yaml"))
def test_a_list_is_judged_as_the_law_says(case: dict[str, Any]) -> None:
    judgement = judge_case(case)
    assert told(judgement.problems) == case.get("told", [])
    assert judgement.outcome == case["expect"]
    assert list(judgement.approvals_missing) == case.get("missing", [])
    assert judgement.identity == case.get("identity", "VERIFIED")


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("profile", ["SEED", "LAW_2026"])
def test_both_profiles_judge_articles_alike(file: str, profile: str) -> None:
    for case in law(f"articles/{file}.yaml")["cases"]:
        assert judge_case(case | {"profile": profile}).outcome == case.get("expect", "PASS")


def test_every_figure_comes_with_its_rule() -> None:
    medicine = {"category": "medicines", "controlled_as": "medicines", "value": "500.00"}
    judgement = judge_case({"day": date(2026, 3, 10), "lines": [medicine, {"value": "20.00"}]})
    recorded = {use.rule: (use.value, str(use.effective_from)) for use in judgement.rules}
    assert recorded == {
        "articles.valuation": ("actual_value", "2024-12-01"),
        "articles.nearby_origins": ("110 121 143", "2010-09-01"),
        "articles.limit_elsewhere": ("2000.00", "2024-12-01"),
        "articles.regime": ("T-ARTICLES-2024", "2024-12-01"),
        "articles.exemption": ("50.00", "2010-09-01"),
        "article_category.medicines": ("0.13; personal up to 10 pieces, 1 kg, 1 L", "2019-04-09"),
        "article_category.food": ("0.13; personal up to 50 pieces, 20 kg, 20 L", "2019-04-09"),
        "controlled_article.medicines": (
            "the approval or medical certificate for medicines, of the drug administration",
            "2012-04-15",
        ),
    }
    assert all(use.reference for use in judgement.rules)


def test_no_person_is_told_in_clear() -> None:
    wrong = {"controlled_as": "medicines", "category": "medicines"}
    case = {
        "day": date(2026, 3, 10),
        "identity": "MISMATCH",
        "lines": [wrong],
        "approvals": [{"holder_id_number": "440524188001010014"}],
    }
    judgement = judge_case(case)
    shown = judgement.model_dump_json()
    assert "110105********002X" in shown
    assert "440524********0014" in shown
    assert not any(secret in shown for secret in ("张三", "11010519491231002X", "440524188001010014", "13800000000"))


def test_an_unknown_profile_and_an_instant_without_zone_are_errors() -> None:
    articles = parcel({"day": date(2026, 3, 10)})
    moment = datetime.fromisoformat("2026-03-10T12:00:00+08:00")
    with pytest.raises(ValueError, match="unknown rule profile"):
        judge_articles(articles, identity=IdentityOutcome.VERIFIED, now=moment, profile="x")
    with pytest.raises(ValueError, match="time zone"):
        judge_articles(articles, identity=IdentityOutcome.VERIFIED, now=moment.replace(tzinfo=None), profile="SEED")


def test_nobody_is_born_after_the_judgement() -> None:
    born = datetime.fromisoformat("1949-12-31T00:00:00+08:00")
    case = {"day": date(2026, 3, 10), "now": born}
    assert judge_case(case).problems == ()
    assert told(judge_case(case | {"now": born.replace(day=30)}).problems) == ["E_ID_NUMBER hard"]


@settings(max_examples=150, deadline=None)
@given(lines=st.lists(LINES, min_size=1, max_size=6), day=DAYS, identity=st.sampled_from(IdentityOutcome))
def test_any_list_gets_a_judgement_with_reasons(
    lines: list[dict[str, Any]], day: date, identity: IdentityOutcome
) -> None:
    judgement = judge_case({"day": day, "lines": lines, "identity": identity, "head": {"departure_country": "143"}})
    assert (judgement.outcome is ArticlesOutcome.PASS) is (not judgement.problems)
    assert len(set(judgement.problems)) == len(judgement.problems)
    if judgement.outcome is ArticlesOutcome.PASS:
        assert judgement.value is not None
        assert judgement.limit is not None
        assert judgement.value <= judgement.limit or judgement.indivisible
    if judgement.tax is not None:
        assert judgement.tax.due in (Decimal(0), judgement.tax.total)
        assert judgement.value == sum(line.base for line in judgement.tax.lines)
