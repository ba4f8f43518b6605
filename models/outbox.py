"""The outbox: each notice on its way to each subscriber, in order, until it is taken, acknowledged or too old."""

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlmodel import Session, col, func, or_, select, update
from sqlmodel.sql.expression import Select

from clearway.contracts.subscriptions import (
    TEST_KIND,
    Event,
    Mode,
    OutboxStanding,
    age_seconds,
    event_id,
    wants,
)
from models.subscriptions import DELIVERED, EXPIRED, WAITING
from models.subscriptions import number_of as subscription_number
from models.tables import Notice, OutboxEvent, Subscription

LIFE = timedelta(days=14)
"""An event that nobody took in this time, from when the gateway first saw it, is given up; the notice stays."""


class Told(NamedTuple):
    """A notice that was just written."""

    number: int
    recipient: str
    kind: str
    at: datetime


def pass_on(session: Session, told: Iterable[Told]) -> None:
    """Put notices of this transaction on their way to whoever subscribed to them, in the order of their numbers."""
    fresh = sorted(told)
    recipients = {each.recipient for each in fresh}
    active = select(Subscription).where(
        col(Subscription.recipient).in_(recipients), col(Subscription.ended_at).is_(None)
    )
    subscribers: dict[str, list[Subscription]] = {}
    for row in session.exec(active):
        subscribers.setdefault(row.recipient, []).append(row)
    session.add_all(
        OutboxEvent(subscription_id=subscription_number(row), notice_number=each.number, state=WAITING, at=each.at)
        for each in fresh
        for row in subscribers.get(each.recipient, ())
        if wants(row.kinds, each.kind)
    )


def put_test(session: Session, row: Subscription, now: datetime) -> OutboxEvent:
    """A test event for one subscription that fetches its events; nobody else is told."""
    notice = Notice(
        dedupe_key=f"{TEST_KIND}|{row.recipient}|{row.id}|{now.isoformat()}",
        recipient=row.recipient,
        kind=TEST_KIND,
        at=now,
        payload="{}",
    )
    session.add(notice)
    session.flush()
    event = OutboxEvent(
        subscription_id=subscription_number(row), notice_number=notice.number or 0, state=WAITING, at=now
    )
    session.add(event)
    session.flush()
    return event


def due_subscriptions(session: Session, now: datetime, limit: int, *, after: int = 0) -> Sequence[int]:
    """Pushed subscriptions that have something to send, may be tried and that no gateway is busy with.

    Those with numbers above `after` come first, so that whoever goes on from the last one serves all in turn.
    """
    something = select(OutboxEvent.number).where(
        OutboxEvent.subscription_id == Subscription.id, OutboxEvent.state == WAITING
    )
    rows = (
        select(Subscription.id)
        .where(Subscription.mode == Mode.PUSH, col(Subscription.ended_at).is_(None), something.exists())
        .where(or_(col(Subscription.try_at).is_(None), col(Subscription.try_at) <= now))
        .where(or_(col(Subscription.busy_until).is_(None), col(Subscription.busy_until) <= now))
        .order_by(col(Subscription.id) <= after, col(Subscription.id))
        .limit(limit)
    )
    return [number for number in session.exec(rows) if number is not None]


def first_waiting(session: Session, subscription_id: int) -> tuple[OutboxEvent, Notice] | None:
    """The event that goes next."""
    return session.exec(_waiting(subscription_id, 0).limit(1)).first()


def hand_out(session: Session, row: Subscription, after: int, limit: int, *, count: bool = True) -> tuple[Event, ...]:
    """Waiting events with a higher number, in order; `count` notes that they were handed out."""
    found = session.exec(_waiting(subscription_number(row), after).limit(limit)).all()
    for event, _ in found:
        event.tries += int(count)
    return tuple(event_of(event, notice) for event, notice in found)


def acknowledge(session: Session, row: Subscription, up_to: int | None, numbers: Collection[int], now: datetime) -> int:
    """End the named events, and those up to a number that were handed out; how many that were waiting.

    An event that was never handed out is not acknowledged by a number above its own: its transaction may have ended
    after one that took a higher number.
    """
    handed = (col(OutboxEvent.number) <= up_to) & (col(OutboxEvent.tries) > 0) if up_to is not None else None
    named = col(OutboxEvent.number).in_(list(numbers))
    ended = session.execute(
        update(OutboxEvent)
        .where(col(OutboxEvent.subscription_id) == row.id, col(OutboxEvent.state) == WAITING)
        .where(named if handed is None else or_(handed, named))
        .values(state=DELIVERED, done_at=now)
    )
    return int(ended.rowcount)  # type: ignore[attr-defined]  # a cursor's result has it


def deliver(event: OutboxEvent, now: datetime) -> None:
    """Its subscriber took it; an event that was given up meanwhile was taken all the same."""
    event.state, event.done_at, event.fault = DELIVERED, now, ""


def give_up(event: OutboxEvent, why: str, now: datetime) -> None:
    """Nobody will get it; what was taken stays taken."""
    if event.state == WAITING:
        event.state, event.done_at, event.fault = EXPIRED, now, why[:300]


def any_unseen(session: Session) -> bool:
    """Whether there are events whose life has not begun."""
    rows = select(OutboxEvent.number).where(OutboxEvent.state == WAITING, col(OutboxEvent.seen_at).is_(None))
    return session.exec(rows.limit(1)).first() is not None


def note_seen(session: Session, now: datetime) -> int:
    """Let the life of new events begin; how many there were.

    Their own instants are those of the lists, whose clocks tests and demonstrations move as they like.
    """
    seen = session.execute(
        update(OutboxEvent)
        .where(col(OutboxEvent.state) == WAITING, col(OutboxEvent.seen_at).is_(None))
        .values(seen_at=now)
    )
    return int(seen.rowcount)  # type: ignore[attr-defined]


def expire(session: Session, now: datetime, life: timedelta = LIFE) -> int:
    """Give up what is older than the life of an event; how many."""
    ended = session.execute(
        update(OutboxEvent)
        .where(col(OutboxEvent.state) == WAITING, col(OutboxEvent.seen_at) <= now - life)
        .values(state=EXPIRED, done_at=now, fault="nobody took it in time")
    )
    return int(ended.rowcount)  # type: ignore[attr-defined]


def standing(session: Session, now: datetime) -> OutboxStanding:
    """How many events wait and since when, and how many subscriptions are blocked."""
    waiting, oldest = session.exec(
        select(func.count(), func.min(OutboxEvent.seen_at)).where(OutboxEvent.state == WAITING)
    ).one()
    expired = session.exec(select(func.count()).where(OutboxEvent.state == EXPIRED)).one()
    blocked = select(func.count()).where(
        col(Subscription.blocked_at).is_not(None), col(Subscription.ended_at).is_(None)
    )
    return OutboxStanding(
        waiting=waiting,
        oldest_age_seconds=age_seconds(oldest, now),
        blocked=session.exec(blocked).one(),
        expired=expired,
    )


def event_of(event: OutboxEvent, notice: Notice) -> Event:
    """The event as its subscriber gets it."""
    details: dict[str, Any] = json.loads(notice.payload)
    return Event(
        id=event_id(number_of(event)),
        number=notice.number or 0,
        kind=notice.kind,
        recipient=notice.recipient,
        subject=notice.subject,
        at=notice.at,
        details=details,
    )


def number_of(event: OutboxEvent) -> int:
    """The number of a stored event."""
    if event.number is None:
        raise ValueError("an event has no number before it is stored")
    return event.number


def _waiting(subscription_id: int, after: int) -> Select[OutboxEvent, Notice]:
    return (
        select(OutboxEvent, Notice)
        .join(Notice)
        .where(OutboxEvent.subscription_id == subscription_id, OutboxEvent.state == WAITING)
        .where(col(OutboxEvent.number) > after)
        .order_by(col(OutboxEvent.number))
    )
