"""Messages handed to customs, as they went out: whoever asks later sees the very bytes and their signature."""

import hashlib
from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session, col, select

from models.tables import SentMessage

READY, SENT, REFUSED = "ready", "sent", "refused"
"""Written and not yet taken; taken by customs; customs would not take it."""


def keep(
    session: Session,
    *,
    cop_msg_id: str,
    workflow_id: str,
    message_type: str,
    body: bytes,
    key_name: str,
    at: datetime,
) -> None:
    """Keep a message before it is sent; one that is signed anew takes the place of the earlier."""
    row = session.get(SentMessage, cop_msg_id) or SentMessage(
        cop_msg_id=cop_msg_id, workflow_id=workflow_id, message_type=message_type, body=b"", sha256="", signed_at=at
    )
    row.body, row.key_name = body, key_name
    row.sha256 = hashlib.sha256(body).hexdigest()
    row.state, row.fault, row.signed_at = READY, "", at
    session.add(row)


def kept(session: Session, cop_msg_ids: Iterable[str]) -> dict[str, SentMessage]:
    """What is kept under these ids."""
    rows = session.exec(select(SentMessage).where(col(SentMessage.cop_msg_id).in_(tuple(cop_msg_ids))))
    return {row.cop_msg_id: row for row in rows}


def note_outcomes(session: Session, outcomes: dict[str, str], at: datetime) -> None:
    """How handing over ended, by CopMsgId: empty where customs took it, else why it would not."""
    for cop_msg_id, row in kept(session, outcomes).items():
        refused = outcomes[cop_msg_id]
        row.fault = refused or row.fault  # what the exchange said meanwhile stays
        row.state = REFUSED if refused else SENT
        row.sent_at = at
        row.times += 1
