"""A worker in a process of its own, so that its processor time can be told from everybody else's."""

import asyncio
import logging
import multiprocessing
import os
import signal
import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from multiprocessing.connection import Connection
from typing import Any, NamedTuple, Self

from temporalio.client import Client
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor, Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from bench.bare import BareOffice, BareWorkflow
from bench.database_work import Count, DatabaseWork
from bench.door_case import HearingCase, tell_to
from bench.naive import NaiveList
from bench.naive_steps import NaiveSteps
from bench.sides import PASSED_THROUGH, Side, converter_of
from clearway.contracts.documents import AnyDocument, Application
from clearway.contracts.facts import LegalClocks
from connectors.customs import Sealed
from models.database import Database
from tests.standins import Authority, RecordingReports, ScriptedBank
from worker import ACTIVITY_THREADS, Workers, build_worker  # noqa: TID251  the worker is what is measured

READY, COUNTED, STOP = "ready", "counted", "stop"
SECRET = "bench"
PATIENCE = 15.0
THREADS = 64
"""What the driver asks for may wait for a list; as many lists may be under way at once."""


class Place(NamedTuple):
    """Where a worker works."""

    side: Side
    address: str
    database_url: str
    system_url: str
    """DBOS's own database; nothing to Temporal's workers, whose server has its own."""
    cached: int = 1000
    """Workflows that a worker of Temporal keeps in memory."""


class TellingCustoms:
    """Customs' door: takes everything, and tells whose document came."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell

    def seal(self, records: Sequence[AnyDocument | Application], *, message_guid: str, at: object) -> Sealed:
        """Writes down whose documents they are."""
        return Sealed(message_guid, records[0].kind, "\n".join(record.order_no for record in records).encode())

    def send(self, sealed: Sealed, *, traceparent: str | None = None) -> None:
        """Take a message."""
        for order_no in sealed.body.decode().splitlines():
            self._tell(order_no)


class ClocksTold(Interceptor):
    """Tells whose clocks were set: the list goes to sleep."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        """Listen to each."""
        return _Listening(next, self._tell)


class _Listening(ActivityInboundInterceptor):
    def __init__(self, following: ActivityInboundInterceptor, tell: Callable[[str], None]) -> None:
        super().__init__(following)
        self._tell = tell

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        result = await super().execute_activity(input)
        if isinstance(result, LegalClocks):
            [fact] = input.args
            self._tell(fact.key.order_no)
        return result


class WorkerProcess:
    """The worker of one side, as its driver sees it."""

    def __init__(self, place: Place) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, self._other = context.Pipe()
        self._process = context.Process(target=_run, args=(place, self._other), daemon=True)
        self._told: dict[str, asyncio.Queue[None]] = defaultdict(asyncio.Queue)
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._numbers = count()

    async def __aenter__(self) -> Self:
        self._process.start()
        self._other.close()  # the worker holds it alone now: its end is heard
        asyncio.get_running_loop().add_reader(self._pipe.fileno(), self._read)
        await self.ask(READY)
        return self

    async def __aexit__(self, *_: object) -> None:
        asyncio.get_running_loop().remove_reader(self._pipe.fileno())
        if self._process.is_alive():
            self._pipe.send((next(self._numbers), STOP, ()))
        await asyncio.to_thread(self._process.join, PATIENCE)
        if self._process.is_alive():
            self._process.kill()

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._process.pid is not None  # entered
        return self._process.pid

    async def took(self, key: str, times: int) -> None:
        """Wait until steps of this list have spoken so many times more."""
        for _ in range(times):
            await self._told[key].get()

    async def ask(self, what: str, *arguments: Any) -> Any:
        """Have the worker do something and wait for its answer. Raises RuntimeError when it ends instead."""
        number = next(self._numbers)
        self._answers[number] = asyncio.get_running_loop().create_future()
        self._pipe.send((number, what, arguments))
        return await self._answers[number]

    async def database_work(self) -> DatabaseWork:
        """What it has asked of the business database so far."""
        work: DatabaseWork = await self.ask(COUNTED)
        return work

    def _read(self) -> None:
        while self._pipe.poll():
            try:
                number, said = self._pipe.recv()
            except (EOFError, ConnectionResetError):
                asyncio.get_running_loop().remove_reader(self._pipe.fileno())
                for waiting in self._answers.values():
                    waiting.set_exception(RuntimeError("the worker ended unasked; its complaint stands above"))
                self._answers.clear()
                return
            if number is None:
                self._told[said].put_nowait(None)
            else:
                self._answers.pop(number).set_result(said)


class Line:
    """The worker's end: tells the driver, and hears from it."""

    def __init__(self, pipe: "Connection[Any, Any]", counted: Count) -> None:
        self._pipe = pipe
        self._counted = counted
        self._turn = threading.Lock()
        self._threads = ThreadPoolExecutor(THREADS)
        self.stopped = asyncio.Event()
        self.does: dict[str, Callable[..., object]] = {}
        """What the driver may ask for beside the count; each is done in a thread."""

    def tell(self, key: str) -> None:
        """A step of this list was done."""
        self._send(None, key)

    def open(self) -> None:
        """Hear from now on, and be ready."""
        asyncio.get_running_loop().add_reader(self._pipe.fileno(), self._hear)

    def _hear(self) -> None:
        number, what, arguments = self._pipe.recv()
        if what == STOP:
            self.stopped.set()
        elif what in self.does:
            asyncio.get_running_loop().run_in_executor(self._threads, self._answer, number, what, arguments)
        else:
            self._send(number, self._counted.work)

    def _answer(self, number: int, what: str, arguments: Sequence[Any]) -> None:
        self._send(number, self.does[what](*arguments))

    def _send(self, number: int | None, said: object) -> None:
        with self._turn:  # steps run in threads
            self._pipe.send((number, said))


def _run(place: Place, pipe: "Connection[Any, Any]") -> None:
    os.dup2(2, 1)  # what Temporal's client has to say must not stand among the tables
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the driver hears it and says stop
    ended = 1
    try:
        asyncio.run(_serve(place, pipe))
        ended = 0
    except Exception:
        logging.getLogger(__name__).exception("the worker of %s failed", place.side.name)
    os._exit(ended)  # a thread of Temporal's client may abort a process that clears up (temporalio/sdk-python#300)


async def _serve(place: Place, pipe: "Connection[Any, Any]") -> None:
    database = Database(place.database_url)
    line = Line(pipe, Count(database.engine))
    try:
        if place.side.kind == "dbos":
            from bench.durable_dbos import serve  # which only this side needs

            await serve(place, database, line)
            return
        client = await Client.connect(place.address, data_converter=converter_of(place.side))
        async with _worker(place, client, database, line.tell):
            line.open()
            await line.stopped.wait()
    finally:
        database.close()


def _worker(place: Place, client: Client, database: Database, tell: Callable[[str], None]) -> Worker | Workers:
    side = place.side
    customs = TellingCustoms(tell)
    match side.kind:
        case "list":
            return build_worker(
                client,
                database,
                customs=customs,
                reports=RecordingReports(),
                bank=ScriptedBank(),
                authority=Authority(),
                person_key_secret=SECRET,
                task_queue=side.name,
                max_cached_workflows=place.cached,
                interceptors=(ClocksTold(tell),),
            )
        case "hearing":
            tell_to(tell)
            return Worker(client, task_queue=side.name, workflows=[HearingCase], max_cached_workflows=1000)
        case "naive":
            steps = NaiveSteps(database, customs, Authority(), SECRET, tell)
            restrictions = SandboxRestrictions.default
            if side.name == PASSED_THROUGH:
                restrictions = restrictions.with_passthrough_modules("clearway", "bench.naive_work")
            return Worker(
                client,
                task_queue=side.name,
                workflows=[NaiveList],
                activities=steps.all,
                activity_executor=ThreadPoolExecutor(ACTIVITY_THREADS),
                workflow_runner=SandboxedWorkflowRunner(restrictions=restrictions),
            )
    office = BareOffice(tell)
    return Worker(
        client,
        task_queue=side.name,
        workflows=[BareWorkflow],
        activities=[office.examine, office.send, office.file, office.set_clocks],
        activity_executor=ThreadPoolExecutor(ACTIVITY_THREADS),
        max_cached_workflows=place.cached,
    )
