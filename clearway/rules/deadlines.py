"""Deadlines that a release fixes, computed once (RULEBOOK B.0.1, A.4)."""

from datetime import date, datetime, time, timedelta

from clearway.contracts.base import SHANGHAI, legal_day
from clearway.contracts.facts import LegalClocks
from clearway.rules.calendar import WorkCalendar
from clearway.rules.parameters import parameters


def legal_clocks(released_at: datetime, calendar: WorkCalendar, *, profile: str) -> LegalClocks:
    """Every clock of a list released at an instant with a time zone; instants are in Shanghai time.

    Only the payment deadline rolls over days off; the return windows count calendar days (RULEBOOK D-06).
    Raises NoRuleInForce for a release before 2016-04-08, ValueError for an instant without a zone.
    """
    release_day = legal_day(released_at)
    rules = parameters()
    regime = rules.text("returns.regime", on=release_day, profile=profile)
    apply, arrive, opens, pay = (
        rules.value(rule, on=release_day, profile=profile)
        for rule in ("returns.apply_days", "returns.arrive_days", "tax.window_opens_day", "tax.payment_day")
    )
    hour, guard, cancel = (
        rules.value(rule, on=release_day, profile=profile)
        for rule in ("returns.held_tax_hour", "tax.payment_guard_hours", "cancellation.days")
    )
    last_day = release_day + timedelta(days=int(pay.value))
    deadline = calendar.next_working_day(last_day)
    payment_before = _midnight_after(deadline, 0)
    arrival_before = _midnight_after(release_day, int(arrive.value))
    return LegalClocks(
        released_at=released_at,
        release_day=release_day,
        return_application_before=_midnight_after(release_day, int(apply.value)),
        tax_window_opens=_midnight_after(release_day, int(opens.value) - 1),
        return_arrival_before=arrival_before,
        held_tax_paid_at=_held_tax_paid_at(arrival_before, payment_before, int(hour.value)),
        payment_guard_at=payment_before - timedelta(hours=int(guard.value)),
        payment_before=payment_before,
        payment_deadline=deadline,
        provisional=calendar.is_provisional(last_day) or calendar.is_provisional(deadline),
        cancellation_before=_midnight_after(release_day, int(cancel.value)),
        rules_version=rules.version,
        rules=tuple(rule.as_rule_use() for rule in (regime, apply, arrive, opens, pay, hour, guard, cancel)),
    )


def articles_wait_ends(began_at: datetime, *, profile: str) -> datetime:
    """When the wait for an approval or a disposition of a List of Items is over, exclusive (RULEBOOK B.12).

    The day on which it began is not counted. Raises NoRuleInForce, ValueError for an instant without a zone.
    """
    day = legal_day(began_at)
    return _midnight_after(day, int(parameters().value("articles.approval_wait_days", on=day, profile=profile).value))


def _held_tax_paid_at(arrival_before: datetime, payment_before: datetime, hour: int) -> datetime:
    """Wait out the arrival window if the payment deadline leaves time, else pay on its last evening (D-13)."""
    if payment_before > arrival_before:
        return arrival_before
    return payment_before - timedelta(days=1) + timedelta(hours=hour)


def _midnight_after(day: date, count: int) -> datetime:
    """The first instant after the last one of `day` + `count` days."""
    return datetime.combine(day + timedelta(days=count + 1), time.min, SHANGHAI)


def months_after(day: date, months: int) -> date:
    """The corresponding day some months later, or that month's last day if it has none (Civil Code 202)."""
    index = day.month - 1 + months
    first = date(day.year + index // 12, index % 12 + 1, 1)
    following = (first + timedelta(days=31)).replace(day=1)
    return first + timedelta(days=min(day.day, (following - first).days) - 1)
