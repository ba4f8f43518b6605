"""The work calendar."""

from datetime import date

from clearway.rules.calendar import WorkCalendar, first_of_month, first_of_next_month, last_of_month

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
