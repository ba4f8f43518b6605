"""A worker in a process of its own, so that its processor time can be told from everybody else's."""

import asyncio
import multiprocessing
import resource
import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from multiprocessing.connection import Connection
from typing import Any, Self

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Worker

from bench.bare import BareOffice, BareWorkflow
from clearway.contracts.documents import AnyDocument, Application
from connectors.customs import Sealed
from models.database import Database
from tests.standins import Authority, RecordingReports, ScriptedBank
from worker import ACTIVITY_THREADS, Workers, build_worker  # noqa: TID251  the worker is what is measured

SIDES = ("list", "bare")
READY, USAGE, STOP = "ready", "usage", "stop"


class TellingCustoms:
    """Customs' door: takes everything, and tells whose document came."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell

    def seal(self, records: Sequence[AnyDocument | Application], *, message_guid: str, at: datetime) -> Sealed:
        """Writes down whose documents they are."""
        return Sealed(message_guid, records[0].kind, "\n".join(record.order_no for record in records).encode())

    def send(self, sealed: Sealed, *, traceparent: str | None = None) -> None:
        """Take a message."""
        for order_no in sealed.body.decode().splitlines():
            self._tell(order_no)


class WorkerProcess:
    """The worker of one side, as its driver sees it."""

    def __init__(self, side: str, address: str, database_url: str) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, other = context.Pipe()
        self._process = context.Process(target=_run, args=(side, address, database_url, other), daemon=True)
        self._told: dict[str, asyncio.Queue[None]] = defaultdict(asyncio.Queue)
        self._answers: asyncio.Queue[float] = asyncio.Queue()

    async def __aenter__(self) -> Self:
        self._process.start()
        asyncio.get_running_loop().add_reader(self._pipe.fileno(), self._read)
        await self._told[READY].get()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._pipe.send(STOP)
        await asyncio.to_thread(self._process.join, 15)
        asyncio.get_running_loop().remove_reader(self._pipe.fileno())
        if self._process.is_alive():
            self._process.kill()

    async def took(self, key: str, times: int) -> None:
        """Wait until activities of this workflow have spoken so many times more."""
        for _ in range(times):
            await self._told[key].get()

    async def processor_seconds(self) -> float:
        """User and system time that the process has used so far."""
        self._pipe.send(USAGE)
        return await self._answers.get()

    def _read(self) -> None:
        while self._pipe.poll():
            try:
                message = self._pipe.recv()
            except EOFError:
                asyncio.get_running_loop().remove_reader(self._pipe.fileno())
                return
            if isinstance(message, float):
                self._answers.put_nowait(message)
            else:
                self._told[message].put_nowait(None)


def _run(side: str, address: str, database_url: str, pipe: "Connection[Any, Any]") -> None:
    asyncio.run(_serve(side, address, database_url, pipe))


async def _serve(side: str, address: str, database_url: str, pipe: "Connection[Any, Any]") -> None:
    client = await Client.connect(address, data_converter=pydantic_data_converter)
    turn, stop = threading.Lock(), asyncio.Event()

    def tell(message: str | float) -> None:
        with turn:  # activities run in threads
            pipe.send(message)

    def listen() -> None:
        if pipe.recv() == USAGE:
            used = resource.getrusage(resource.RUSAGE_SELF)
            tell(used.ru_utime + used.ru_stime)
        else:
            stop.set()

    database = Database(database_url)
    async with _worker(side, client, database, tell):
        asyncio.get_running_loop().add_reader(pipe.fileno(), listen)
        tell(READY)
        await stop.wait()
    database.close()


def _worker(side: str, client: Client, database: Database, tell: Callable[[str], None]) -> Worker | Workers:
    if side == "list":
        return build_worker(
            client,
            database,
            customs=TellingCustoms(tell),
            reports=RecordingReports(),
            bank=ScriptedBank(),
            authority=Authority(),
            person_key_secret="bench",
            task_queue=side,
        )
    office = BareOffice(tell)
    return Worker(
        client,
        task_queue=side,
        workflows=[BareWorkflow],
        activities=[office.examine, office.send, office.file, office.set_clocks],
        activity_executor=ThreadPoolExecutor(ACTIVITY_THREADS),
    )
