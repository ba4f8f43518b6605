"""Telling enterprises and sites what happened, once per event, in the transaction in which it happened."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlmodel import Session, col, select

from models.ledger.accounts import insert_once
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
        session.execute(insert_once(session, Notice), rows)


def notices_after(session: Session, number: int, limit: int, *, recipient: str | None = None) -> Sequence[Notice]:
    """Events with a higher number, in order."""
    rows = select(Notice).where(col(Notice.number) > number)
    if recipient is not None:
        rows = rows.where(Notice.recipient == recipient)
    return session.exec(rows.order_by(col(Notice.number)).limit(limit)).all()
