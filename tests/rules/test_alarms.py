"""When people are warned, by the law cases of alarms.yaml."""

from datetime import date, datetime
from typing import Any

import pytest

from clearway.rules.alarms import days_due, notice_times
from clearway.rules.own_rules import lay_over, read_own_rules
from clearway.rules.parameters import NoRuleInForce, parameters, rules_in_force
from tests.rules.law_cases import cases, law


@pytest.mark.parametrize("case", cases("alarms.yaml"))
def test_a_list_is_warned_of_on_these_days(case: dict[str, Any]) -> None:
    due = days_due(case["released"], case["today"], profile=case.get("profile", "SEED"))
    assert [f"{day} {alarm}" for day, alarm in due] == case["expect"]


@pytest.mark.parametrize("case", [pytest.param(case, id=case["case"]) for case in law("alarms.yaml")["notices"]])
def test_who_does_not_come_is_called_again(case: dict[str, Any]) -> None:
    assert notice_times(case["issued"], profile="SEED") == (case["second"], case["third"])


def test_an_operator_may_be_warned_earlier() -> None:
    own = "numbers: {alarms.payment_last_day: {reference: ours, values: [{from: 2026-01-01, value: '38'}]}}"
    with rules_in_force(lay_over(parameters(), read_own_rules(own, "own.yaml"))):
        due = days_due(date(2026, 3, 10), date(2026, 4, 20), profile="SEED")
    assert due == ((27, "DAY_27"), (30, "DAY_30"), (38, "DAY_44"), (40, "DAY_40"))


def test_before_the_return_window_there_is_nothing_to_warn_of() -> None:
    with pytest.raises(NoRuleInForce, match="2016-04-07"):
        days_due(date(2016, 4, 7), date(2016, 5, 7), profile="SEED")


def test_an_instruction_needs_a_time_zone() -> None:
    with pytest.raises(ValueError, match="needs a time zone"):
        notice_times(datetime(2026, 3, 10, 10, 0), profile="SEED")  # noqa: DTZ001
