"""What an operator's file changes, told by rule, period and affected lists; by the cases of rule_changes.yaml."""

from datetime import date, datetime
from typing import Any

import pytest

from clearway.contracts.base import SHANGHAI
from clearway.contracts.facts import RuleUse
from clearway.rules.deadlines import legal_clocks
from clearway.rules.own_rules import lay_over, read_own_rules
from clearway.rules.parameters import Parameters, built_in_parameters
from clearway.rules.rule_changes import RuleChange, changes_between
from tests.rules.calendars import announced
from tests.rules.law_cases import cases, law, limits_case, tax_case

TOLD = ("rule", "profile", "port", "first_day", "last_day", "before", "after", "reference", "affects")


def laid(text: str, base: Parameters | None = None) -> Parameters:
    return lay_over(base or built_in_parameters(), read_own_rules(text, "own.yaml"))


def in_words(change: RuleChange) -> dict[str, Any]:
    return {name: getattr(change, name) for name in TOLD if getattr(change, name) is not None}


@pytest.mark.parametrize("case", cases("rule_changes.yaml"))
def test_a_file_changes_this_and_nothing_else(case: dict[str, Any]) -> None:
    found = changes_between(built_in_parameters(), laid(case["file"]))
    assert [in_words(change) for change in found] == case["changes"]
    taken_away = changes_between(laid(case["file"]), built_in_parameters())
    assert [(one.rule, one.before, one.after) for one in taken_away] == [
        (one.rule, one.after, one.before) for one in found
    ]


def test_the_same_rules_have_no_changes() -> None:
    assert changes_between(built_in_parameters(), built_in_parameters()) == ()


def test_a_change_applies_from_its_first_to_its_last_day() -> None:
    (change,) = changes_between(built_in_parameters(), laid(law("rule_changes.yaml")["cases"][0]["file"]))
    days = (date(2026, 12, 31), date(2027, 1, 1), date(2027, 12, 31), date(2028, 1, 1))
    assert [change.applies_on(day) for day in days] == [False, True, True, False]


def selectors(uses: tuple[RuleUse, ...]) -> set[str]:
    every = {each.rule: each for kind in built_in_parameters().by_kind().values() for each in kind.values()}
    return {every[use.rule].selected_by for use in uses}


def test_limits_and_tax_are_selected_by_the_acceptance() -> None:
    case = {"day": "2026-03-10", "lines": [{"total_price": "100.00"}]}
    assert selectors(limits_case(case).rules + tax_case(case).rules) == {"acceptance"}


def test_deadlines_are_selected_by_the_release() -> None:
    clocks = legal_clocks(datetime(2026, 3, 10, 12, tzinfo=SHANGHAI), announced(), profile="SEED")
    assert selectors(clocks.rules) == {"release"}
