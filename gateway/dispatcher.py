"""The dispatcher: reads what is stored, finds cases for what is parked, delivers what is due, again and again."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from gateway.delivery import Delivery
from gateway.reading import Reader

log = logging.getLogger(__name__)


class Dispatcher:
    """Works in steps; everything it knows is in the database, so a new one goes on where an old one died."""

    def __init__(self, reader: Reader, delivery: Delivery, poll_seconds: float) -> None:
        self._reader = reader
        self._delivery = delivery
        self._poll_seconds = poll_seconds
        self._nudged = asyncio.Event()
        self._turn = asyncio.Lock()
        self.last_failure: str | None = None

    def nudge(self) -> None:
        """Something came in: do not wait for the next look."""
        self._nudged.set()

    async def step(self) -> int:
        """Read, find and deliver once; how many messages, parked items and cases it had to do with."""
        async with self._turn:
            unread = await asyncio.to_thread(self._reader.unread)
            for raw_id in unread:
                await asyncio.to_thread(self._reader.read, raw_id)
            found = await asyncio.to_thread(self._reader.find_parked)
            delivered = await self._delivery.deliver_due()
        return len(unread) + found + delivered

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """Step in the background for as long as the context lasts; a step under way is finished before it ends."""
        ending = asyncio.Event()
        task = asyncio.create_task(self._work(ending), name="gateway-dispatcher")
        try:
            yield
        finally:
            ending.set()
            self.nudge()
            await task

    async def _work(self, ending: asyncio.Event) -> None:
        while not ending.is_set():
            self._nudged.clear()
            busy = False
            try:
                busy = await self.step() > 0
                self.last_failure = None
            except Exception as error:  # noqa: BLE001 - no single step may end the work; the text may be personal
                self.last_failure = type(error).__name__
                log.error("a step of the dispatcher failed: %s", self.last_failure)
            if not busy:
                await self._wait_for_nudge()

    async def _wait_for_nudge(self) -> None:
        try:
            async with asyncio.timeout(self._poll_seconds):
                await self._nudged.wait()
        except TimeoutError:
            pass
