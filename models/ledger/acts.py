"""What the ledger itself says and what operators do to it, kept beside the messages of the inbox, byte for byte."""

import json
from datetime import datetime

from sqlmodel import Session

from models import inbox
from models.tables import RawMessage

DOOR = "guarantee"
"""Under which name the inbox keeps what no outside message caused."""


def keep(session: Session, what: str, body: str, at: datetime, *, actor: str = "") -> int:
    """Keep a text that needs no reading any more; the number under which it is kept."""
    raw_id = inbox.store(
        session, door=DOOR, body=body.encode(), received_at=at, sender=actor, content_type="application/json"
    )
    raw = session.get_one(RawMessage, raw_id)
    raw.state, raw.message_type = inbox.RawState.READ, what
    return raw_id


def note(session: Session, what: str, at: datetime, *, actor: str, reason: str, **details: object) -> None:
    """Keep who did what and why; `what` has up to 20 characters, and nothing in it is personal."""
    said = {"act": what, "actor": actor, "reason": reason, **{name: str(value) for name, value in details.items()}}
    keep(session, what, json.dumps(said, ensure_ascii=False), at, actor=actor)
