"""News of the collection for lists and for itself: kept in the inbox in the transaction in which it happened."""

import hashlib
import json
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import bindparam, insert
from sqlmodel import Session, col, select

from clearway.contracts.base import Contract
from models import inbox
from models.inbox import ItemState
from models.ledger.accounts import insert_once
from models.tables import InboxItem, RawMessage

DOOR = "collection"
"""Under which name the inbox keeps what no outside message caused."""
AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)
"""Due whatever the deliverer's clock says: the time of a workflow may run ahead of it."""

_TOLD = select(InboxItem.dedupe_key).where(col(InboxItem.dedupe_key).in_(bindparam("keys", expanding=True)))


class Letter(NamedTuple):
    """News of one kind for one workflow; the same key again is the same news."""

    kind: str
    workflow_id: str
    key: str
    content: Contract


def post(session: Session, letters: list[Letter], at: datetime) -> int:
    """Leave news for the gateway to deliver at least once (DESIGN law 6); how many were new."""
    keys = {f"{letter.kind}|{letter.key}"[:300]: letter for letter in letters}
    known = set(session.exec(_TOLD, params={"keys": tuple(keys)}))
    fresh = [(key, letter, _payload(letter)) for key, letter in keys.items() if key not in known]
    if not fresh:
        return 0
    raws = {payload: _raw(letter, payload, at) for _, letter, payload in fresh}
    kept = insert(RawMessage).returning(col(RawMessage.sha256), col(RawMessage.id))
    numbers = {row.sha256: row.id for row in session.connection().execute(kept, list(raws.values()))}
    rows = [
        {
            "raw_id": numbers[raws[payload]["sha256"]],
            "kind": letter.kind,
            "address": letter.workflow_id,
            "dedupe_key": key,
            "workflow_id": letter.workflow_id,
            "state": ItemState.WAITING.value,
            "wakes": True,
            "payload": payload,
            "arrived_at": at,
            "deliver_by": AT_ONCE,
            "repeats": 0,
            "tries": 0,
            "fault": "",
        }
        for key, letter, payload in fresh
    ]
    session.connection().execute(insert_once(session, InboxItem), rows)
    return len(fresh)


def _payload(letter: Letter) -> str:
    return json.dumps(
        {"addresses": [letter.workflow_id], letter.kind: letter.content.model_dump(mode="json")}, ensure_ascii=False
    )


def _raw(letter: Letter, payload: str, at: datetime) -> dict[str, object]:
    body = payload.encode()
    return {
        "door": DOOR,
        "sender": "",
        "content_type": "application/json",
        "body": body,
        "sha256": hashlib.sha256(body).hexdigest(),
        "received_at": at,
        "state": inbox.RawState.READ.value,
        "message_type": letter.kind,
        "fault": "",
        "traceparent": None,
    }
