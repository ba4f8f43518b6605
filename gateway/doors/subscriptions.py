"""The subscriptions' door: who has its notices pushed or fetches them, and what its address says to them."""

import asyncio
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from sqlmodel import Session

from clearway.contracts.problems import Problem
from clearway.contracts.subscriptions import (
    RECIPIENT,
    Acknowledged,
    Acknowledgement,
    EventPage,
    Mode,
    SubscribeRequest,
    Subscriptions,
    SubscriptionSecret,
    SubscriptionView,
    TestResult,
    Unblock,
    event_id,
    event_number,
)
from clearway.webhooks import SECRET_BYTES, secret_from
from gateway.answers import refused_with
from gateway.arrivals import Arrivals
from gateway.description import ACKNOWLEDGE_BODY, SUBSCRIBE_BODY, UNBLOCK_BODY
from gateway.outbox.gate import Said, admit, said_in
from gateway.outbox.pusher import Pusher
from gateway.outbox.reach import NotPermitted, Reach, aim
from gateway.outbox.refusals import Code, refusal
from gateway.refusals import DoorRefused
from models import outbox, subscriptions
from models.database import Database
from models.tables import OutboxEvent, Subscription

Number = Annotated[int, Path(alias="id", ge=1, le=2**63 - 1, description="Number of the subscription")]
After = Annotated[int, Query(ge=0, le=2**63 - 1, description="Only events with a higher number in the outbox")]
Limit = Annotated[int, Query(ge=1, le=500)]
Wait = Annotated[int, Query(ge=0, le=30, description="Seconds to wait for an event while there is none")]

_LOOK_SECONDS = 0.5


class SubscriptionDoor:
    """Makes, shows and ends subscriptions, and hands their events out."""

    def __init__(self, database: Database, pusher: Pusher, reach: Reach, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._pusher = pusher
        self._reach = reach
        self._clock = clock

    async def subscribe(self, said: Said) -> SubscriptionSecret:
        """Begin one; its secret is told here and never again. Raises DoorRefused with everything wrong."""
        request = said.read(SubscribeRequest)
        problems = await self._address_problems(request)
        if problems:
            raise DoorRefused(422, problems)
        return await asyncio.to_thread(self._subscribe, request, said)

    def show(self, recipient: str | None, ended: bool) -> Subscriptions:
        """Subscriptions, of everybody or of one recipient."""
        with self._database.transaction() as session:
            rows = subscriptions.subscriptions(session, recipient, ended=ended)
            return Subscriptions(subscriptions=subscriptions.views(session, rows))

    def show_one(self, number: int) -> SubscriptionView:
        """One subscription."""
        with self._one(number, ended=True) as (session, row):
            return _view(session, row)

    def end(self, number: int, said: Said) -> SubscriptionView:
        """End one and give up what waits in it."""
        with self._one(number, said, ended=True) as (session, row):
            subscriptions.end(session, row, self._clock())
            return _view(session, row)

    def rotate(self, number: int, said: Said) -> SubscriptionSecret:
        """A new secret, told once."""
        with self._one(number, said) as (session, row):
            until = subscriptions.rotate(row, _secret(), self._clock())
            return SubscriptionSecret(subscription=_view(session, row), secret=row.secret, earlier_until=until)

    def unblock(self, number: int, said: Said) -> SubscriptionView:
        """Try again now; give one event up first, if that is wanted."""
        request = said.read(Unblock) if said.body else Unblock()
        with self._one(number, said) as (session, row):
            if row.mode != Mode.PUSH:
                raise DoorRefused(409, [refusal(Code.NOT_PUSHED, "id", str(number))])
            if request.give_up is not None:
                event = session.get(OutboxEvent, event_number(request.give_up))
                if event is None or event.subscription_id != row.id or event.state != subscriptions.WAITING:
                    raise DoorRefused(404, [refusal(Code.NO_EVENT, "give_up", request.give_up)])
                outbox.give_up(event, "given up by hand", self._clock())
            subscriptions.unblock(row)
            session.flush()
            return _view(session, row)

    async def test(self, number: int, said: Said) -> TestResult:
        """Post a test event, or lay one ready to be fetched."""
        laid = await asyncio.to_thread(self._lay_test, number, said)
        if laid is not None:
            return TestResult(id=laid, delivered=False, waits=True)
        result = await self._pusher.test(number)
        if result is None:
            raise DoorRefused(404, [refusal(Code.NO_SUBSCRIPTION, "id", str(number))])
        return result

    async def events(self, request: Request, number: int, after: int, limit: int, wait: int) -> EventPage:
        """Waiting events; where there is none, the first that comes in time."""
        until = time.monotonic() + wait
        while True:
            page = await asyncio.to_thread(self._events, number, after, limit)
            left = until - time.monotonic()
            if page.events or left <= 0 or await request.is_disconnected():
                return page
            await asyncio.sleep(min(_LOOK_SECONDS, left))

    def acknowledge(self, number: int, said: Said) -> Acknowledged:
        """The subscriber has taken these events."""
        taken = said.read(Acknowledgement)
        if taken.up_to is None and not taken.ids:
            raise DoorRefused(422, [refusal(Code.NOTHING_TAKEN, "up_to")])
        with self._one(number, said) as (session, row):
            if row.mode != Mode.PULL:
                raise DoorRefused(409, [refusal(Code.NOT_PULLED, "id", str(number))])
            ids = {event_number(told) for told in taken.ids}
            count = outbox.acknowledge(session, row, taken.up_to, ids, self._clock())
            return Acknowledged(acknowledged=count, waiting=_view(session, row).waiting)

    def _subscribe(self, request: SubscribeRequest, said: Said) -> SubscriptionSecret:
        with self._database.transaction() as session:
            admit(session, said, request.recipient, self._clock())
            same = (request.mode, request.url, ",".join(dict.fromkeys(request.kinds)))
            for row in subscriptions.subscriptions(session, request.recipient):
                if (row.mode, row.url, row.kinds) == same:
                    raise DoorRefused(409, [refusal(Code.SUBSCRIBED, "id", str(row.id))])
            row = subscriptions.subscribe(session, request, _secret(), self._clock())
            return SubscriptionSecret(subscription=_view(session, row), secret=row.secret)

    async def _address_problems(self, request: SubscribeRequest) -> list[Problem]:
        if request.mode is Mode.PULL:
            return [refusal(Code.URL_UNUSED, "url")] if request.url else []
        if not request.url:
            return [refusal(Code.URL_MISSING, "url")]
        try:
            await aim(request.url, self._reach)
        except NotPermitted as refused:
            return [refusal(Code.URL, "url", detail=str(refused))]
        return []

    def _lay_test(self, number: int, said: Said) -> str | None:
        with self._one(number, said) as (session, row):
            if row.mode != Mode.PULL:
                return None
            return event_id(outbox.number_of(outbox.put_test(session, row, self._clock())))

    def _events(self, number: int, after: int, limit: int) -> EventPage:
        with self._one(number) as (session, row):
            events = outbox.hand_out(session, row, after, limit, count=row.mode == Mode.PULL)
            return EventPage(events=events)

    @contextmanager
    def _one(
        self, number: int, said: Said | None = None, *, ended: bool = False
    ) -> Iterator[tuple[Session, Subscription]]:
        """A subscription, kept to the transaction; what is `said` of it must be signed where its recipient signs."""
        with self._database.transaction() as session:
            row = subscriptions.locked(session, number)
            if row is None:
                raise DoorRefused(404, [refusal(Code.NO_SUBSCRIPTION, "id", str(number))])
            if said is not None:
                admit(session, said, row.recipient, self._clock())
            if row.ended_at is not None and not ended:
                raise DoorRefused(409, [refusal(Code.ENDED, "id", str(number))])
            yield session, row


def subscription_door(door: SubscriptionDoor, arrivals: Arrivals) -> APIRouter:
    """The routes under /subscriptions."""
    router = APIRouter(prefix="/subscriptions", tags=["notices"])

    async def heard(request: Request) -> Said:
        return await said_in(request, arrivals)

    @router.post(
        "",
        status_code=201,
        responses=refused_with(400, 408, 409, 413, 422),
        openapi_extra={"requestBody": SUBSCRIBE_BODY},
    )
    async def subscribe(said: Annotated[Said, Depends(heard)]) -> SubscriptionSecret:
        """Have notices pushed to an address, or kept to be fetched and acknowledged.

        The secret with which pushed events are signed is told in this answer only. What the recipient was told before
        is not sent; `GET /notices` shows it. As soon as a key of the recipient is on file, this and whatever else is
        done to its subscriptions must be signed by it.
        """
        return await door.subscribe(said)

    @router.get("", responses=refused_with(422))
    def show_subscriptions(
        recipient: Annotated[str | None, Query(pattern=RECIPIENT)] = None,
        ended: Annotated[bool, Query(description="Also those that have ended")] = False,
    ) -> Subscriptions:
        """Subscriptions, what waits in each, and which addresses fail and why."""
        return door.show(recipient, ended)

    @router.get("/{id}", responses=refused_with(404, 422))
    def show_subscription(number: Number) -> SubscriptionView:
        """One subscription."""
        return door.show_one(number)

    @router.delete("/{id}", responses=refused_with(404, 422))
    def end_subscription(number: Number, said: Annotated[Said, Depends(heard)]) -> SubscriptionView:
        """End a subscription; what waits in it is given up, and `GET /notices` still shows it. Again is the same."""
        return door.end(number, said)

    @router.post("/{id}/test", responses=refused_with(404, 409, 422))
    async def test_subscription(number: Number, said: Annotated[Said, Depends(heard)]) -> TestResult:
        """Post a test event to the address at once, outside the queue; for a pulled subscription, lay one ready."""
        return await door.test(number, said)

    @router.post("/{id}/unblock", responses=refused_with(404, 409, 422), openapi_extra={"requestBody": UNBLOCK_BODY})
    def unblock_subscription(number: Number, said: Annotated[Said, Depends(heard)]) -> SubscriptionView:
        """Try the first waiting event again now; `give_up` names one that the receiver can never take."""
        return door.unblock(number, said)

    @router.post("/{id}/rotate-secret", responses=refused_with(404, 409, 422))
    def rotate_secret(number: Number, said: Annotated[Said, Depends(heard)]) -> SubscriptionSecret:
        """A new secret, told once; for a day events bear the signatures of both."""
        return door.rotate(number, said)

    @router.get("/{id}/events", responses=refused_with(404, 409, 422))
    async def show_events(
        request: Request, number: Number, after: After = 0, limit: Limit = 100, wait: Wait = 0
    ) -> EventPage:
        """Waiting events in their order. What is not acknowledged comes again; ask without `after` to see it all."""
        return await door.events(request, number, after, limit, wait)

    @router.post(
        "/{id}/acknowledge", responses=refused_with(404, 409, 422), openapi_extra={"requestBody": ACKNOWLEDGE_BODY}
    )
    def acknowledge_events(number: Number, said: Annotated[Said, Depends(heard)]) -> Acknowledged:
        """The subscriber has taken these events, and gets them no more."""
        return door.acknowledge(number, said)

    return router


def _secret() -> str:
    return secret_from(secrets.token_bytes(SECRET_BYTES))


def _view(session: Session, row: Subscription) -> SubscriptionView:
    session.flush()
    return subscriptions.views(session, [row])[0]
