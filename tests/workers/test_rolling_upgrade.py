"""Two versions of the worker side by side on the real server, moved on with the commands of docs/operating.md."""

import asyncio
import json
import re
import shlex
import subprocess
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import Client
from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.worker import WorkerDeploymentConfig

from clearway.client import ClearwayClient
from clearway.contracts.collection import CollectNow
from clearway.contracts.documents import THREE_DOCUMENTS
from clearway.contracts.keys import CaseKey, CollectionKey
from clearway.contracts.states import State
from clearway.embedded import temporal_binary
from clearway.testing import EBC
from models.database import Database
from tests.desk import Desk
from tests.patience import PATIENCE
from tests.temporal import running_temporal
from tests.workers.conftest import Start
from workers.versions import drained

PAGE = (Path(__file__).parents[2] / "docs" / "operating.md").read_text(encoding="utf-8")
DEPLOYMENT = "clearway"
COLLECTION = CollectionKey(agent=EBC, customs="2991")
QUICKLY = (  # the server looks every three minutes otherwise
    'matching.wv.VersionDrainageStatusVisibilityGracePeriod="200ms"',
    'matching.wv.VersionDrainageStatusRefreshInterval="200ms"',
)


@pytest.fixture
async def server() -> AsyncIterator[Client]:
    """A server of its own, which looks often whether a version is drained."""
    async with running_temporal(*QUICKLY) as client:
        yield client


@pytest.fixture
def desk(server: Client, database: Database) -> Desk:
    """A desk without a worker."""
    queue = f"test-{uuid.uuid4()}"
    return Desk(ClearwayClient(server, task_queue=queue), database, queue=queue)


def _version(build_id: str) -> WorkerDeploymentConfig:
    return WorkerDeploymentConfig(
        version=WorkerDeploymentVersion(DEPLOYMENT, build_id),
        use_worker_versioning=True,
        default_versioning_behavior=VersioningBehavior.PINNED,
    )


async def _operator(client: Client, command: str, build_id: str) -> Any:
    """Do as the page says, with a build id, once the server takes it; what it tells."""
    [documented] = re.findall(rf"^\$ temporal (worker deployment {command} .+)$", PAGE, re.MULTILINE)
    arguments = [build_id if each in ("OLD", "NEW") else each for each in shlex.split(documented)]
    address = client.service_client.config.target_host
    whole = [temporal_binary(), *arguments, "--address", address, "--output", "json"]
    async with asyncio.timeout(PATIENCE):
        while True:
            done = await asyncio.to_thread(subprocess.run, whole, capture_output=True, text=True, check=False)
            if done.returncode == 0:
                return json.loads(done.stdout) if done.stdout.strip().startswith("{") else None
            await asyncio.sleep(0.2)  # the server has not heard of the version yet


async def _runs_on(client: Client, workflow_id: str) -> str:
    described = await client.get_workflow_handle(workflow_id).describe()
    info = described.raw_description.workflow_execution_info.versioning_info
    return info.deployment_version.build_id


async def _until(holds: Callable[[], Awaitable[object]]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not await holds():  # noqa: ASYNC110  only the server knows
            await asyncio.sleep(0.1)


async def test_open_lists_stay_new_ones_move_and_the_old_version_drains(desk: Desk, server: Client) -> None:
    old, new = desk.sample(), desk.sample()
    now = datetime.now(UTC)
    async with desk.worker(deployment=_version("1")):
        await _operator(server, "set-current-version", "1")
        await desk.declare(old)
        await desk.client.collect(COLLECTION.workflow_id, CollectNow(at=now))
        await _until(lambda: _has_run(desk))
        assert await _runs_on(server, old.key.workflow_id) == "1"
        assert await _runs_on(server, COLLECTION.workflow_id) == "1"

        async with desk.worker(deployment=_version("2")):
            await _operator(server, "set-ramping-version", "2")
            await _operator(server, "set-current-version", "2")
            known = await _operator(server, "describe", "2")
            assert set(re.findall(r'"build_?id": "(\d)"', json.dumps(known), re.I)) == {"1", "2"}
            await desk.declare(new)
            assert await _runs_on(server, new.key.workflow_id) == "2"

            await desk.accept_documents(old.key)
            assert await _runs_on(server, old.key.workflow_id) == "1"
            assert await desk.failures(old.key) == []

            first_run = (await server.get_workflow_handle(COLLECTION.workflow_id).describe()).run_id
            await desk.client.run_collection(COLLECTION, actor="test", reason="its next run")
            await _until(lambda: _moved_on(server, first_run, "2"))

            status = await _drainage(server, "1")
            assert status != "drained", "a list is open"
            await desk.receipts(old.key, "-100001", info="refused")
            await desk.client.wait_for(old.key, State.REJECTED, timeout=PATIENCE)
            await asyncio.wait_for(drained(server, _version("1"), every=0.1), PATIENCE)
            assert await _drainage(server, "1") == "drained"
            assert await _drainage(server, "2") != "drained"


async def _has_run(desk: Desk) -> bool:
    return (await desk.client.view_collection(COLLECTION)).next_run_at is not None


async def _moved_on(client: Client, first_run: str, build_id: str) -> bool:
    described = await client.get_workflow_handle(COLLECTION.workflow_id).describe()
    return described.run_id != first_run and await _runs_on(client, COLLECTION.workflow_id) == build_id


async def _drainage(client: Client, build_id: str) -> str:
    told = await _operator(client, "describe-version", build_id)
    return str(told["drainageInfo"]["drainageStatus"]) if "drainageInfo" in told else "not draining"


async def test_a_list_opened_without_a_version_comes_over_with_its_next_news_and_stays(
    desk: Desk, server: Client
) -> None:
    sample = desk.sample()
    [counting] = re.findall(r"--query '(TemporalWorkerDeploymentVersion[^']+)'", PAGE)
    async with desk.worker():
        await desk.declare(sample)
        await _until(lambda: _counts(server, counting, 1))
        async with desk.worker(deployment=_version("1")):
            await _operator(server, "set-current-version", "1")
            await _until(lambda: _is_on_with_its_next_news(desk, sample.key, "1"))
            await _until(lambda: _counts(server, counting, 0))
            assert await desk.failures(sample.key) == []


async def _is_on_with_its_next_news(desk: Desk, key: CaseKey, build_id: str) -> bool:
    """Once all of the server knows what is current, which it does some time after it said so."""
    await desk.receipts(key, "120", about=THREE_DOCUMENTS)
    return await _is_on(desk.client.temporal, key.workflow_id, build_id)


async def _is_on(client: Client, workflow_id: str, build_id: str) -> bool:
    return await _runs_on(client, workflow_id) == build_id


async def _counts(client: Client, query: str, expected: int) -> bool:
    return (await client.count_workflows(query)).count == expected


async def test_workers_told_so_leave_by_themselves_when_their_version_is_drained(start: Start, server: Client) -> None:
    leaving = start("--until-drained", DEPLOYMENT=DEPLOYMENT, BUILD_ID="1")
    await leaving.says("worker ready for lists and customs and bank on clearway, clearway.1")
    await _operator(server, "set-current-version", "1")
    staying = start("--until-drained", DEPLOYMENT=DEPLOYMENT, BUILD_ID="2")
    await staying.says("clearway.2")
    await _operator(server, "set-current-version", "2")
    assert await leaving.ends() == 0
    assert "this version is drained: takes no new work" in leaving.told
    assert staying.process.poll() is None
