"""The calendars that law cases are judged by."""

from datetime import date, timedelta
from functools import cache

from activities.work_calendar import calendar_around
from clearway.rules.calendar import WorkCalendar
from tests.rules.law_cases import law


@cache
def announced() -> WorkCalendar:
    """The days off of 2025 and 2026 alone, as RULEBOOK C.8 lists them in deadlines.yaml."""
    written = law("deadlines.yaml")["calendar"]
    days_off = {
        first + timedelta(days=count) for first, last in written["days_off"] for count in range((last - first).days + 1)
    }
    return WorkCalendar.model_validate(written | {"days_off": days_off})


@cache
def real() -> WorkCalendar:
    """Every year from 2012 to 2027 as the service knows it; 2027 is not announced."""
    years = [calendar_around(date(year, 1, 1)) for year in range(2012, 2028)]
    return WorkCalendar(
        days_off=frozenset().union(*(year.days_off for year in years)),
        working_days=frozenset().union(*(year.working_days for year in years)),
        announced_years=frozenset().union(*(year.announced_years for year in years)),
    )
