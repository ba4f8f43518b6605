"""News of the collection for lists and for itself: kept in the inbox in the transaction in which it happened."""

import hashlib
import json
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import bindparam
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
    raws = [_raw(letter, payload, at) for _, letter, payload in fresh]
    session.add_all(raws)
    session.flush()
    rows = [
        {
            "raw_id": inbox.number_of(raw),
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
        for raw, (key, letter, payload) in zip(raws, fresh, strict=True)
    ]
    session.execute(insert_once(session, InboxItem), rows)
    return len(fresh)


def _payload(letter: Letter) -> str:
    return json.dumps(
        {"addresses": [letter.workflow_id], letter.kind: letter.content.model_dump(mode="json")}, ensure_ascii=False
    )


def _raw(letter: Letter, payload: str, at: datetime) -> RawMessage:
    body = payload.encode()
    return RawMessage(
        door=DOOR,
        sender="",
        content_type="application/json",
        body=body,
        sha256=hashlib.sha256(body).hexdigest(),
        received_at=at,
        state=inbox.RawState.READ,
        message_type=letter.kind,
        fault="",
        traceparent=None,
    )
