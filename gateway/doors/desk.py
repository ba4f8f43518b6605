"""The desk: what lies in the inbox and where it stands, the stored bytes, a list as a whole, and the door's health."""

import asyncio
import json
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from pydantic import Field
from sqlalchemy.exc import SQLAlchemyError

from clearway.contracts.base import Contract, Instant
from clearway.contracts.case import CaseKey, CaseView
from clearway.contracts.problems import Problem
from gateway.answers import refused_with
from gateway.case_door import CaseDoor
from gateway.dispatcher import Dispatcher
from gateway.refusals import Code, DoorRefused, refusal
from models.addresses import case_address
from models.database import Database
from models.inbox import (
    ItemState,
    RawState,
    count_states,
    find_cases,
    newest_news,
    newest_unread,
    number_of,
)
from models.tables import InboxItem, RawMessage


class Standing(StrEnum):
    """Where a message or a piece of its news stands."""

    STORED = "stored"
    REFUSED = "refused"
    PARKED = "parked"
    WAITING = "waiting"
    DELIVERED = "delivered"
    UNDELIVERABLE = "undeliverable"


_OF_MESSAGES = (Standing.STORED, Standing.REFUSED)


class InboxEntry(Contract):
    """One piece of news, or a message that is unread or refused; no content and nothing personal."""

    raw_id: int = Field(description="GET /inbox/{raw_id}/raw returns the bytes")
    item_id: int | None = Field(None, description="Piece of news read from it; none while unread or refused")
    state: Standing
    door: str = Field(
        description="customs, control, inspection, articles, enterprise, top-up, or guarantee: news of our own ledger"
    )
    message_type: str = Field("", description="CEB622, control, JSON …")
    kind: str = Field("", description="receipt, bill, control, result, document, grant or articles")
    address: str = Field("", description="Key by which its case is found")
    workflow_id: str | None = Field(None, description="Its case, once known")
    wakes: bool | None = Field(None, description="Delivered at once, or rides with the next that is")
    received_at: Instant
    deliver_by: Instant | None = Field(None, description="Delivered, or tried again, at the latest then")
    delivered_at: Instant | None = None
    repeats: int = Field(0, description="How often the same news came again")
    tries: int = Field(0, description="How often delivery was tried")
    fault: str = Field("", description="How the last try ended, if not well")
    problems: tuple[Problem, ...] = Field((), description="Why the message was refused")


class Inbox(Contract):
    """The newest entries, newest first."""

    entries: tuple[InboxEntry, ...]


class Health(Contract):
    """Whether the door can keep messages and the dispatcher gets on."""

    ok: bool
    database: bool = Field(description="Messages can be kept")
    dispatcher: str = Field(description="working, or the name of the failure that its last step ended with")
    counts: dict[str, int] = Field(default_factory=dict, description="Messages and items not yet done, by state")


def desk(database: Database, cases: CaseDoor, dispatcher: Dispatcher) -> APIRouter:
    """The routes for looking."""
    router = APIRouter(tags=["desk"])

    @router.get("/inbox", responses=refused_with(422))
    def show_inbox(
        state: Annotated[Standing | None, Query(description="Only entries in this state")] = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
    ) -> Inbox:
        """What came in and where it stands: what is parked, refused or undeliverable is never dropped."""
        entries: list[InboxEntry] = []
        with database.transaction() as session:
            if state is None or state in _OF_MESSAGES:
                messages = newest_unread(session, RawState(state) if state else None, limit)
                entries += [_message_entry(raw) for raw in messages]
            if state is None or state not in _OF_MESSAGES:
                news = newest_news(session, ItemState(state) if state else None, limit)
                entries += [_news_entry(item, raw) for item, raw in news]
        entries.sort(key=lambda entry: (entry.raw_id, entry.item_id or 0), reverse=True)
        return Inbox(entries=tuple(entries[:limit]))

    @router.get("/inbox/{raw_id}/raw", response_class=Response, responses=_RAW | refused_with(404, 422))
    def show_raw(raw_id: Annotated[int, Path(ge=1, le=2**63 - 1)]) -> Response:
        """The bytes as they came in. They may hold personal data: keep this address inside the house."""
        with database.transaction() as session:
            raw = session.get(RawMessage, raw_id)
        if raw is None:
            raise DoorRefused(404, [refusal(Code.NOT_FOUND, ("raw_id", str(raw_id)))])
        return Response(raw.body, media_type="application/octet-stream", headers={"X-Content-Type-Options": "nosniff"})

    @router.get("/lists/{ebc_code}/{order_no:path}", responses=refused_with(404, 422, 503))
    async def show_list(
        ebc_code: Annotated[str, Path(min_length=1, max_length=18)],
        order_no: Annotated[str, Path(min_length=1, max_length=60)],
        attempt: Annotated[int | None, Query(ge=1, le=99, description="Left out: the newest copy")] = None,
    ) -> CaseView:
        """The whole case of a list, without personal data."""
        key = await asyncio.to_thread(newest_key, ebc_code, order_no)
        return await cases.view(key if attempt is None else key.model_copy(update={"attempt": attempt}))

    def newest_key(ebc_code: str, order_no: str) -> CaseKey:
        with database.transaction() as session:
            known = find_cases(session, [case_address(ebc_code, order_no)])
        return CaseKey.of(known[0]) if known else CaseKey(ebc_code=ebc_code, order_no=order_no, attempt=1)

    @router.get("/health", responses={503: {"model": Health, "description": "Messages cannot be kept now"}})
    def show_health(response: Response) -> Health:
        """Whether messages can be kept, and what is not done yet."""
        working = dispatcher.last_failure or "working"
        try:
            with database.transaction() as session:
                counts = count_states(session)
        except SQLAlchemyError:
            response.status_code = 503
            return Health(ok=False, database=False, dispatcher=working)
        return Health(ok=dispatcher.last_failure is None, database=True, dispatcher=working, counts=counts)

    return router


def _message_entry(raw: RawMessage) -> InboxEntry:
    return InboxEntry(
        raw_id=number_of(raw),
        state=Standing(raw.state),
        door=raw.door,
        message_type=raw.message_type,
        received_at=raw.received_at,
        problems=tuple(json.loads(raw.fault)) if raw.fault else (),
    )


def _news_entry(item: InboxItem, raw: RawMessage) -> InboxEntry:
    return InboxEntry(
        raw_id=item.raw_id,
        item_id=item.id,
        state=Standing(item.state),
        door=raw.door,
        message_type=raw.message_type,
        kind=item.kind,
        address=item.address,
        workflow_id=item.workflow_id,
        wakes=item.wakes,
        received_at=item.arrived_at,
        deliver_by=item.deliver_by,
        delivered_at=item.delivered_at,
        repeats=item.repeats,
        tries=item.tries,
        fault=item.fault,
    )


_RAW: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
}
