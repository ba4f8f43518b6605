"""One worker process, then two on the same task queue, then one again: what a second one brings."""

import time
from collections.abc import Callable
from contextlib import AsyncExitStack, nullcontext
from typing import NamedTuple

from temporalio.client import Client

from bench.cpu import Meter
from bench.lifecycles import ListDriver, at_once, samples
from bench.sides import SIDES
from bench.sleepers import Dormitory
from bench.slots import in_slots
from bench.workers import Place, WorkerProcess
from clearway.connection import data_converter

WARM_UP = 4


class Shift(NamedTuple):
    """One round of so many processes."""

    rate: float
    shares: dict[str, float]
    """Of one core, by process: which of them has no more to give."""


class Mate(WorkerProcess):
    """Another process of a worker; whichever of them does a step, the driver hears it at one place."""

    def __init__(self, place: Place, chief: WorkerProcess) -> None:
        super().__init__(place)
        self._told = chief._told


async def shifts(
    rooms: Dormitory, rounds: int, lists: int, number: int, done: Callable[[], None], *, slots: bool
) -> list[tuple[Shift, Shift]]:
    """Rounds with one process, each beside its neighbour with two; whole lifecycles, `number` at once.

    With `slots` each process has the same share of the core that they run on, alone or not.
    """
    place = Place(SIDES["list"], rooms.server.address, rooms.database.url, "")
    client = await Client.connect(rooms.server.address, data_converter=data_converter())
    taken = []
    async with AsyncExitStack() as stack:
        chief = await stack.enter_async_context(WorkerProcess(place))
        driver = ListDriver(client, chief, "list")

        async def live(processes: dict[str, int]) -> Shift:
            await at_once(samples(WARM_UP), number, driver.live, lambda: None)
            with in_slots(tuple(processes.values())) if slots else nullcontext():
                meter, begun = Meter({"server": rooms.server.pid, **processes}), time.perf_counter()
                await at_once(samples(lists), number, driver.live, done)
                seconds = time.perf_counter() - begun
            return Shift(lists / seconds, {name: used / seconds for name, used in meter.spent().items()})

        for _ in range(rounds):
            alone = await live({"worker": chief.pid})
            async with Mate(place, chief) as mate:
                both = await live({"worker 1": chief.pid, "worker 2": mate.pid})
            taken.append((alone, both))
    return taken
