"""Putting the due board together: each list's days after its release, by enterprise and day (RULEBOOK B.0.1, B.9)."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from typing import NamedTuple

from clearway.contracts.base import SHANGHAI, legal_day
from clearway.contracts.due import DueBoard, DueDay, DueKind, DueList, EnterpriseDue
from clearway.contracts.states import Detail
from clearway.rules.parameters import parameters

NEXT_SHOWN = 5
"""Lists that a day names; the others it counts."""
DAYS = {
    DueKind.RETURN_CLOSING: "alarms.return_closing_day",
    DueKind.RETURN_LAST_DAY: "alarms.return_last_day",
    DueKind.TAX_PAYABLE: "tax.window_opens_day",
    DueKind.BILL_DUE: "alarms.bill_missing_day",
    DueKind.PAYMENT_LAST_DAY: "alarms.payment_last_day",
    DueKind.RETURN_ARRIVAL: "returns.arrive_days",
}
"""Days that count from the release, by the rule that sets them."""


class RunningList(NamedTuple):
    """A running list as its search attributes tell it."""

    workflow_id: str
    enterprise: str
    state: str
    detail: str
    awaited_from: str
    alarms: tuple[str, ...]
    next_deadline: datetime | None
    released_at: datetime | None
    pay_before: datetime | None


class Entry(NamedTuple):
    """One thing that falls due for one list; late from an instant on."""

    day: date
    kind: DueKind
    after_release: int | None
    late_at: datetime
    of: RunningList


@cache
def days_after(released_on: date) -> dict[DueKind, int]:
    """The days that count from a release on a Shanghai day; raises NoRuleInForce before 2016-04-08."""
    rules = parameters()
    return {kind: int(rules.value(rule, on=released_on).value) for kind, rule in DAYS.items()}


def due_board(
    lists: Sequence[RunningList], *, at: datetime, until: date, counted: int, show: int = NEXT_SHOWN
) -> DueBoard:
    """The board of some lists at an instant: what is overdue, and what falls due until a Shanghai day, inclusive.

    `counted` is how many lists there are; fewer in hand means that the board is cut.
    """
    entries = [entry for each in lists for entry in _entries(each) if _is_shown(entry, at, until)]
    by_enterprise: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_enterprise[entry.of.enterprise].append(entry)
    shown = [_enterprise(name, found, at, show) for name, found in by_enterprise.items()]
    return DueBoard(
        at=at,
        until=until,
        lists=max(counted, len(lists)),
        read=len(lists),
        cut=counted > len(lists),
        overdue=sum(each.overdue for each in shown),
        alarms=_alarms({entry.of.workflow_id: entry.of for entry in entries}.values()),
        enterprises=tuple(sorted(shown, key=lambda each: (not each.overdue, each.days[0].day, each.enterprise))),
    )


def _entries(each: RunningList) -> Iterator[Entry]:
    """Everything that falls due for a list in its life."""
    if each.released_at is None:
        if each.next_deadline is not None:
            yield Entry(legal_day(each.next_deadline), DueKind.NEXT_STEP, None, each.next_deadline, each)
        return
    released_on = legal_day(each.released_at)
    for kind, number in days_after(released_on).items():
        if kind is not DueKind.RETURN_ARRIVAL or each.detail == Detail.RETURN_APPLIED:
            day = released_on + timedelta(days=number)
            yield Entry(day, kind, number, _midnight_after(day), each)
    if each.pay_before is not None:
        last = legal_day(each.pay_before - timedelta(microseconds=1))
        yield Entry(last, DueKind.PAYMENT_DEADLINE, None, each.pay_before, each)


def _is_shown(entry: Entry, at: datetime, until: date) -> bool:
    """Days of warning are over when they are over; a deadline stays until it is met."""
    if entry.day > until:
        return False
    return entry.late_at > at or entry.kind in (DueKind.NEXT_STEP, DueKind.RETURN_ARRIVAL, DueKind.PAYMENT_DEADLINE)


def _enterprise(name: str, entries: Sequence[Entry], at: datetime, show: int) -> EnterpriseDue:
    groups: defaultdict[tuple[bool, date, DueKind], list[Entry]] = defaultdict(list)
    for entry in entries:
        groups[entry.late_at > at, entry.day, entry.kind].append(entry)
    order = list(DueKind)
    keys = sorted(groups, key=lambda key: (key[0], key[1], order.index(key[2])))
    lists = {entry.of.workflow_id: entry.of for entry in entries}
    return EnterpriseDue(
        enterprise=name,
        lists=len(lists),
        overdue=len({entry.of.workflow_id for entry in entries if entry.late_at <= at}),
        alarms=_alarms(lists.values()),
        days=tuple(_day(groups[key], show, overdue=not key[0]) for key in keys),
    )


def _day(entries: Sequence[Entry], show: int, *, overdue: bool) -> DueDay:
    first = entries[0]
    following = sorted(entries, key=lambda entry: (entry.late_at, entry.of.workflow_id))[:show]
    return DueDay(
        day=first.day,
        kind=first.kind,
        after_release=first.after_release,
        overdue=overdue,
        lists=len(entries),
        next=tuple(
            DueList(
                workflow_id=entry.of.workflow_id,
                at=entry.late_at,
                state=entry.of.state,
                detail=entry.of.detail,
                awaited_from=entry.of.awaited_from,
                alarms=entry.of.alarms,
            )
            for entry in following
        ),
    )


def _alarms(lists: Iterable[RunningList]) -> dict[str, int]:
    return dict(sorted(Counter(alarm for each in lists for alarm in each.alarms).items()))


def _midnight_after(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), datetime.min.time(), SHANGHAI)
