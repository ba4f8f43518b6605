"""The dispatcher: reads what is stored, finds cases for what is parked, delivers what is due, again and again."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from gateway.delivery import Delivery
from gateway.reading import Reader
from gateway.watchman import Watchman

log = logging.getLogger(__name__)


@dataclass(eq=False)
class Lane:
    """Work that goes on by itself: a case that keeps one lane waiting does not hold up the others."""

    name: str
    work: Callable[[], Awaitable[int]]
    nudged: asyncio.Event = field(default_factory=asyncio.Event)
    failure: str | None = None


class Dispatcher:
    """Works in steps; everything it knows is in the database, so a new one goes on where an old one died."""

    def __init__(
        self, reader: Reader, delivery: Delivery, watchman: Watchman, poll_seconds: float, *further: Lane
    ) -> None:
        self._reader = reader
        self._poll_seconds = poll_seconds
        # Documents wait for the answer of a worker, which may be away; customs' news only for the server.
        self._lanes = (
            Lane("reading", self._read),
            Lane("news", delivery.deliver_news),
            Lane("documents", delivery.hand_in_due),
            Lane("watch", watchman.look),
            *further,
        )

    @property
    def last_failure(self) -> str | None:
        """The failure with which the last step of any lane ended, by name."""
        return next((lane.failure for lane in self._lanes if lane.failure), None)

    def nudge(self) -> None:
        """Something came in: do not wait for the next look."""
        for lane in self._lanes:
            lane.nudged.set()

    async def step(self) -> int:
        """Read, find and deliver once, all lanes in turn; how many messages, items and cases there were to do."""
        return sum([await lane.work() for lane in self._lanes])

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """Work in the background for as long as the context lasts; a step under way is finished before it ends."""
        ending = asyncio.Event()
        await asyncio.to_thread(self._reader.take_up)
        tasks = [asyncio.create_task(self._go_on(lane, ending), name=f"gateway-{lane.name}") for lane in self._lanes]
        try:
            yield
        finally:
            ending.set()
            self.nudge()
            await asyncio.gather(*tasks)

    async def _read(self) -> int:
        unread = await asyncio.to_thread(self._reader.unread)
        await asyncio.to_thread(self._reader.read_all, unread)
        found = await asyncio.to_thread(self._reader.find_parked)
        if unread or found:
            self.nudge()
        return len(unread) + found

    async def _go_on(self, lane: Lane, ending: asyncio.Event) -> None:
        while not ending.is_set():
            lane.nudged.clear()
            busy = False
            try:
                busy = await lane.work() > 0
                lane.failure = None
            except Exception as error:  # noqa: BLE001 - no single step may end the work; the text may be personal
                lane.failure = type(error).__name__
                log.error("a step of %s failed: %s", lane.name, lane.failure)
            if not busy:
                await self._wait(lane)

    async def _wait(self, lane: Lane) -> None:
        try:
            async with asyncio.timeout(self._poll_seconds):
                await lane.nudged.wait()
        except TimeoutError:
            pass
