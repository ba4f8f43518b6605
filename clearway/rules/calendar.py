"""The work calendar: which days are working days, as the State Council announced them (RULEBOOK B.0.1, C.8)."""

from datetime import date, timedelta

from clearway.contracts.base import Contract

SATURDAY = 5


class WorkCalendar(Contract):
    """Announced days off and make-up working days; every other Monday to Friday is a working day."""

    days_off: frozenset[date] = frozenset()
    working_days: frozenset[date] = frozenset()
    announced_years: frozenset[int] = frozenset()

    def is_working_day(self, day: date) -> bool:
        """Whether people work on a Shanghai day; a make-up working day is one, even on a weekend."""
        return day in self.working_days or (day not in self.days_off and day.weekday() < SATURDAY)

    def next_working_day(self, day: date) -> date:
        """The day itself if it is a working day, else the first one after it."""
        while not self.is_working_day(day):
            day += timedelta(days=1)
        return day

    def last_working_day(self, month: date) -> date:
        """The last working day of the month in which a day lies."""
        day = last_of_month(month)
        while not self.is_working_day(day):
            day -= timedelta(days=1)
        return day

    def working_day_of(self, month: date, count: int) -> date:
        """The working day of that number, counted from 1 in the month in which a day lies."""
        day = self.next_working_day(first_of_month(month))
        for _ in range(count - 1):
            day = self.next_working_day(day + timedelta(days=1))
        return day

    def is_provisional(self, day: date) -> bool:
        """Whether the holidays of that day's year were not announced when the calendar was made."""
        return day.year not in self.announced_years


def first_of_month(day: date) -> date:
    """The first day of a day's month."""
    return day.replace(day=1)


def last_of_month(day: date) -> date:
    """The last day of a day's month."""
    return first_of_next_month(day) - timedelta(days=1)


def first_of_next_month(day: date) -> date:
    """The first day of the month after a day's month."""
    return first_of_month(first_of_month(day) + timedelta(days=31))
