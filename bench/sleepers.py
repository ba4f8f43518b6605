"""Lists asleep in the return window, and bare workflows that wait like them: what they take on disk and in memory."""

import asyncio
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack, closing
from pathlib import Path
from typing import NamedTuple, Protocol, Self

from pydantic import BaseModel
from temporalio.client import Client

from bench.cpu import PROC, Meter
from bench.lifecycles import BareDriver, ListDriver, at_once
from bench.servers import TemporalServer, temporal_server
from bench.sides import SIDES, converter_of
from bench.workers import Place, WorkerProcess
from clearway.testing import SampleSet
from models.database import Database
from models.registry import load, read

REGISTRY = Path(__file__).parent.parent / "deploy" / "registry.yaml"
HISTORY, STATE, VISIBILITY, QUEUES = "history", "mutable state", "visibility", "queues and timers"
_OF_TEMPORAL = {
    "history_node": HISTORY,
    "history_tree": HISTORY,
    "executions": STATE,
    "current_executions": STATE,
    "signals_requested_sets": STATE,
    "timer_info_maps": STATE,
    "executions_visibility": VISIBILITY,
}
TRIES = 50


class Window(BaseModel):
    """Some new lists, from their documents to their sleep."""

    lists: int
    seconds: float
    processor: dict[str, float]
    """Processor seconds of each process."""

    @property
    def rate(self) -> float:
        """Lists per second."""
        return self.lists / self.seconds

    @property
    def rate_by_processor(self) -> float:
        """Lists per processor second of the server and its worker, which neighbours on the machine do not disturb."""
        return self.lists / (self.processor["server"] + self.processor["worker"])


class Driver(Protocol):
    """Brings one to sleep."""

    async def open(self, sample: SampleSet) -> str:
        """The workflow's id."""


class Awake(NamedTuple):
    """A running worker of one side."""

    driver: Driver
    worker: WorkerProcess
    started: float
    """When it was told to start, by the monotonic clock."""


class Dormitory:
    """A server on a file, a business database, and workers that come and go while their workflows stay."""

    def __init__(self, folder: Path, *, cached: int, core: int | None = None) -> None:
        self._folder = folder
        self._cached = cached
        self._core = core
        self._open = AsyncExitStack()
        self.business = folder / "business.db"

    async def __aenter__(self) -> Self:
        self.server: TemporalServer = await self._open.enter_async_context(
            temporal_server(self._folder, core=self._core)
        )
        self.database = Database(f"sqlite:///{self.business}")
        self._open.callback(self.database.close)
        self.database.migrate()
        load(self.database, read(REGISTRY))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._open.aclose()

    @property
    def temporal(self) -> Path:
        """The server's file."""
        return self._folder / "temporal.db"

    async def wake(self, side: str, stack: AsyncExitStack) -> Awake:
        """Start a worker of a side; the stack ends it."""
        started = time.monotonic()
        place = Place(SIDES[side], self.server.address, self.database.url, "", self._cached)
        worker = await stack.enter_async_context(WorkerProcess(place))
        if side == "bare":
            return Awake(BareDriver(self.server.client, worker, side), worker, started)
        client = await Client.connect(self.server.address, data_converter=converter_of(place.side))
        return Awake(ListDriver(client, worker, side), worker, started)

    async def open(
        self, awake: Awake, lists: Sequence[SampleSet], number: int, done: Callable[[], None]
    ) -> tuple[Window, list[str]]:
        """Bring them to sleep, so many at once; their workflows' ids."""
        meter = Meter({"server": self.server.pid, "worker": awake.worker.pid})
        begun = time.perf_counter()
        workflow_ids = await at_once(lists, number, awake.driver.open, done)
        seconds = time.perf_counter() - begun
        return Window(lists=len(lists), seconds=seconds, processor=meter.spent()), workflow_ids


def resident(pid: int) -> int:
    """Bytes of memory that a process has now; 0 for one that is gone."""
    try:
        told = (PROC / str(pid) / "status").read_text(encoding="utf-8")
    except OSError:
        return 0
    found = [line.split() for line in told.splitlines() if line.startswith("VmRSS:")]
    return int(found[0][1]) * 1024 if found else 0


async def settled_size(file: Path) -> dict[str, int]:
    """Bytes of each table with its indexes, after everything in the write-ahead log was put into the file.

    Raises TimeoutError when somebody never stops writing.
    """
    for _ in range(TRIES):
        with closing(sqlite3.connect(file, timeout=30)) as connection:
            busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if not busy:
                return _by_table(connection) | {"": _size(connection)}
        await asyncio.sleep(0.2)
    raise TimeoutError(f"{file.name} is written to all the time")


def _size(connection: sqlite3.Connection) -> int:
    pages, size = (connection.execute(f"PRAGMA {each}").fetchone()[0] for each in ("page_count", "page_size"))
    return int(pages) * int(size)


def _by_table(connection: sqlite3.Connection) -> dict[str, int]:
    pages = "SELECT tbl_name, SUM(pgsize) FROM dbstat JOIN sqlite_schema USING (name) GROUP BY tbl_name"
    try:
        return dict(connection.execute(pages).fetchall())
    except sqlite3.OperationalError:  # an SQLite that was built without it; the file's size is known all the same
        return {}


class Weight(BaseModel):
    """What one sleeping list takes on disk, and where; bytes."""

    name: str
    lists: int
    temporal: dict[str, float]
    business: dict[str, float]

    @property
    def together(self) -> float:
        """In both files."""
        return self.temporal[""] + self.business[""]


class Scales:
    """Weighs what was put into both files since it was made."""

    def __init__(self, temporal: Path, business: Path) -> None:
        self._files = temporal, business
        self._before: tuple[dict[str, int], ...] = ()

    async def zero(self) -> Self:
        """From here on."""
        self._before = tuple([await settled_size(file) for file in self._files])
        return self

    async def weigh(self, name: str, lists: int) -> Weight:
        """So many lists later."""
        parts = []
        for file, before in zip(self._files, self._before, strict=True):
            now = await settled_size(file)
            parts.append({table: (size - before.get(table, 0)) / lists for table, size in now.items()})
        temporal: dict[str, float] = {}
        for table, size in parts[0].items():
            kind = _OF_TEMPORAL.get(table, QUEUES) if table else ""
            temporal[kind] = temporal.get(kind, 0) + size
        return Weight(name=name, lists=lists, temporal=temporal, business=parts[1])
