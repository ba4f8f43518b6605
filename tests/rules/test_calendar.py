"""The work calendar."""

from datetime import date, timedelta
from typing import Any

import pytest

from clearway.rules.calendar import WorkCalendar, first_of_month, first_of_next_month, last_of_month
from tests.rules.calendars import real
from tests.rules.law_cases import cases

CALENDAR = WorkCalendar(
    days_off=frozenset({date(2026, 1, 1), date(2026, 1, 2), date(2026, 1, 3)}),
    working_days=frozenset({date(2026, 1, 4)}),
    announced_years=frozenset({2026}),
)


def test_a_weekday_is_a_working_day_unless_announced_off() -> None:
    assert CALENDAR.is_working_day(date(2026, 1, 5))
    assert not CALENDAR.is_working_day(date(2026, 1, 2))


def test_a_weekend_is_off_unless_announced_as_working() -> None:
    assert not CALENDAR.is_working_day(date(2026, 1, 10))
    assert CALENDAR.is_working_day(date(2026, 1, 4))


def test_the_next_working_day_of_a_working_day_is_itself() -> None:
    assert CALENDAR.next_working_day(date(2026, 1, 5)) == date(2026, 1, 5)


def test_a_make_up_sunday_ends_a_holiday() -> None:
    assert CALENDAR.next_working_day(date(2026, 1, 1)) == date(2026, 1, 4)


def test_the_last_working_day_of_a_month_may_be_well_before_its_end() -> None:
    assert CALENDAR.last_working_day(date(2026, 1, 1)) == date(2026, 1, 30)
    off = WorkCalendar(days_off=frozenset({date(2018, 12, 31)}), working_days=frozenset({date(2018, 12, 29)}))
    assert off.last_working_day(date(2018, 12, 5)) == date(2018, 12, 29)


def test_working_days_of_a_month_are_counted_from_one() -> None:
    assert CALENDAR.working_day_of(date(2026, 1, 31), 1) == date(2026, 1, 4)
    assert CALENDAR.working_day_of(date(2026, 1, 1), 5) == date(2026, 1, 8)


def test_months_end_where_the_next_one_begins() -> None:
    assert first_of_month(date(2024, 2, 29)) == date(2024, 2, 1)
    assert last_of_month(date(2024, 2, 1)) == date(2024, 2, 29)
    assert first_of_next_month(date(2025, 12, 31)) == date(2026, 1, 1)
    assert first_of_next_month(date(2026, 1, 31)) == date(2026, 2, 1)


def test_a_year_not_announced_is_provisional() -> None:
    assert CALENDAR.is_provisional(date(2027, 1, 1))
    assert not CALENDAR.is_provisional(date(2026, 12, 31))


def of_each_month(case: dict[str, Any], day: int) -> list[date]:
    return [date(case["year"], month, day) for month in range(1, 13)]


@pytest.mark.parametrize("case", cases("calendar.yaml"))
def test_every_day_of_an_announced_year_is_off_or_worked_as_announced(case: dict[str, Any]) -> None:
    days = [date(case["year"], 1, 1) + timedelta(days=count) for count in range(365)]
    off = {day for first, last in case["days_off"] for day in days if first <= day <= last}
    expected = [day in case["working_days"] or (day.weekday() < 5 and day not in off) for day in days]
    assert [real().is_working_day(day) for day in days] == expected
    assert not any(real().is_provisional(day) for day in days)
    assert not off & set(case["working_days"])


@pytest.mark.parametrize("case", cases("calendar.yaml"))
def test_the_tenth_and_the_fifteenth_roll_to_these_days(case: dict[str, Any]) -> None:
    assert [real().next_working_day(day) for day in of_each_month(case, 10)] == case["tenths"]
    fifteenths = [real().next_working_day(day) for day in of_each_month(case, 15)]
    assert [day for day in fifteenths if day.day != 15] == case["fifteenths"]


@pytest.mark.parametrize("case", cases("calendar.yaml"))
def test_december_has_this_last_working_day(case: dict[str, Any]) -> None:
    assert real().last_working_day(date(case["year"], 12, 1)) == case["last_of_december"]
