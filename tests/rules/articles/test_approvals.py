"""Articles under control and their approvals, by the law cases of approvals.yaml."""

from datetime import date
from typing import Any

import pytest

from clearway.rules.parameters import parameters
from clearway.rules.tables import ControlledArticle
from tests.rules.articles.parcels import judge_case
from tests.rules.law_cases import cases, told


@pytest.mark.parametrize("case", cases("articles/approvals.yaml"))
def test_an_article_under_control_passes_with_its_approval(case: dict[str, Any]) -> None:
    judgement = judge_case(case)
    assert told(judgement.problems) == case.get("told", [])
    assert judgement.outcome == case["expect"]
    assert list(judgement.approvals_missing) == case.get("missing", [])


@pytest.mark.parametrize("code", parameters().codes(ControlledArticle))
def test_every_category_under_control_waits_or_is_prohibited(code: str) -> None:
    row = parameters().row(ControlledArticle, code, on=date(2026, 3, 10))
    assert row is not None
    judgement = judge_case({"day": date(2026, 3, 10), "lines": [{"controlled_as": code, "qty": "11"}]})
    (problem,) = judgement.problems
    if row.value.prohibited:
        assert (judgement.outcome, judgement.approvals_missing) == ("REFUSED", ())
        assert "hand it over" in problem.remedy_en
    else:
        assert (judgement.outcome, judgement.approvals_missing) == ("APPROVAL_PENDING", (code,))
        assert row.value.approval_en in problem.remedy_en
        assert row.value.approval_zh in problem.remedy_zh


def test_a_short_approval_is_told_with_both_quantities() -> None:
    line = {"category": "medicines", "controlled_as": "medicines", "qty": "5"}
    (problem,) = judge_case({"day": date(2026, 3, 10), "lines": [line], "approvals": [{"quantity": "4"}]}).problems
    assert problem.message_en == "The list holds 5 of the articles, but only 4 are approved."
    assert [(one.field, one.value) for one in problem.fields] == [
        ("articles_list.lines[0].qty", "5"),
        ("articles_list.approvals[0].quantity", "4"),
    ]
