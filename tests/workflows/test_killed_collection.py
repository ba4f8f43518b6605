"""kill -9 of the worker while the bank pays, or while what it paid is entered, loses no list and pays none twice."""

import asyncio
import json
import sqlite3
import uuid
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlmodel import func, select
from temporalio.client import Client

from clearway.client import ClearwayClient
from clearway.contracts.base import SHANGHAI
from clearway.contracts.collection import CollectNow
from clearway.contracts.keys import CollectionKey
from models.database import Database
from models.tables import TaxDue, TaxOrder
from tests.collection_office import CUSTOMS, Office
from tests.desk import PATIENCE
from tests.workflows.test_killed_worker import Mortal

LISTS = 300


@pytest.fixture
def mortal(temporal: Client, database: Database, tmp_path: Path) -> Iterator[tuple[ClearwayClient, Mortal, Path]]:
    """A client, and the worker process that serves it."""
    queue, effects = f"test-{uuid.uuid4()}", tmp_path / "effects.jsonl"
    worker = Mortal(
        *("--address", temporal.service_client.config.target_host, "--queue", queue),
        *("--database", database.url, "--effects", str(effects)),
    )
    worker.start()
    yield ClearwayClient(temporal, task_queue=queue), worker, effects
    worker.kill()


@pytest.mark.parametrize("point", ["paying", "settling"])
async def test_a_killed_worker_loses_and_doubles_nothing(
    mortal: tuple[ClearwayClient, Mortal, Path], database: Database, point: str
) -> None:
    client, worker, effects = mortal
    key = CollectionKey(agent=f"T{uuid.uuid4().hex[:12].upper()}", customs=CUSTOMS)
    office, now = Office(database), datetime.now(SHANGHAI)
    for number in range(LISTS):
        case = office.release(number, at=now - timedelta(days=35), agent=key.agent)
        office.bill(case, "27.30", order_no=f"E-{number:04d}")
    await client.collect(key.workflow_id, CollectNow(at=now))

    looking = sqlite3.connect(f"file:{database.engine.url.database}?mode=ro", uri=True)  # waits for no writer

    def settled() -> int:
        return int(looking.execute("SELECT count(*) FROM tax_due WHERE state = 'settled'").fetchone()[0])

    def paid() -> list[str]:
        return [json.loads(line)["key"] for line in effects.read_text().splitlines()] if effects.exists() else []

    async with asyncio.timeout(PATIENCE):
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
