"""kill -9 of the worker while the bank pays, or while what it paid is entered, loses no list and pays none twice."""

import asyncio
import contextlib
import json
import sqlite3
import uuid
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from sqlmodel import func, select
from temporalio.client import Client

from clearway.client import ClearwayClient
from clearway.contracts.base import SHANGHAI
from clearway.contracts.collection import CollectNow
from clearway.contracts.keys import CollectionKey
from models.tables import TaxDue, TaxOrder
from tests.collection_office import CUSTOMS, Office
from tests.patience import PATIENCE
from tests.sqlite import new_file
from tests.workflows.test_killed_worker import Mortal

LISTS = 300
POINTS = ("paying", "settling")


async def test_a_killed_worker_loses_and_doubles_nothing(temporal: Client, tmp_path: Path) -> None:
    """Two collections, each with a worker and a database of its own: both wait for time-outs at once."""
    with contextlib.ExitStack() as ends:
        working = [ends.enter_context(_working(temporal, tmp_path / point)) for point in POINTS]
        await asyncio.gather(*(_kill(each, point) for each, point in zip(working, POINTS, strict=True)))


class Working(NamedTuple):
    """One collection with all its lists, and who serves it."""

    key: CollectionKey
    client: ClearwayClient
    worker: Mortal
    office: Office
    effects: Path


@contextlib.contextmanager
def _working(temporal: Client, folder: Path) -> Iterator[Working]:
    folder.mkdir()
    database, queue, effects = new_file(folder / "clearway.db"), f"test-{uuid.uuid4()}", folder / "effects.jsonl"
    key = CollectionKey(agent=f"T{uuid.uuid4().hex[:12].upper()}", customs=CUSTOMS)
    office, released_at = Office(database), datetime.now(SHANGHAI) - timedelta(days=35)
    for number in range(LISTS):
        case = office.release(number, at=released_at, agent=key.agent)
        office.bill(case, "27.30", order_no=f"E-{number:04d}")
    worker = Mortal(
        *("--address", temporal.service_client.config.target_host, "--queue", queue),
        *("--database", database.url, "--effects", str(effects)),
    )
    worker.start()
    yield Working(key, ClearwayClient(temporal, task_queue=queue), worker, office, effects)
    worker.kill()
    database.close()


async def _kill(working: Working, point: str) -> None:
    key, client, worker, office, effects = working
    database = office.database
    await client.collect(key.workflow_id, CollectNow(at=datetime.now(SHANGHAI)))
    looking = sqlite3.connect(f"file:{database.engine.url.database}?mode=ro", uri=True)  # waits for no writer

    def settled() -> int:
        return int(looking.execute("SELECT count(*) FROM tax_due WHERE state = 'settled'").fetchone()[0])

    def paid() -> list[str]:
        told = effects.read_text() if effects.exists() else ""
        return [json.loads(line)["key"] for line in told[: told.rfind("\n") + 1].splitlines()]  # another may be coming

    async with asyncio.timeout(2 * PATIENCE):
        while not (len(paid()) > LISTS // 3 if point == "paying" else settled()):  # noqa: ASYNC110  another process
            await asyncio.sleep(0.005)
        worker.kill()
        assert settled() < LISTS
        worker.start()
        while settled() < LISTS:  # noqa: ASYNC110  another process
            await asyncio.sleep(0.1)
    assert len(set(paid())) == LISTS, "one key for one order, however often it was tried"
    assert sum(times > 1 for times in Counter(paid()).values()) <= 1, "only what was under way is asked again"
    with database.transaction() as session:
        assert session.exec(select(func.sum(TaxDue.paid))).one() == LISTS * Decimal("27.30")
        assert session.exec(select(func.sum(TaxOrder.paid))).one() == LISTS * Decimal("27.30")
        assert session.exec(select(func.sum(TaxOrder.rest))).one() == 0
    assert len(office.items("tax")) == LISTS
    looking.close()
    await client.temporal.get_workflow_handle(key.workflow_id).terminate("the test is over")
