"""Breaks things at their moments, one after another, tells each in a line, and notes how long it was away."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from deploy.storm.faults import Chapter, Fault, Kind, due


@dataclass(frozen=True)
class Happened:
    """One thing that broke, and was mended."""

    fault: Fault
    chapter: Chapter
    """What was under way."""
    seconds: float
    """Until it was mended and answered again, real time."""


@dataclass
class Saboteur:
    """Told how far the storm has come, breaks what is due."""

    planned: list[Fault]
    break_it: Callable[[Fault], Awaitable[None]]
    meanwhile: Callable[[Fault], Coroutine[None, None, None]]
    """What else happens while it is broken; ended with it."""
    say: Callable[[str], None]
    happened: list[Happened] = field(default_factory=list)
    _under_way: list[asyncio.Task[None]] = field(default_factory=list)
    _one_by_one: asyncio.Lock = field(default_factory=asyncio.Lock)
    _chapter: Chapter = Chapter.HANDED_IN
    _leaves: bool = False

    def reached(self, chapter: Chapter, done: int, count: int) -> None:
        """So many of a chapter's lists are done."""
        self._chapter = chapter
        for fault in due(self.planned, chapter, done / count if count else 1):
            self.planned.remove(fault)
            self._under_way.append(asyncio.create_task(self._in_turn(fault)))

    async def rest(self) -> None:
        """Until everything that began to break is mended. Raises what went wrong with that."""
        await asyncio.gather(*self._under_way)

    def failure(self) -> BaseException | None:
        """Why something could not be broken or mended, as soon as that is known."""
        ended = (task for task in self._under_way if task.done() and not task.cancelled())
        return next((error for task in ended if (error := task.exception())), None)

    async def leave(self) -> None:
        """Break nothing more, and wait until what is broken is mended."""
        self._leaves = True
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _in_turn(self, fault: Fault) -> None:
        async with self._one_by_one:
            if self._leaves:
                return
            self.say(f"  ⚡ {fault.told}")
            chapter, began = self._chapter, time.monotonic()
            beside = asyncio.create_task(self.meanwhile(fault))
            try:
                await self.break_it(fault)
            finally:
                beside.cancel()
                with suppress(asyncio.CancelledError):
                    await beside
            self.happened.append(Happened(fault, chapter, time.monotonic() - began))


@dataclass(frozen=True)
class Row:
    """What one kind of fault did, for the report."""

    kind: Kind
    times: int
    away: float
    """Real seconds, all together."""
    told: tuple[str, ...]


def rows(happened: Sequence[Happened]) -> list[Row]:
    """One for each kind that broke."""
    found = []
    for kind in Kind:
        of_kind = [each for each in happened if each.fault.kind is kind]
        if of_kind:
            told = tuple(f"{each.fault.told} (in: {each.chapter})" for each in of_kind)
            found.append(Row(kind, len(of_kind), sum(each.seconds for each in of_kind), told))
    return found
