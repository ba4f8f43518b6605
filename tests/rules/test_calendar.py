"""The work calendar."""

from datetime import date

from clearway.rules.calendar import WorkCalendar

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


def test_a_year_not_announced_is_provisional() -> None:
    assert CALENDAR.is_provisional(date(2027, 1, 1))
    assert not CALENDAR.is_provisional(date(2026, 12, 31))
