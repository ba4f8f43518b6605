"""Changes of a declared list, by the law cases of changes.yaml."""

from datetime import date
from typing import Any

import pytest

from clearway.rules.changes import ChangeFacts, Standing, needs_rejudgement
from tests.rules.law_cases import cases, change_case, law, papers, told


@pytest.mark.parametrize("case", cases("changes.yaml"))
def test_a_change_meets_these_problems(case: dict[str, Any]) -> None:
    found = change_case(case)
    assert told(found) == case["expect"]
    if "names" in case:
        assert [field.field for each in found for field in each.fields] == case["names"]
    if "says" in case:
        assert case["says"] in found[0].remedy_en


@pytest.mark.parametrize("case", [pytest.param(case, id=case["case"]) for case in law("changes.yaml")["rejudged"]])
def test_a_change_calls_these_into_question(case: dict[str, Any]) -> None:
    old, new = papers().declaration_list, papers(case["changes"]).declaration_list
    assert sorted(needs_rejudgement(old, new)) == case["expect"]
    assert needs_rejudgement(new, old) == needs_rejudgement(old, new)


def test_a_line_added_changes_price_quantity_and_code() -> None:
    old = papers().declaration_list
    new = old.model_copy(update={"lines": (*old.lines, old.lines[0].model_copy(update={"gnum": 2}))})
    assert needs_rejudgement(old, new) == {"price", "qty", "hs_code"}


@pytest.mark.parametrize("standing", [Standing.RELEASED, Standing.EXITED])
def test_a_released_list_needs_its_release_day(standing: Standing) -> None:
    with pytest.raises(ValueError, match="needs its release_day"):
        ChangeFacts(standing=standing, today=date(2026, 3, 10))
