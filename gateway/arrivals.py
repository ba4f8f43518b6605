"""Raw first: a message is taken in up to the permitted size and committed before anything reads it (DESIGN law 6)."""

import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime

from fastapi import Request

from gateway.bodies import Bodies
from gateway.sender import note_sending, note_signature
from gateway.settings import GatewaySettings
from gateway.together import Together
from gateway.tracing import Tracing, traceparent_of
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
        self._clock = clock
        self._tracing = tracing
        self._stores: Together[Arrival, int] = Together(self._store)
        self._bodies = Bodies(settings)

    async def take(self, request: Request, door: str) -> int:
        """Store the request's bytes; the number under which they are kept. Raises DoorRefused before storing."""
        async with self.taken(request, door) as raw_id:
            return raw_id

    @asynccontextmanager
    async def taken(self, request: Request, door: str) -> AsyncIterator[int]:
        """The same for who reads the message at once: a large one keeps its turn meanwhile."""
        async with AsyncExitStack() as turn:
            body = await self._bodies.read(request, turn)
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
            return await self._bodies.read(request, turn)

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
