"""worker.py as processes on the real server: told to stop, they finish what they have begun, or leave it to others."""

import asyncio
import signal
import urllib.request
from collections.abc import AsyncIterator

import pytest
from temporalio.client import Client

from clearway.client import ClearwayClient
from clearway.contracts.names import TASK_QUEUE
from deploy.ports import free_port
from models.database import Database
from tests.desk import Desk
from tests.patience import PATIENCE
from tests.temporal import running_temporal
from tests.workers.conftest import Start
from tests.workers.outside import Outside


@pytest.fixture(scope="module")
async def server() -> AsyncIterator[Client]:
    """A server of its own, because worker.py knows one task queue."""
    async with running_temporal() as client:
        yield client


@pytest.fixture
def desk(server: Client, database: Database) -> Desk:
    return Desk(ClearwayClient(server), database, queue=TASK_QUEUE)


async def test_what_is_under_way_is_finished_and_never_done_again(start: Start, desk: Desk, outside: Outside) -> None:
    sample = desk.sample()
    outside.answering.clear()
    worker = start(WORKER_GRACE_SECONDS="60")
    await worker.says("worker ready")
    await desk.declare(sample)
    await asyncio.to_thread(outside.asked.wait, PATIENCE)
    worker.process.send_signal(signal.SIGTERM)
    await worker.says("SIGTERM: takes no new work; 1 activities under way have 60 s")
    outside.answering.set()
    assert await worker.ends() == 0
    assert "stopped: drained, 1 activities finished meanwhile" in worker.told

    other = start()
    await other.says("worker ready")
    await desk.until(sample.key, lambda view: len(view.filings) == 1)
    assert len(outside.keys) == len(set(outside.keys)) == 3


async def test_what_takes_too_long_is_done_again_elsewhere_under_the_same_key(
    start: Start, desk: Desk, outside: Outside
) -> None:
    sample = desk.sample()
    outside.answering.clear()
    worker, other = start(WORKER_GRACE_SECONDS="0.5"), start("--only", "lists")
    await worker.says("worker ready")
    await other.says("worker ready")
    await desk.declare(sample)
    await asyncio.to_thread(outside.asked.wait, PATIENCE)
    worker.process.send_signal(signal.SIGTERM)
    assert await worker.ends() == 3
    assert "stopped: 0 activities finished, 1 left to another worker" in worker.told
    assert "Traceback" not in worker.told

    first = outside.keys[0]
    outside.answering.set()
    third = start("--only", "customs")
    await third.says("worker ready")
    await desk.until(sample.key, lambda view: len(view.filings) == 1)
    assert outside.keys.count(first) == 2
    assert len(set(outside.keys)) == 3


async def test_a_process_with_a_worker_that_failed_ends_instead_of_staying_half_dead(start: Start, desk: Desk) -> None:
    worker = start(program="tests/workers/broken.py", WORKER_GRACE_SECONDS="0.5")
    await worker.says("worker ready")
    declaring = asyncio.create_task(desk.declare(desk.sample()))
    await worker.says("a worker failed: ")
    assert await worker.ends() == 1
    start()
    assert (await declaring).accepted


async def test_a_second_signal_ends_it_at_once(start: Start, desk: Desk, outside: Outside) -> None:
    outside.answering.clear()
    worker = start(WORKER_GRACE_SECONDS="60")
    await worker.says("worker ready")
    await desk.declare(desk.sample())
    await asyncio.to_thread(outside.asked.wait, PATIENCE)
    for _ in range(2):
        worker.process.send_signal(signal.SIGTERM)
        await worker.says("SIGTERM: takes no new work")
    assert await worker.ends() == 128 + signal.SIGTERM
    assert "a second SIGTERM: ends at once" in worker.told


async def test_several_processes_are_ready_one_by_one_serve_their_metrics_and_stop_together(
    start: Start, desk: Desk, outside: Outside
) -> None:
    port = free_port()
    worker = start(
        "--processes",
        "2",
        OTEL_METRICS_EXPORTER="prometheus",
        OTEL_EXPORTER_PROMETHEUS_PORT=str(port),
    )
    await worker.says("all 2 processes are ready")
    for nth in range(2):
        assert f"process {nth} is ready (pid " in worker.told
        address = f"http://127.0.0.1:{port + nth}/metrics"
        page = await asyncio.to_thread(lambda: urllib.request.urlopen(address, timeout=PATIENCE).read())  # noqa: B023
        assert b"temporal_" in page
    sample = desk.sample()
    await desk.declare(sample)
    await desk.until(sample.key, lambda view: len(view.filings) == 1)
    worker.process.send_signal(signal.SIGINT)
    assert await worker.ends() == 0
    assert worker.told.count("stopped: drained, 0 activities") == 2


async def test_a_process_whose_parent_is_killed_stops_by_itself(start: Start) -> None:
    worker = start("--processes", "2")
    await worker.says("all 2 processes are ready")
    worker.process.kill()
    await asyncio.to_thread(worker.process.wait, PATIENCE)
    async with asyncio.timeout(PATIENCE):
        while worker.told.count("stopped: drained") < 2:  # noqa: ASYNC110  they are other processes
            await asyncio.sleep(0.05)
    assert worker.told.count("the process that runs the workers is gone") == 2


async def test_several_that_cannot_start_say_why_once_each_and_end_with_1(start: Start) -> None:
    worker = start("--processes", "2", DATABASE_URL="nowhere://")
    assert await worker.ends() == 1
    assert "could not start (exit code 1)" in worker.told
    assert "Traceback" not in worker.told


async def test_waiting_for_the_end_of_a_version_needs_a_version(start: Start) -> None:
    worker = start("--until-drained")
    assert await worker.ends() == 1
    assert "set CLEARWAY_DEPLOYMENT" in worker.told
