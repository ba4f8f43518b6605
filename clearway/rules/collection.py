"""When the tax of a released list becomes payable, and until when (RULEBOOK B.9.3, X2, D-08)."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

from pydantic import Field

from clearway.contracts.base import SHANGHAI, Contract, legal_day
from clearway.contracts.facts import LegalClocks, RuleUse
from clearway.rules.calendar import WorkCalendar, first_of_month, first_of_next_month
from clearway.rules.deadlines import legal_clocks
from clearway.rules.parameters import parameters
from clearway.rules.series import Dated

MONTHLY_STATEMENT = "monthly_statement"


class CollectionTerm(Contract):
    """The terms on which one list's tax is collected; instants are in Shanghai time."""

    rhythm: str = Field(description="`per_list`, or `monthly_statement` until 2016-04-07")
    payable_from: datetime = Field(description="First instant at which a batch or statement may take the list")
    first_batch_at: datetime = Field(description="When the first batch or the statement takes it")
    guard_at: datetime | None = Field(None, description="Unpaid then, it is paid by itself; a statement has none")
    pay_before: datetime = Field(description="First instant after the deadline")
    deadline: date = Field(description="Last day of payment after rolling over days off")
    statement_month: date | None = Field(None, description="First day of the statement's month")
    provisional: bool = Field(description="A year's holidays were not announced when this was computed")
    rules: tuple[RuleUse, ...]


def collection_term(
    declared_on: date, released_at: datetime, calendar: WorkCalendar, *, profile: str
) -> CollectionTerm:
    """The terms of a list accepted on a Shanghai day and released at an instant.

    The acceptance day selects the rhythm (D-01), the release counts the days. Raises NoRuleInForce for a list accepted
    before 2012-04-15, ValueError for an instant without a time zone.
    """
    rhythm = parameters().text("collection.rhythm", on=declared_on, profile=profile)
    if rhythm.value == MONTHLY_STATEMENT:
        return _by_statement(declared_on, released_at, calendar, rhythm, profile)
    return _by_list(legal_clocks(released_at, calendar, profile=profile), rhythm, profile)


def next_batch(after: datetime, *, profile: str) -> datetime:
    """The first daily batch at or after an instant; raises NoRuleInForce before 2016-04-08."""
    day = legal_day(after)
    runs = (_at(each, int(_batch_hour(each, profile).value)) for each in (day, day + timedelta(days=1)))
    return next(run for run in runs if run >= after)


def _batch_hour(day: date, profile: str) -> Dated[Decimal]:
    return parameters().value("collection.batch_hour", on=day, profile=profile)


def _by_list(clocks: LegalClocks, rhythm: Dated[str], profile: str) -> CollectionTerm:
    first_batch = next_batch(clocks.tax_window_opens, profile=profile)
    hour = _batch_hour(legal_day(first_batch), profile)
    return CollectionTerm(
        rhythm=rhythm.value,
        payable_from=clocks.tax_window_opens,
        first_batch_at=first_batch,
        guard_at=clocks.payment_guard_at,
        pay_before=clocks.payment_before,
        deadline=clocks.payment_deadline,
        provisional=clocks.provisional,
        rules=(rhythm.as_rule_use(), hour.as_rule_use(), *clocks.rules),
    )


def _by_statement(
    declared_on: date, released_at: datetime, calendar: WorkCalendar, rhythm: Dated[str], profile: str
) -> CollectionTerm:
    """One statement for all lists released in a month, drawn up when the month is over."""
    released = legal_day(released_at)
    number = parameters().value("collection.statement_working_day", on=declared_on, profile=profile)
    drawn_up = first_of_next_month(released)
    deadline = calendar.working_day_of(drawn_up, int(number.value))
    return CollectionTerm(
        rhythm=rhythm.value,
        payable_from=_at(drawn_up, 0),
        first_batch_at=_at(drawn_up, 0),
        pay_before=_at(deadline + timedelta(days=1), 0),
        deadline=deadline,
        statement_month=first_of_month(released),
        provisional=calendar.is_provisional(deadline),
        rules=(rhythm.as_rule_use(), number.as_rule_use()),
    )


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), SHANGHAI)
