"""Carries customs' post to the gateway: at least once, with growing pauses, until it is taken or given up."""

import asyncio
import logging
from collections.abc import Coroutine
from types import TracebackType
from typing import Self

import httpx

from simulator.settings import Settings

log = logging.getLogger(__name__)

XML = "application/xml"
JSON = "application/json"

_PATIENCE = httpx.Timeout(10.0, connect=3.0, pool=None)
_CONNECTIONS = httpx.Limits(max_connections=32, max_keepalive_connections=16)


class Courier:
    """Runs customs' conversations in the background; leaving it cancels what is still on its way."""

    def __init__(self, settings: Settings, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._settings = settings
        self._transport = transport
        self._errands: set[asyncio.Task[None]] = set()
        self.delivered = 0
        self.given_up = 0

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
        self, path: str, content: bytes, content_type: str, traceparent: str | None, *, sender: str | None = None
    ) -> None:
        """Send until the gateway answers 2xx; after the last permitted attempt it is counted in `given_up`.

        An enterprise's document, which names its `sender`, may also be refused for good: that is an answer too.
        """
        headers = {"content-type": content_type} | ({"traceparent": traceparent} if traceparent else {})
        if sender is not None:
            headers["X-Clearway-Sender"] = sender
        wait = self._settings.retry_first_ms / 1000
        outcome = ""
        for attempt in range(1, self._settings.attempts + 1):
            if attempt > 1:
                await asyncio.sleep(wait)
                wait = min(wait * 2, self._settings.retry_longest_ms / 1000)
            try:
                answer = await self._http.post(self._settings.gateway_url + path, content=content, headers=headers)
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
