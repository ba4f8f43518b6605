"""China's working days from the rules in force and the maintained calendar libraries, as the plain value rules take."""

from datetime import date, timedelta
from functools import cache

import chinese_calendar
import holidays

from clearway.rules.calendar import SATURDAY, WorkCalendar
from clearway.rules.parameters import parameters
from clearway.rules.tables import Holidays


def calendar_around(day: date) -> WorkCalendar:
    """The calendar of the years that a deadline counted from `day` can fall in.

    A year in the table `holidays` of the rules in force wins over the calendar package. A year that neither knows takes
    the statutory days without make-up days and is marked provisional (RULEBOOK C.8).
    """
    years = sorted({day.year, (day + timedelta(days=90)).year})
    loaded = ((year, parameters().holidays(year)) for year in years)
    return _calendar(tuple((year, found.value if found else None) for year, found in loaded))


@cache
def _calendar(years: tuple[tuple[int, Holidays | None], ...]) -> WorkCalendar:
    """One calendar of several years; kept by what the rules say of them, so that no two rule sets share one."""
    parts = [_loaded(year, found) if found else _from_packages(year) for year, found in years]
    return WorkCalendar(
        days_off=frozenset().union(*(part.days_off for part in parts)),
        working_days=frozenset().union(*(part.working_days for part in parts)),
        announced_years=frozenset().union(*(part.announced_years for part in parts)),
    )


def _loaded(year: int, found: Holidays) -> WorkCalendar:
    return WorkCalendar(
        days_off=frozenset(found.days_off),
        working_days=frozenset(found.working_days),
        announced_years=frozenset({year}),
    )


def _from_packages(year: int) -> WorkCalendar:
    try:
        chinese_calendar.is_holiday(date(year, 1, 1))
    except NotImplementedError:
        return WorkCalendar(days_off=frozenset(holidays.country_holidays("CN", years=year)))
    off = frozenset(day for day in _days_of(year) if chinese_calendar.is_holiday(day))
    return WorkCalendar(
        days_off=frozenset(day for day in off if day.weekday() < SATURDAY),
        working_days=frozenset(day for day in _days_of(year) if day.weekday() >= SATURDAY and day not in off),
        announced_years=frozenset({year}),
    )


def _days_of(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + timedelta(days=offset) for offset in range((date(year + 1, 1, 1) - first).days)]
