"""Deadlines of a release, by the law cases of deadlines.yaml; and what always holds of them."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearway.contracts.base import SHANGHAI
from clearway.rules.deadlines import articles_wait_ends, legal_clocks, months_after
from clearway.rules.parameters import PROFILES, NoRuleInForce
from tests.rules.calendars import announced, real
from tests.rules.law_cases import cases, law

RELEASES = st.datetimes(min_value=datetime(2016, 4, 9), max_value=datetime(2030, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001

KNOWN_RELEASES = st.datetimes(datetime(2016, 4, 8), datetime(2026, 11, 15), timezones=st.just(SHANGHAI))  # noqa: DTZ001
"""Releases under both return regimes, in years whose days off are known."""
CHANGE = datetime(2020, 3, 28, tzinfo=SHANGHAI)
CLOCKS = (
    "return_application_before",
    "tax_window_opens",
    "return_arrival_before",
    "held_tax_paid_at",
    "payment_guard_at",
    "payment_before",
)


def end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time.min, SHANGHAI)


@pytest.mark.parametrize("case", cases("deadlines.yaml"))
def test_a_release_fixes_these_clocks(case: dict[str, Any]) -> None:
    clocks = legal_clocks(case["released"], announced(), profile="SEED")
    assert clocks.release_day == case["day"]
    assert clocks.return_application_before == end_of(case["apply_until"])
    assert clocks.cancellation_before == end_of(clocks.release_day + timedelta(days=30))
    assert clocks.tax_window_opens == datetime.combine(case["tax_opens"], time.min, SHANGHAI)
    assert clocks.return_arrival_before == end_of(case["arrive_until"])
    assert clocks.payment_deadline == case["pay_until"]
    assert clocks.payment_before == end_of(case["pay_until"])
    assert clocks.held_tax_paid_at == case["held"]
    assert clocks.payment_guard_at == end_of(case["pay_until"]) - timedelta(hours=48)
    assert clocks.provisional is case.get("provisional", False)
    assert clocks.rules[0].value == case.get("regime", "RET-2020")


@pytest.mark.parametrize("profile", PROFILES)
@given(one=KNOWN_RELEASES, other=KNOWN_RELEASES)
def test_a_later_release_never_has_an_earlier_deadline(profile: str, one: datetime, other: datetime) -> None:
    earlier, later = (legal_clocks(moment, real(), profile=profile) for moment in sorted((one, other)))
    assert all(getattr(earlier, clock) <= getattr(later, clock) for clock in CLOCKS)


@given(released=st.integers(-86400 * 60, 86400 * 60).map(lambda seconds: CHANGE + timedelta(seconds=seconds)))
def test_the_change_of_the_return_regime_brings_no_deadline_forward(released: datetime) -> None:
    across = sorted((released, CHANGE))
    earlier, later = (legal_clocks(moment, real(), profile="SEED") for moment in across)
    assert {earlier.rules[0].value, later.rules[0].value} <= {"RET-2016", "RET-2020"}
    assert all(getattr(earlier, clock) <= getattr(later, clock) for clock in CLOCKS)


def test_no_day_of_ten_years_has_an_earlier_deadline_than_the_day_before() -> None:
    noon = datetime(2016, 4, 8, 12, tzinfo=SHANGHAI)
    days = [legal_clocks(noon + timedelta(days=count), real(), profile="SEED") for count in range(365 * 10)]
    assert {day.rules[0].value for day in days} == {"RET-2016", "RET-2020"}
    for clock in CLOCKS:
        instants = [getattr(day, clock) for day in days]
        assert instants == sorted(instants)


@given(released=RELEASES)
def test_the_clocks_of_one_release_follow_each_other(released: datetime) -> None:
    clocks = legal_clocks(released, announced(), profile="SEED")
    assert clocks.released_at < clocks.return_application_before == clocks.tax_window_opens
    assert clocks.tax_window_opens <= clocks.return_arrival_before <= clocks.payment_before
    assert clocks.tax_window_opens <= clocks.held_tax_paid_at < clocks.payment_before
    assert clocks.tax_window_opens < clocks.payment_guard_at < clocks.payment_before
    assert announced().is_working_day(clocks.payment_deadline)


def test_a_release_needs_a_time_zone() -> None:
    with pytest.raises(ValueError, match="needs a time zone"):
        legal_clocks(datetime(2026, 3, 10, 14, 0), announced(), profile="SEED")  # noqa: DTZ001


def test_before_the_first_regime_there_are_no_clocks() -> None:
    with pytest.raises(NoRuleInForce, match="2016-04-07"):
        legal_clocks(datetime(2016, 4, 7, 23, 59, 59, tzinfo=SHANGHAI), announced(), profile="SEED")


@pytest.mark.parametrize("case", [pytest.param(case, id=case["case"]) for case in law("deadlines.yaml")["approvals"]])
def test_an_approval_is_waited_for_until_the_end_of_its_last_day(case: dict[str, Any]) -> None:
    assert articles_wait_ends(case["began"], profile="SEED") == end_of(case["until"])


def test_half_a_year_ends_on_the_corresponding_day_or_the_last_of_its_month() -> None:
    assert months_after(date(2026, 3, 1), 6) == date(2026, 9, 1)
    assert months_after(date(2026, 8, 31), 6) == date(2027, 2, 28)
    assert months_after(date(2027, 8, 30), 6) == date(2028, 2, 29)
    assert months_after(date(2026, 6, 30), 6) == date(2026, 12, 30)
