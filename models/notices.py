"""Telling enterprises and sites what happened, once per event, in the transaction in which it happened."""

import json
from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from models.ledger.accounts import insert_once
from models.tables import Notice


def tell(
    session: Session, *, recipient: str, kind: str, subject: str, at: datetime, key: str, **details: object
) -> None:
    """Leave an event for a recipient; the same `key` again changes nothing. Details must not be personal."""
    if not recipient:
        return
    session.execute(
        insert_once(session, Notice).values(
            dedupe_key=f"{kind}|{recipient}|{key}"[:300],
            recipient=recipient,
            kind=kind,
            subject=subject,
            at=at,
            payload=json.dumps(details, ensure_ascii=False, default=str),
        )
    )


def notices_after(session: Session, number: int, limit: int, *, recipient: str | None = None) -> Sequence[Notice]:
    """Events with a higher number, in order."""
    rows = select(Notice).where(col(Notice.number) > number)
    if recipient is not None:
        rows = rows.where(Notice.recipient == recipient)
    return session.exec(rows.order_by(col(Notice.number)).limit(limit)).all()
