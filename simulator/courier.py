"""Carries customs' post to the gateway: at least once, with growing pauses, until it is taken or given up."""

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine, Mapping
from enum import StrEnum
from types import TracebackType
from typing import Self

import httpx

from simulator.settings import Settings

log = logging.getLogger(__name__)

XML = "application/xml"
JSON = "application/json"

_PATIENCE = httpx.Timeout(10.0, connect=3.0, pool=None)
_DROPS, _BETWEEN_DROPS = 8, 0.05
"""A slow message comes in so many parts, with so many seconds between them."""
_AT_ONCE = 32
"""Messages on their way at the same time. The client looks through all that wait for a connection each time one is
free, so that it is better to wait here."""
_CONNECTIONS = httpx.Limits(max_connections=_AT_ONCE, max_keepalive_connections=_AT_ONCE)
"""Every connection is kept: one that is closed after each message costs more than the message."""


class Manner(StrEnum):
    """How a message arrives the first time."""

    WHOLE = "whole"
    HALF = "only its first half, and then once more"
    SLOW = "in drops"
    CUT = "the connection breaks in the middle, and then once more"


class Courier:
    """Runs customs' conversations in the background; leaving it cancels what is still on its way."""

    def __init__(self, settings: Settings, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._settings = settings
        self._transport = transport
        self._errands: set[asyncio.Task[None]] = set()
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self.delivered = 0
        self.given_up = 0
        self.halves = 0
        """First halves that the gateway acknowledged as if they were messages."""
        self.halves_unanswered = 0
        """First halves after which the line went dead: nobody knows whether the gateway has them."""

    async def __aenter__(self) -> Self:
        # Straight to the gateway: a proxy in the environment is not part of the story.
        self._http = httpx.AsyncClient(
            timeout=_PATIENCE, limits=_CONNECTIONS, trust_env=False, transport=self._transport
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for errand in self._errands:
            errand.cancel()
        await asyncio.gather(*self._errands, return_exceptions=True)
        await self._http.aclose()

    @property
    def under_way(self) -> int:
        """Conversations that have not ended."""
        return len(self._errands)

    async def settle(self) -> None:
        """Wait until every conversation that is under way has ended."""
        await asyncio.gather(*self._errands, return_exceptions=True)

    def run(self, errand: Coroutine[None, None, None]) -> None:
        """Start a conversation and return at once."""
        task = asyncio.create_task(errand)
        self._errands.add(task)
        task.add_done_callback(self._close)

    def _close(self, task: asyncio.Task[None]) -> None:
        self._errands.discard(task)
        if not task.cancelled() and (fault := task.exception()):
            log.error("conversation broke off", exc_info=fault)

    async def pause(self) -> None:
        """The real time that passes between two answers."""
        await asyncio.sleep(self._settings.pause_ms / 1000)

    async def deliver(
        self,
        path: str,
        content: bytes,
        content_type: str,
        traceparent: str | None,
        *,
        sender: str | None = None,
        manner: Manner = Manner.WHOLE,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Send until the gateway answers 2xx; after the last permitted attempt it is counted in `given_up`.

        An enterprise's document, which names its `sender`, may also be refused for good: that is an answer too.
        """
        told = {"content-type": content_type} | ({"traceparent": traceparent} if traceparent else {})
        told |= headers or {}
        if sender is not None:
            told["X-Clearway-Sender"] = sender
        if manner in (Manner.HALF, Manner.CUT):
            half = content[: len(content) // 2]
            try:
                answer = await self._post(path, half if manner is Manner.HALF else _broken_off(half), told)
                self.halves += answer.is_success
            except (httpx.HTTPError, _BrokenOff):
                self.halves_unanswered += manner is Manner.HALF
        wait = self._settings.retry_first_ms / 1000
        outcome = ""
        for attempt in range(1, self._settings.attempts + 1):
            if attempt > 1:
                await asyncio.sleep(wait)
                wait = min(wait * 2, self._settings.retry_longest_ms / 1000)
            try:
                answer = await self._post(path, _in_drops(content) if manner is Manner.SLOW else content, told)
            except httpx.HTTPError as failure:
                outcome = type(failure).__name__
            else:
                if answer.is_success or (sender is not None and answer.is_client_error):
                    self.delivered += 1
                    return
                outcome = f"HTTP {answer.status_code}"
            log.debug("delivery failed", extra={"path": path, "attempt": attempt, "outcome": outcome})
        self.given_up += 1
        log.error("delivery given up", extra={"path": path, "outcome": outcome})

    async def _post(
        self, path: str, content: bytes | AsyncIterator[bytes], headers: Mapping[str, str]
    ) -> httpx.Response:
        async with self._turns:
            return await self._http.post(self._settings.gateway_url + path, content=content, headers=headers)


class _BrokenOff(Exception):
    """The line went dead while we were speaking."""


async def _broken_off(half: bytes) -> AsyncIterator[bytes]:
    yield half
    raise _BrokenOff


async def _in_drops(content: bytes) -> AsyncIterator[bytes]:
    size = len(content) // _DROPS + 1
    for begin in range(0, len(content), size):
        await asyncio.sleep(_BETWEEN_DROPS)
        yield content[begin : begin + size]
