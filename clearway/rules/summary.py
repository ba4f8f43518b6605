"""When an exported list is summarised, and by when its summary is due (RULEBOOK B.10, X6, D-10, D-15, D-17)."""

from datetime import date, datetime, time, timedelta

from pydantic import Field

from clearway.contracts.base import SHANGHAI, Contract, legal_day
from clearway.contracts.facts import RuleUse
from clearway.rules.calendar import WorkCalendar, first_of_month, first_of_next_month, last_of_month
from clearway.rules.parameters import parameters
from clearway.rules.regimes import Channel, regime

DECEMBER = 12
THIS_YEAR = "this_year"


class SummaryBatch(Contract):
    """The monthly batch that takes a closed list; instants are in Shanghai time."""

    regime: str = Field(description="EXS-2016 or EXS-2018")
    month: date = Field(description="First day of the batch's month")
    drawn_up_at: datetime = Field(description="The run that takes the list")
    spilled: bool = Field(description="DEC_SPILL: closed in December after its last run, taken in January")
    due: date = Field(description="Last day for the summary")
    due_before: datetime = Field(description="First instant after that day")
    provisional: bool = Field(description="A year's holidays were not announced when this was computed")
    rules: tuple[RuleUse, ...]


def summary_deadline(month: date, calendar: WorkCalendar, *, profile: str) -> date:
    """The last day, until 24:00, for summarising the lists closed in the month in which a day lies.

    It is the day of the next month that the rule names, rolled over days off; December is due on its own last working
    day where the rule says so. Raises NoRuleInForce before the first regime.
    """
    last_day = last_of_month(month)
    if _ends_this_year(last_day, profile):
        return calendar.last_working_day(last_day)
    return _in_next_month(last_day, calendar, profile)


def summary_batch(
    closed_at: datetime | None, calendar: WorkCalendar, *, profile: str, simplified: bool = False
) -> SummaryBatch | None:
    """The batch of a list closed at an instant; None while it is not closed, and for a simplified list (flag A).

    In December two runs on the last working day take what is closed by then, to the second; a list closed later is
    taken in January and due like any list of the month before. Raises NoRuleInForce before the first regime,
    ValueError for an instant without a time zone.
    """
    if closed_at is None:
        return None
    day = legal_day(closed_at)
    if simplified:
        regime(Channel.EXPORT_STATISTICS, on=day, profile=profile)
        return None
    rules, following = parameters(), first_of_next_month(day)
    by_year_end = _ends_this_year(day, profile)
    run = _december_run(closed_at, calendar, profile) if by_year_end else None
    spilled = by_year_end and run is None
    due = calendar.last_working_day(day) if run else _in_next_month(day, calendar, profile)
    selected = regime(Channel.EXPORT_SUMMARY, on=day, profile=profile)
    december = rules.text("export.december", on=day, profile=profile)
    number = rules.value("export.summary_day", on=day, profile=profile)
    return SummaryBatch(
        regime=selected.value,
        month=following if spilled else first_of_month(day),
        drawn_up_at=run or _at(following, 0),
        spilled=spilled,
        due=due,
        due_before=_at(due + timedelta(days=1), 0),
        provisional=calendar.is_provisional(due),
        rules=(selected.as_rule_use(), december.as_rule_use(), number.as_rule_use()),
    )


def _december_run(closed_at: datetime, calendar: WorkCalendar, profile: str) -> datetime | None:
    """The first of December's two runs that finds the list closed."""
    day, rules = legal_day(closed_at), parameters()
    for rule in ("export.december_first_run_hour", "export.december_last_run_hour"):
        hour = rules.value(rule, on=day, profile=profile).value
        run = _at(calendar.last_working_day(day), int(hour))
        if closed_at <= run:
            return run
    return None


def _ends_this_year(day: date, profile: str) -> bool:
    return day.month == DECEMBER and parameters().text("export.december", on=day, profile=profile).value == THIS_YEAR


def _in_next_month(day: date, calendar: WorkCalendar, profile: str) -> date:
    number = parameters().value("export.summary_day", on=day, profile=profile).value
    return calendar.next_working_day(first_of_next_month(day).replace(day=int(number)))


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), SHANGHAI)
