"""kill -9 of the worker in any state loses nothing: the list ends as if nothing had happened, once."""

import asyncio
import contextlib
import json
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from temporalio.client import Client

from clearway.client import ClearwayClient
from clearway.contracts.articles import ArticlesDecision, ArticlesState, ArticlesView
from clearway.contracts.case import CaseKey
from clearway.contracts.customs import ControlInstruction, Disposition, DispositionOrder
from clearway.contracts.documents import THREE_DOCUMENTS
from clearway.contracts.states import State
from models.database import Database
from tests.articles_desk import ArticlesCounter, approval, key_of, medicine, parcel, states
from tests.control_desk import NOTHING, PET_FOOD_TAX, ControlOffice
from tests.desk import BATCH, LIST, Desk
from tests.patience import PATIENCE

ROOT = Path(__file__).parents[2]
ARTICLES_POINTS = ("approval pending", "submitted", "tax paid")
POINTS = ("submitted", "documents with customs", "list with customs")


class Mortal:
    """A worker process that can be killed and started again."""

    def __init__(self, *arguments: str) -> None:
        self._command = [sys.executable, "-m", "tests.workflows.worker_process", *arguments]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """A new process."""
        self._process = subprocess.Popen(self._command, cwd=ROOT)

    def kill(self) -> None:
        """kill -9, no farewell."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()


class Fate:
    """Kills a worker once each of several lives is where it is to happen to it, and starts it after what comes then."""

    def __init__(self, worker: Mortal, lives: int) -> None:
        self._worker = worker
        self._there, self._gone_on = asyncio.Barrier(lives), asyncio.Barrier(lives)
        self._dead = asyncio.Event()

    @contextlib.asynccontextmanager
    async def strikes(self, here: bool) -> AsyncIterator[None]:
        """What is in the block happens while there is no worker; elsewhere it just happens."""
        if here and await self._there.wait() == 0:
            self._worker.kill()
            self._dead.set()
        if here:
            await self._dead.wait()
        yield
        if here and await self._gone_on.wait() == 0:
            self._worker.start()


@pytest.fixture
def killable(temporal: Client, database: Database, tmp_path: Path) -> Iterator[tuple[Desk, Mortal, Path]]:
    """A desk whose worker is a process."""
    queue, effects = f"test-{uuid.uuid4()}", tmp_path / "effects.jsonl"
    worker = Mortal(
        *("--address", temporal.service_client.config.target_host, "--queue", queue),
        *("--database", database.url, "--effects", str(effects)),
    )
    worker.start()
    yield Desk(ClearwayClient(temporal, task_queue=queue), database, queue=queue), worker, effects
    worker.kill()


async def test_a_worker_killed_under_lists_in_every_state_loses_and_doubles_nothing(
    killable: tuple[Desk, Mortal, Path],
) -> None:
    desk, worker, effects = killable
    fate = Fate(worker, len(POINTS))

    async def live(point: str) -> CaseKey:
        sample = desk.sample()
        await desk.transmit(sample, sample.order)
        async with fate.strikes(point == "submitted"):
            pass
        await desk.declare(sample)
        await desk.until(sample.key, lambda view: len(view.filings) == 1)
        async with fate.strikes(point == "documents with customs"):
            await desk.receipts(sample.key, "120", about=THREE_DOCUMENTS)
        await desk.until(sample.key, lambda view: len(view.filings) == 2)
        async with fate.strikes(point == "list with customs"):
            await desk.receipts(sample.key, "120", "399", "800", about=(LIST,))
        await desk.client.wait_for(sample.key, State.RETURN_WINDOW, timeout=PATIENCE)
        return sample.key

    keys = await asyncio.gather(*(live(point) for point in POINTS))
    clocks = (await desk.client.view(keys[0])).clocks
    assert clocks is not None
    for key in keys:
        desk.bill(key, "28.21")
    worker.kill()
    await desk.deliver_own_news("collect")
    worker.start()
    await desk.collect(clocks.tax_window_opens + BATCH)
    views = [await desk.client.wait_for(key, State.TAXED, timeout=PATIENCE) for key in keys]
    await desk.end_collections()
    for view in views:
        assert [passage.state for passage in view.passages] == [
            *(State.SUBMITTED, State.MATCHED, State.INSPECTED, State.RELEASED, State.RETURN_WINDOW, State.TAXED)
        ]
    lines = [json.loads(line) for line in effects.read_text().splitlines()]
    done = {line["effect"] for line in lines}
    assert done == {"declaration_list", "order", "paid", "payment", "waybill"}
    for effect in done:
        assert len({line["key"] for line in lines if line["effect"] == effect}) == len(keys), (
            "one key for one list however often it was tried"
        )


async def test_a_worker_killed_around_a_modification_and_an_inspection_does_nothing_twice(
    killable: tuple[Desk, Mortal, Path],
) -> None:
    desk, worker, effects = killable
    office = ControlOffice(desk)
    sample = desk.sample()
    await desk.declare(sample)
    await desk.accept_documents(sample.key)
    await desk.receipts(sample.key, "120", at=datetime.now(UTC) - timedelta(minutes=5))
    answer = await office.modify(office.as_pet_food(sample))
    assert answer.accepted, answer.problems
    worker.kill()
    await desk.receipts(sample.key, "120")
    await office.client.instruct(
        sample.key.workflow_id, ControlInstruction(instruction_id="K-1", issued_at=datetime.now(UTC), issuer="2991")
    )
    worker.start()
    await desk.until(sample.key, lambda view: view.tax_due == PET_FOOD_TAX and view.notices_sent == {"K-1": 1})
    worker.kill()
    await desk.client.dispose(
        sample.key.workflow_id,
        DispositionOrder(decision_id="D-1", disposition=Disposition.DESTROY, at=datetime.now(UTC), officer="7"),
    )
    worker.start()
    await desk.client.wait_for(sample.key, State.DESTROYED, timeout=PATIENCE)
    await asyncio.wait_for(desk.handle(sample.key).result(), PATIENCE)
    assert office.books(sample) == NOTHING
    for kind in ("INSPECTION", "DISPOSITION"):
        assert len(office.notices(sample.key, kind)) == 3, "enterprise, agent and warehouse, once each"
    lines = [json.loads(line) for line in effects.read_text().splitlines()]
    assert len({line["key"] for line in lines if line["effect"] == "declaration_list"}) <= 2, "the list and its change"


async def test_a_worker_killed_under_lists_of_items_in_every_state_loses_and_doubles_nothing(
    killable: tuple[Desk, Mortal, Path],
) -> None:
    desk, worker, effects = killable
    counter, fate = ArticlesCounter(desk), Fate(worker, len(ARTICLES_POINTS))

    async def live(point: str) -> ArticlesView:
        articles = parcel(medicine(value="385.00"))
        key = key_of(articles)
        await counter.submit(articles)
        async with fate.strikes(point == "approval pending"):
            pass
        await counter.approve(articles, approval(articles))
        async with fate.strikes(point == "submitted"):
            pass
        await counter.decide(key, ArticlesDecision.REVIEWED)
        await counter.until(key, lambda view: view.state is ArticlesState.PAID)
        async with fate.strikes(point == "tax paid"):
            pass
        await counter.decide(key, ArticlesDecision.RELEASED)
        return await counter.ended(key)

    for view in await asyncio.gather(*(live(point) for point in ARTICLES_POINTS)):
        assert states(view) == [
            *(ArticlesState.SUBMITTED, ArticlesState.APPROVAL_PENDING, ArticlesState.SUBMITTED),
            *(ArticlesState.REVIEWED, ArticlesState.TAX_ASSESSED, ArticlesState.PAID, ArticlesState.RELEASED),
        ]
    lines = [json.loads(line) for line in effects.read_text().splitlines()]
    assert [line["effect"] for line in lines] == ["paid"] * len(ARTICLES_POINTS)
