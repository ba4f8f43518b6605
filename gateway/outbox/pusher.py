"""The pusher: one event after the other to each address; what fails waits, and nothing overtakes it."""

import asyncio
import logging
import time
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx
from sqlmodel import Session

from clearway.contracts.subscriptions import TEST_KIND, Event, TestResult
from clearway.webhooks import sign
from gateway.outbox.post import Sent, new_client, post
from gateway.settings import GatewaySettings
from models import outbox
from models.database import Database
from models.subscriptions import block, end, locked, secrets_of, unblock
from models.tables import OutboxEvent, Subscription

log = logging.getLogger(__name__)

GONE = "the address answered HTTP 410"
AN_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Errand:
    """One event to be posted; `until` is how long this gateway has its subscription to itself."""

    subscription_id: int
    number: int
    url: str
    body: bytes
    headers: dict[str, str]
    until: datetime


class Pusher:
    """Gives every subscription turns of its own, so that a slow address holds up nobody else.

    Everything it knows is in the database. A subscription belongs to one gateway at a time; one that died with an
    event under way lets go of it by itself, and the event is sent again: at least once, in order.
    """

    def __init__(self, database: Database, settings: GatewaySettings, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock
        self._turns: dict[int, asyncio.Task[int]] = {}
        self._last = 0
        self._cleared_at: datetime | None = None

    async def push(self) -> int:
        """Begin a turn for every subscription that is due; how many events were taken in turns that have ended."""
        room = self._settings.webhook_parallel - len(self._turns)
        for number in await asyncio.to_thread(self._due, room):
            if number not in self._turns:
                self._turns[number] = asyncio.create_task(self._turn(number), name=f"webhook-{number}")
                self._last = number
        if not self._turns:
            return 0
        done, _ = await asyncio.wait(
            self._turns.values(), timeout=self._settings.poll_seconds, return_when=asyncio.FIRST_COMPLETED
        )
        self._turns = {number: turn for number, turn in self._turns.items() if turn not in done}
        return sum(turn.result() for turn in done)

    @asynccontextmanager
    async def ending(self) -> AsyncIterator[None]:
        """Break off, with the context, what is under way; it is sent again by whoever comes next."""
        try:
            yield
        finally:
            for turn in self._turns.values():
                turn.cancel()
            await asyncio.gather(*self._turns.values(), return_exceptions=True)
            self._turns.clear()

    async def test(self, subscription_id: int) -> TestResult | None:
        """Post a test event outside the queue; None where there is no such subscription."""
        now = self._clock()
        prepared = await asyncio.to_thread(self._test_errand, subscription_id, now)
        if prepared is None:
            return None
        async with new_client() as client:
            sent = await self._post(client, prepared)
        return TestResult(
            id=prepared.headers["webhook-id"],
            delivered=sent.taken,
            status=sent.status,
            milliseconds=sent.milliseconds,
            fault=sent.fault,
        )

    async def _turn(self, subscription_id: int) -> int:
        taken = 0
        errand: Errand | None = None
        over = time.monotonic() + self._settings.webhook_seconds  # a slow address lets the others have their turns
        try:
            errand = await asyncio.to_thread(self._begin, subscription_id)
            async with new_client() as client:
                while errand is not None and taken < self._settings.batch and (not taken or time.monotonic() < over):
                    sent = await self._post(client, errand)
                    taken += sent.taken
                    errand = await asyncio.to_thread(self._note, errand, sent)
        except Exception as error:  # noqa: BLE001 - no single turn may end the work; the text may be personal
            log.error("a turn of subscription %s failed: %s", subscription_id, type(error).__name__)
        if errand is not None:
            await asyncio.to_thread(self._let_go, errand)
        return taken

    async def _post(self, client: httpx.AsyncClient, errand: Errand) -> Sent:
        settings = self._settings
        return await post(
            client,
            errand.url,
            errand.body,
            errand.headers,
            reach=settings.webhook_reach,
            seconds=settings.webhook_seconds,
        )

    def _due(self, room: int) -> list[int]:
        now = self._clock()
        clearing = self._cleared_at is None or now >= self._cleared_at + AN_HOUR
        with self._database.reading() as session:
            unseen = outbox.any_unseen(session)
        if unseen or clearing:
            with self._database.transaction() as session:
                outbox.note_seen(session, now)
                if clearing:
                    outbox.expire(session, now)
                    self._cleared_at = now
        if room <= 0:
            return []
        with self._database.reading() as session:
            return list(outbox.due_subscriptions(session, now, room, after=self._last))

    def _begin(self, subscription_id: int) -> Errand | None:
        """The first event of a turn; None where the subscription is another gateway's by now, or has nothing."""
        now = self._clock()
        with self._database.transaction() as session:
            row = locked(session, subscription_id)
            if row is None or row.ended_at or (row.try_at and row.try_at > now):
                return None
            if row.busy_until is not None and row.busy_until > now:
                return None
            return self._next(session, row, now)

    def _note(self, errand: Errand, sent: Sent) -> Errand | None:
        """Note how it ended; the next event, if the turn goes on."""
        now = self._clock()
        with self._database.transaction() as session:
            row = session.get_one(Subscription, errand.subscription_id, with_for_update=True)
            event = session.get_one(OutboxEvent, errand.number)
            ours = row.busy_until == errand.until
            row.busy_until = None if ours else row.busy_until
            if sent.taken:
                outbox.deliver(event, now)
                unblock(row)
                return self._next(session, row, now) if ours and row.ended_at is None else None
            event.fault = sent.fault
            log.warning("event %s of subscription %s not taken: %s", errand.number, row.id, sent.fault)
            if sent.gone:
                end(session, row, now, GONE)
            elif row.ended_at is None:
                pause = max(self._settings.webhook_pause(row.tries + 1, passing=sent.passing), sent.asked)
                block(row, sent.fault, now + pause, now)
            return None

    def _next(self, session: Session, row: Subscription, now: datetime) -> Errand | None:
        waiting = outbox.first_waiting(session, row.id or 0)
        if waiting is None:
            row.busy_until = None
            return None
        event, notice = waiting
        event.tries += 1
        row.busy_until = now + timedelta(seconds=2 * self._settings.webhook_seconds + 5)
        return _errand(row, outbox.event_of(event, notice), outbox.number_of(event), now, row.busy_until)

    def _let_go(self, errand: Errand) -> None:
        """The turn ends before the queue does."""
        with self._database.transaction() as session:
            row = session.get_one(Subscription, errand.subscription_id, with_for_update=True)
            if row.busy_until == errand.until:
                row.busy_until = None

    def _test_errand(self, subscription_id: int, now: datetime) -> Errand | None:
        with self._database.transaction() as session:
            row = session.get(Subscription, subscription_id)
            if row is None:
                return None
            event = Event(id=f"test_{uuid.uuid4().hex}", number=0, kind=TEST_KIND, recipient=row.recipient, at=now)
            return _errand(row, event, 0, now, now)


def _errand(row: Subscription, event: Event, number: int, now: datetime, until: datetime) -> Errand:
    body = event.model_dump_json().encode()
    headers = sign(event.id, now, body, secrets_of(row, now))
    return Errand(row.id or 0, number, row.url, body, headers, until)
