"""Large bodies take turns: a few are in memory at a time, and whoever sends another waits with it unread."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from gateway.answers import RETRY_AFTER
from gateway.refusals import Code, DoorRefused, refusal

LARGE = 64 * 1024
"""Bytes. A body up to this size waits for nobody: the server reads as much ahead of every request anyway."""


class Turns:
    """The line of large bodies. Everything runs on one event loop."""

    def __init__(self, at_once: int, seconds: float) -> None:
        """So many at once; who has waited so many seconds is sent away."""
        self._free = asyncio.Semaphore(at_once)
        self._seconds = seconds

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn and hold it. Raises DoorRefused, 503, when it does not come."""
        try:
            async with asyncio.timeout(self._seconds):
                await self._free.acquire()
        except TimeoutError:
            raise DoorRefused(503, [refusal(Code.BUSY)], RETRY_AFTER | {"Connection": "close"}) from None
        try:
            yield
        finally:
            self._free.release()
