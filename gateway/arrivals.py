"""Raw first: a message is taken in up to the permitted size and committed before anything reads it (DESIGN law 6)."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from datetime import datetime

from fastapi import Request
from starlette.requests import ClientDisconnect

from gateway.refusals import Code, DoorRefused, refusal
from gateway.sender import note_sending, note_signature
from gateway.settings import GatewaySettings
from gateway.together import Together
from gateway.tracing import Tracing, traceparent_of
from gateway.turns import LARGE, Turns
from models.database import Database
from models.inbox import Arrival, store_all

log = logging.getLogger(__name__)

_SENDERS_DOORS = frozenset({"enterprise", "report"})
"""The doors at which the headers say who sends."""


class Arrivals:
    """Takes messages in at the doors."""

    def __init__(
        self, database: Database, settings: GatewaySettings, clock: Callable[[], datetime], tracing: Tracing
    ) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock
        self._tracing = tracing
        self._stores: Together[Arrival, int] = Together(self._store)
        self._turns = Turns(settings.large_bodies, settings.body_seconds)

    async def take(self, request: Request, door: str) -> int:
        """Store the request's bytes; the number under which they are kept. Raises DoorRefused before storing."""
        async with self.taken(request, door) as raw_id:
            return raw_id

    @asynccontextmanager
    async def taken(self, request: Request, door: str) -> AsyncIterator[int]:
        """The same for who reads the message at once: a large one keeps its turn meanwhile."""
        async with AsyncExitStack() as turn:
            body = await self._body(request, turn)
            with self._tracing.arrival(door, request.headers) as span:
                raw_id = await self._stores.do(self._arrival(request, door, body, traceparent_of(span)))
                span.set_attribute("clearway.raw_id", raw_id)
                span.set_attribute("clearway.bytes", len(body))
            log.info("message %s stored at door %s: %d bytes", raw_id, door, len(body))
            del body
            yield raw_id

    async def body(self, request: Request) -> bytes:
        """The request's bytes, within the permitted size. Raises DoorRefused."""
        async with AsyncExitStack() as turn:
            return await self._body(request, turn)

    def _arrival(self, request: Request, door: str, body: bytes, traceparent: str | None) -> Arrival:
        return Arrival(
            door=door,
            body=body,
            received_at=self._clock(),
            sender=note_sending(request.headers) if door in _SENDERS_DOORS else "",
            content_type=request.headers.get("content-type", ""),
            traceparent=traceparent,
            detached=note_signature(request.headers),
        )

    def _store(self, arrivals: Sequence[Arrival]) -> Sequence[int]:
        with self._database.transaction() as session:
            return store_all(session, arrivals)

    async def _body(self, request: Request, turn: AsyncExitStack) -> bytes:
        """Waits for a turn, which the stack then holds, before more than a small body is read."""
        announced = request.headers.get("content-length", "")
        expected = int(announced) if announced.isascii() and announced.isdigit() else 0
        if expected > self._settings.max_body_bytes:
            raise self._too_large()
        if has_turn := expected > LARGE:
            await turn.enter_async_context(self._turns.turn())
        chunks: list[bytes] = []
        size = 0
        try:
            async with asyncio.timeout(self._settings.body_seconds), aclosing(request.stream()) as stream:
                async for chunk in stream:
                    size += len(chunk)
                    if size > self._settings.max_body_bytes:
                        raise self._too_large()
                    if size > LARGE and not has_turn:
                        await turn.enter_async_context(self._turns.turn())
                        has_turn = True
                    chunks.append(chunk)
        except ClientDisconnect:
            raise DoorRefused(400, [refusal(Code.BODY_CUT)]) from None
        except TimeoutError:
            told = f"It was not complete after {self._settings.body_seconds} seconds."
            raise DoorRefused(408, [refusal(Code.BODY_CUT, detail=told)], {"Connection": "close"}) from None
        return b"".join(chunks)

    def _too_large(self) -> DoorRefused:
        limit = self._settings.max_body_bytes
        problem = refusal(Code.TOO_LARGE, ("body", None), detail=f"The limit is {limit} bytes.")
        return DoorRefused(413, [problem], {"Connection": "close"})
