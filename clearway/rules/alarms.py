"""When people are warned: days before a list's legal days, and notices of an inspection (RULEBOOK B.5, B.9.5)."""

from datetime import date, datetime, timedelta

from clearway.contracts.base import legal_day
from clearway.rules.parameters import parameters

DAYS = {
    "alarms.return_closing_day": "DAY_27",
    "alarms.return_last_day": "DAY_30",
    "alarms.bill_missing_day": "DAY_40",
    "alarms.payment_last_day": "DAY_44",
}
"""The alarm of each parameter; its code keeps its name where an operator's own rules move the day."""


def days_due(release_day: date, today: date, *, profile: str) -> tuple[tuple[int, str], ...]:
    """The alarm days of a list that have come by a Shanghai day: the number after the release, and the alarm's code.

    In the order of the days. The day of release, which is day 0, selects the values. Raises NoRuleInForce for a release
    before 2016-04-08.
    """
    passed = (today - release_day).days
    days = ((int(parameters().value(rule, on=release_day, profile=profile).value), code) for rule, code in DAYS.items())
    return tuple(sorted((day, code) for day, code in days if day <= passed))


def notice_times(issued_at: datetime, *, profile: str) -> tuple[datetime, datetime]:
    """When the second and the third notice go out if nobody confirmed to be there, in the instruction's time zone.

    Raises NoRuleInForce, ValueError for an instant without a zone.
    """
    day = legal_day(issued_at)
    second, third = (
        timedelta(hours=int(parameters().value(rule, on=day, profile=profile).value))
        for rule in ("inspection.second_notice_hours", "inspection.third_notice_hours")
    )
    return issued_at + second, issued_at + third
