"""Messages handed to customs, as they went out: whoever asks later sees the very bytes and their signature."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session, col, select, update

from models.rows import add_or_change
from models.tables import SentMessage

READY, SENT, REFUSED = "ready", "sent", "refused"
"""Written, but left with us, for one before it was refused; handed over, or about to be: Temporal has it tried until
customs takes it; customs would not take it."""

_SIGNED_ANEW = ("body", "key_name", "sha256", "state", "fault", "signed_at", "sent_at")


class Outgoing(NamedTuple):
    """One signed message on its way to customs."""

    cop_msg_id: str
    workflow_id: str
    message_type: str
    body: bytes
    key_name: str


def keep(session: Session, messages: Sequence[Outgoing], at: datetime) -> None:
    """Keep messages before they are sent; one that is signed anew takes the place of the earlier."""
    rows = [
        {
            **message._asdict(),
            "sha256": hashlib.sha256(message.body).hexdigest(),
            "state": SENT,
            "fault": "",
            "signed_at": at,
            "sent_at": at,
            "times": 1,
        }
        for message in messages
    ]
    add_or_change(
        session,
        SentMessage,
        rows,
        key=("cop_msg_id",),
        changes=lambda new: {name: new[name] for name in _SIGNED_ANEW} | {"times": col(SentMessage.times) + 1},
    )


def kept(session: Session, cop_msg_ids: Iterable[str], at: datetime) -> dict[str, SentMessage]:
    """What was signed under these ids at an instant: what was signed for an earlier filing is not sent again."""
    rows = select(SentMessage).where(col(SentMessage.cop_msg_id).in_(tuple(cop_msg_ids)), SentMessage.signed_at == at)
    return {row.cop_msg_id: row for row in session.exec(rows)}


def note_refusal(session: Session, refused: str, why: str, left: Sequence[str]) -> None:
    """Customs would not take this message, and those behind it were left with us."""
    session.execute(update(SentMessage).where(col(SentMessage.cop_msg_id) == refused).values(state=REFUSED, fault=why))
    if left:
        session.execute(
            update(SentMessage)
            .where(col(SentMessage.cop_msg_id).in_(left))
            .values(state=READY, sent_at=None, times=SentMessage.times - 1)
        )
