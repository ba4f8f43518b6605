"""Raw first: a message is taken in up to the permitted size and committed before anything reads it (DESIGN law 6)."""

import logging
from collections.abc import Callable, Sequence
from contextlib import aclosing
from datetime import datetime

from fastapi import Request
from starlette.requests import ClientDisconnect

from gateway.refusals import Code, DoorRefused, refusal
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
        self._settings = settings
        self._clock = clock
        self._tracing = tracing
        self._stores: Together[Arrival, int] = Together(self._store)

    async def take(self, request: Request, door: str) -> int:
        """Store the request's bytes; the number under which they are kept. Raises DoorRefused before storing."""
        body = await self.body(request)
        with self._tracing.arrival(door, request.headers) as span:
            raw_id = await self._stores.do(self._arrival(request, door, body, traceparent_of(span)))
            span.set_attribute("clearway.raw_id", raw_id)
            span.set_attribute("clearway.bytes", len(body))
        log.info("message %s stored at door %s: %d bytes", raw_id, door, len(body))
        return raw_id

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

    async def body(self, request: Request) -> bytes:
        """The request's bytes, within the permitted size. Raises DoorRefused."""
        announced = request.headers.get("content-length", "")
        if announced.isascii() and announced.isdigit() and int(announced) > self._settings.max_body_bytes:
            raise self._too_large()
        chunks: list[bytes] = []
        size = 0
        try:
            async with aclosing(request.stream()) as stream:
                async for chunk in stream:
                    size += len(chunk)
                    if size > self._settings.max_body_bytes:
                        raise self._too_large()
                    chunks.append(chunk)
        except ClientDisconnect:
            raise DoorRefused(400, [refusal(Code.BODY_CUT)]) from None
        return b"".join(chunks)

    def _too_large(self) -> DoorRefused:
        limit = self._settings.max_body_bytes
        problem = refusal(Code.TOO_LARGE, ("body", None), detail=f"The limit is {limit} bytes.")
        return DoorRefused(413, [problem], {"Connection": "close"})
