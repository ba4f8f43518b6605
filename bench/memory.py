"""What worker, gateway and simulator hold in memory: with a cache full of lists, and after many passed through."""

import tempfile
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from rich.progress import Progress

from bench.cpu import require_processor_times
from bench.idle import WakingStack
from bench.lifecycles import at_once, samples
from bench.ratios import machine
from bench.sheets import Sheet
from bench.sleepers import Dormitory, resident

STEPS = 4
"""Looks at the worker while its cache fills."""
WARM_UP = 5
WORKER, GATEWAY, SIMULATOR = "worker", "gateway", "simulator"
LIMITS = {WORKER: 500, GATEWAY: 200, SIMULATOR: 200}
"""MB that a process must stay under."""


class Look(BaseModel):
    """A process at one moment."""

    process: str
    lists: int
    """In the worker's cache; or passed through the whole stack."""
    bytes: int


class Memory(BaseModel):
    """The whole measurement, in the order in which it was taken."""

    settings: dict[str, Any]
    filling: list[Look]
    """The worker while its cache fills."""
    stack: list[Look]
    """The processes of the whole stack: before, and after so many lists."""

    @property
    def each(self) -> float:
        """Bytes for each list in the worker's cache."""
        first, last = self.filling[0], self.filling[-1]
        return (last.bytes - first.bytes) / (last.lists - first.lists)


async def measure_memory(lists: int, number: int, on_stack: int, progress: Progress) -> Memory:
    """A worker with so many lists in its cache; gateway and simulator after `on_stack` lists; `number` at a time.

    Raises ValueError for a cache too small to tell what each list takes.
    """
    if lists <= WARM_UP:
        raise ValueError(f"--cached {lists} tells nothing of a list: the first {WARM_UP} pay for all; say more")
    require_processor_times()
    return Memory(
        settings={
            "lists": lists,
            "at_once": number,
            "on_stack": on_stack,
            **machine("temporalio", "pydantic", "sqlalchemy", "python-statemachine"),
        },
        filling=await _fill(lists, number, progress),
        stack=await _pass_through(on_stack, number, progress),
    )


async def _fill(lists: int, number: int, progress: Progress) -> list[Look]:
    """A cache of exactly so many, and not one list more."""
    bar = progress.add_task("lists in the cache", total=lists)
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="clearway-bench-")))
        rooms = await stack.enter_async_context(Dormitory(folder, cached=lists))
        awake = await rooms.wake("list", stack)
        looks: list[Look] = []
        asleep = 0
        for upto in (min(WARM_UP, lists), *(max(lists * step // STEPS, WARM_UP) for step in range(1, STEPS + 1))):
            await rooms.open(awake, samples(upto - asleep), number, lambda: progress.advance(bar))
            asleep = upto
            looks.append(Look(process=WORKER, lists=asleep, bytes=resident(awake.worker.pid)))
        return looks


async def _pass_through(lists: int, number: int, progress: Progress) -> list[Look]:
    bar = progress.add_task("lists through the whole stack", total=lists)
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="clearway-bench-")))
        whole = await stack.enter_async_context(WakingStack(folder, None))
        looks = [_look(whole, name, 0) for name in LIMITS]
        await at_once(samples(lists), number, whole.open, lambda: progress.advance(bar))
        return looks + [_look(whole, name, lists) for name in LIMITS]


def _look(whole: WakingStack, name: str, lists: int) -> Look:
    return Look(process=name, lists=lists, bytes=resident(whole.processes[name]))


def memory_sheets(measured: Memory) -> list[Sheet]:
    """One table."""
    rows = [
        (f"worker, {look.lists} lists in its cache", _mega(look.bytes), str(LIMITS[WORKER]))
        for look in measured.filling
    ]
    rows.append(("of it for each list, kB", f"{measured.each / 1000:.1f}", ""))
    rows += [
        (f"{look.process}, after {look.lists} lists through the whole stack", _mega(look.bytes), str(limit))
        for look in measured.stack
        if (limit := LIMITS[look.process])
    ]
    return [Sheet("Memory of a process (resident), MB", ("", "MB", "must stay under"), rows)]


def _mega(size: float) -> str:
    return f"{size / 1e6:.0f}"
