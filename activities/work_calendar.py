"""China's working days from the maintained calendar libraries, as the plain value that rules take."""

from datetime import date, timedelta
from functools import cache

import chinese_calendar
import holidays

from clearway.rules.calendar import WorkCalendar

MONDAY_TO_FRIDAY = range(5)


def calendar_around(day: date) -> WorkCalendar:
    """The calendar of the years that a deadline counted from `day` can fall in.

    A year not announced yet takes the statutory days without make-up days and is marked provisional (RULEBOOK C.8).
    """
    return _calendar(tuple({day.year, (day + timedelta(days=90)).year}))


@cache
def _calendar(years: tuple[int, ...]) -> WorkCalendar:
    days_off: set[date] = set()
    working_days: set[date] = set()
    announced: set[int] = set()
    for year in years:
        try:
            chinese_calendar.is_holiday(date(year, 1, 1))
        except NotImplementedError:
            days_off.update(holidays.country_holidays("CN", years=year))
            continue
        announced.add(year)
        for day in _days_of(year):
            on_weekday = day.weekday() in MONDAY_TO_FRIDAY
            if chinese_calendar.is_holiday(day) and on_weekday:
                days_off.add(day)
            elif not chinese_calendar.is_holiday(day) and not on_weekday:
                working_days.add(day)
    return WorkCalendar(
        days_off=frozenset(days_off), working_days=frozenset(working_days), announced_years=frozenset(announced)
    )


def _days_of(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + timedelta(days=offset) for offset in range((date(year + 1, 1, 1) - first).days)]
