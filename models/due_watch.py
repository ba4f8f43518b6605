"""The daily watch over what is released and unpaid: warned before the day, once per list and day (RULEBOOK B.9.5)."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select, update

from clearway.contracts import names
from clearway.contracts.base import SHANGHAI, Contract, legal_day
from clearway.contracts.collection import DueAlarm
from clearway.rules.alarms import DAYS, days_due
from clearway.rules.parameters import PROFILES, NoRuleInForce, rules_in_force
from models.collection.billing import bills_of
from models.collection.dues import OPEN
from models.collection.letters import Letter, post
from models.ledger.guarantee_queue import rules_of
from models.notices import Event, tell_all
from models.tables import TaxDue

RETURN_DAYS = ("DAY_27", "DAY_30")
"""An enterprise hears of all its lists in one notice, for most of them have nothing to do but wait."""
BILL_DAY = "DAY_40"
BILL_MISSING = "BILL_MISSING"
"""Takes the place of BILL_DAY where customs' bill is the reason."""
NAMED = 100
"""Lists that a notice about many names; the others it only counts."""
AT_A_TIME = 500
"""Lists that one statement names."""


class Watched(Contract):
    """What one turn of the watch did."""

    lists: int
    alarms: dict[str, int]
    notices: int
    more: bool


class Stage(NamedTuple):
    """Lists of these profiles that were released from day to day have come to this alarm day and not to the next."""

    alarm: str
    day: int
    first: date | None
    last: date
    profiles: tuple[str, ...] = ()


def watch(session: Session, *, agent: str, customs: str, now: datetime, limit: int = 1000) -> Watched:
    """Warn of the unpaid lists of one withholding agent at one customs that have come to one of the alarm days.

    Which days, say the newest rules: no warning changes what a list owes. A list that passed several since the last
    watch is warned of the latest only. A paid one is warned of nothing, so let the day's payments go first. One turn
    takes about `limit` lists, but never a part of what an enterprise is told at once; while it says that there are
    more, take the next turn in a new transaction. The same turn again does nothing. Raises ValueError for an instant
    without a time zone.
    """
    turn = _Turn(session, agent, customs, now)
    for stage in _stages(session, legal_day(now)):
        done = turn.tell_enterprises(stage, limit) if stage.alarm in RETURN_DAYS else turn.warn_each(stage, limit)
        if not done:
            return turn.watched(more=True)
    return turn.watched(more=False)


def _stages(session: Session, today: date) -> list[Stage]:
    """The alarm days that have come, those of the longest released lists first; profiles mostly agree."""
    profiles: defaultdict[Stage, tuple[str, ...]] = defaultdict(tuple)
    with rules_in_force(rules_of(session, None)):
        for profile in PROFILES:
            for stage in _stages_of(profile, today):
                profiles[stage] += (profile,)
    stages = [stage._replace(profiles=several) for stage, several in profiles.items()]
    return sorted(stages, key=lambda stage: stage.last)


def _stages_of(profile: str, today: date) -> list[Stage]:
    """Release day for release day, back from today, the latest alarm day that has come; no list is too old."""
    stages: list[Stage] = []
    released_on, come = today, 0
    while come < len(DAYS):
        try:
            days = days_due(released_on, today, profile=profile)
        except NoRuleInForce:  # before the law began
            break
        come = len(days)
        if days:
            day, alarm = days[-1]
            if stages and (stages[-1].alarm, stages[-1].day) == (alarm, day):
                stages[-1] = stages[-1]._replace(first=released_on)
            else:
                stages.append(Stage(alarm, day, released_on, released_on))
        released_on -= timedelta(days=1)
    return [*stages[:-1], *(stage._replace(first=None) for stage in stages[-1:])]


class _Turn:
    """One turn, in one transaction."""

    def __init__(self, session: Session, agent: str, customs: str, now: datetime) -> None:
        self._session, self._agent, self._customs, self._now = session, agent, customs, now
        self._lists = self._notices = 0
        self._alarms: Counter[str] = Counter()

    def watched(self, *, more: bool) -> Watched:
        """What was done."""
        return Watched(lists=self._lists, alarms=dict(self._alarms), notices=self._notices, more=more)

    def tell_enterprises(self, stage: Stage, limit: int) -> bool:
        """One notice to each enterprise, and news to the lists with something open; whether nobody is left."""
        due = self._due(stage)
        told = select(TaxDue.enterprise).where(*due).distinct().order_by(col(TaxDue.enterprise))
        for enterprise in self._session.exec(told).all():
            if self._lists >= limit:
                return False
            rows = self._rows(*due, col(TaxDue.enterprise) == enterprise)
            if not rows:  # settled between the two looks
                continue
            self._tell([self._about_all(stage, enterprise, rows)])
            self._alarm(stage.alarm, [row for row in rows if row.held or row.blocked])
            self._mark(stage, rows)
        return True

    def warn_each(self, stage: Stage, limit: int) -> bool:
        """News to each list, and notices of those where somebody must act; whether none is left."""
        room = max(limit - self._lists, 0)
        found = self._rows(*self._due(stage), limit=room + 1)
        rows = found[:room]
        if stage.alarm == BILL_DAY:  # a list with a bill waits for a return or a decision that its owner knows of
            billed = bills_of(self._session, [row.workflow_id for row in rows])
            unbilled = [row for row in rows if row.workflow_id not in billed]
            self._alarm(BILL_MISSING, unbilled)
            self._tell(event for row in unbilled for event in _about_one(BILL_MISSING, row))
            self._alarm(stage.alarm, [row for row in rows if row.workflow_id in billed])
        else:
            self._alarm(stage.alarm, rows)
            self._tell(event for row in rows for event in _about_one(stage.alarm, row))
        self._mark(stage, rows)
        return len(found) <= room

    def _due(self, stage: Stage) -> list[ColumnElement[bool]]:
        """Which rows have come to a stage and were not warned of it."""
        where = [
            col(TaxDue.agent) == self._agent,
            col(TaxDue.customs) == self._customs,
            col(TaxDue.profile).in_(stage.profiles),
            col(TaxDue.state) == OPEN,
            col(TaxDue.released_at) < _start(stage.last + timedelta(days=1)),
            col(TaxDue.alarmed) < stage.day,
        ]
        return [*where, col(TaxDue.released_at) >= _start(stage.first)] if stage.first else where

    def _rows(self, *where: ColumnElement[bool], limit: int | None = None) -> list[TaxDue]:
        rows = select(TaxDue).where(*where).order_by(col(TaxDue.released_at)).limit(limit).with_for_update()
        found = self._session.exec(rows.execution_options(populate_existing=True))
        return sorted(found, key=lambda row: row.workflow_id)

    def _about_all(self, stage: Stage, enterprise: str, rows: Sequence[TaxDue]) -> Event:
        """What an enterprise is told of its lists; of the same day and agent it is told once, as `alarmed` says."""
        released = Counter(str(legal_day(row.released_at)) for row in rows)
        return Event(
            recipient=enterprise,
            kind=stage.alarm,
            subject="",
            key=f"{self._agent}|{self._customs}|{legal_day(self._now)}|{rows[0].workflow_id}",
            details={
                "agent": self._agent,
                "customs": self._customs,
                "count": len(rows),
                "released": dict(sorted(released.items())),
                "lists": [row.workflow_id for row in rows[:NAMED]],
            },
        )

    def _tell(self, events: Iterable[Event]) -> None:
        found = list(events)
        tell_all(self._session, found, self._now)
        self._notices += len(found)

    def _alarm(self, alarm: str, rows: Sequence[TaxDue]) -> None:
        """Leave news for lists in the inbox, in the same transaction; the gateway delivers it (DESIGN law 6)."""
        if not rows:
            return
        told = DueAlarm(alarm=alarm, at=self._now)
        for part in _parts([row.workflow_id for row in rows]):
            post(self._session, [Letter(names.DUE_ALARM, each, f"{alarm}|{each}", told) for each in part], self._now)
        self._alarms[alarm] += len(rows)

    def _mark(self, stage: Stage, rows: Sequence[TaxDue]) -> None:
        for part in _parts([row.workflow_id for row in rows]):
            marked = update(TaxDue).where(col(TaxDue.workflow_id).in_(part)).values(alarmed=stage.day)
            self._session.execute(marked, execution_options={"synchronize_session": False})
        self._lists += len(rows)


def _about_one(kind: str, row: TaxDue) -> list[Event]:
    """What the enterprise and the agent of a list are told; the same company is told once."""
    details = {
        "customs": row.customs,
        "released_at": row.released_at.astimezone(SHANGHAI).isoformat(),
        "deadline": row.deadline.isoformat(),
        "due": f"{row.due:f}",
        "paid": f"{row.paid:f}",
        "held": f"{row.held:f}",
        "blocked": row.blocked,
    }
    recipients = dict.fromkeys((row.agent, row.enterprise))
    return [Event(each, kind, row.workflow_id, row.workflow_id, details) for each in recipients]


def _start(day: date) -> datetime:
    return datetime.combine(day, time.min, SHANGHAI)


def _parts(workflow_ids: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(workflow_ids), AT_A_TIME):
        yield workflow_ids[start : start + AT_A_TIME]
