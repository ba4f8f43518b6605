"""Changes of a declared list, by the law cases of changes.yaml."""

from typing import Any

import pytest

from clearway.rules.changes import changed_fields, check_kept_keys, needs_rejudgement
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


@pytest.mark.parametrize("case", [pytest.param(case, id=case["case"]) for case in law("changes.yaml")["changed"]])
def test_a_modification_changes_these_fields_and_must_keep_some(case: dict[str, Any]) -> None:
    old, new = papers().declaration_list, papers(case["changes"]).declaration_list
    assert list(changed_fields(old, new)) == case["expect"]
    found = check_kept_keys(old, new)
    assert told(found) == ["E_CHANGE_OF_KEY hard"] * len(case["kept"])
    assert [field.field for each in found for field in each.fields] == [
        f"{document}.{key}" for key in case["kept"] for document in ("filed_list", "declaration_list")
    ]


def test_lines_added_or_taken_away_are_changes_of_the_whole_line() -> None:
    old = papers().declaration_list
    longer = old.model_copy(update={"lines": (*old.lines, old.lines[0])})
    assert changed_fields(old, longer) == changed_fields(longer, old) == (f"lines[{len(old.lines)}]",)


def test_what_changed_is_told_without_its_values() -> None:
    old = papers().declaration_list
    new = papers({"declaration_list.buyer_name": "李四", "declaration_list.buyer_id_number": "440524188001010014"})
    assert changed_fields(old, new.declaration_list) == ("buyer_id_number", "buyer_name")


def test_a_change_of_a_key_shows_both_values() -> None:
    old, new = papers().declaration_list, papers({"declaration_list.cop_no": None}).declaration_list
    (found,) = check_kept_keys(new, old.model_copy(update={"cop_no": "COP-1"}))
    assert [(field.field, field.value) for field in found.fields] == [
        ("filed_list.cop_no", None),
        ("declaration_list.cop_no", "COP-1"),
    ]
