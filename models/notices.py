"""Telling enterprises and sites what happened, once per event, in the transaction in which it happened."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlmodel import Session, col, select

from models.ledger.accounts import insert_once
from models.outbox import Told, pass_on
from models.tables import Notice


class Event(NamedTuple):
    """What a recipient is told; the same `key` of the same kind is one event. Nothing in it may be personal."""

    recipient: str
    kind: str
    subject: str
    key: str
    details: dict[str, Any]


def tell(
    session: Session, *, recipient: str, kind: str, subject: str, at: datetime, key: str, **details: object
) -> None:
    """Leave an event for a recipient; the same `key` again changes nothing. Details must not be personal."""
    tell_all(session, [Event(recipient, kind, subject, key, details)], at)


def tell_all(session: Session, events: Iterable[Event], at: datetime) -> None:
    """Leave many events at once, in the given order; what has no recipient is told nobody."""
    rows = [
        {
            "dedupe_key": f"{event.kind}|{event.recipient}|{event.key}"[:300],
            "recipient": event.recipient,
            "kind": event.kind,
            "subject": event.subject,
            "at": at,
            "payload": json.dumps(event.details, ensure_ascii=False, default=str),
        }
        for event in events
        if event.recipient
    ]
    if rows:
        columns = (col(Notice.number), col(Notice.recipient), col(Notice.kind), col(Notice.at))
        fresh = insert_once(session, Notice).returning(*columns)
        pass_on(session, [Told(*told) for told in session.execute(fresh, rows)])


def notices_after(session: Session, number: int, limit: int, *, recipient: str) -> Sequence[Notice]:
    """A recipient's events with a higher number, in order; none with a lower number is added to them later.

    A number is taken before its transaction commits, so a lower one may still be on its way while a higher one is
    there: where there is anything to hand out, all who are about to tell something are let finish first.
    """
    rows = select(Notice).where(Notice.recipient == recipient, col(Notice.number) > number)
    page = rows.order_by(col(Notice.number)).limit(limit)
    found = session.exec(page).all()
    if found and session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE notice IN SHARE MODE"))
        found = session.exec(page).all()
    return found


def number_of(row: Notice) -> int:
    """The number of a stored event."""
    if row.number is None:
        raise ValueError("an event has no number before it is stored")
    return row.number
