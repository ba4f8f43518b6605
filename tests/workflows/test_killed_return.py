"""kill -9 of the worker in the middle of a return: it ends as if nothing had happened, and the books move once."""

import asyncio
import json
import uuid
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from temporalio.client import Client

from clearway.client import ClearwayClient
from clearway.contracts.goods_return import ReturnShipment, ReturnState
from clearway.contracts.keys import ReturnKey
from clearway.testing import EBC
from models.collection import dues
from models.database import Database
from models.ledger.check import check
from tests.desk import Desk
from tests.returns_desk import ReturnsCounter, lines
from tests.workflows.test_killed_worker import Mortal

POINTS = ("applied", "arrived", "while it is settled")


@pytest.fixture
def killable(temporal: Client, database: Database, tmp_path: Path) -> Iterator[tuple[ReturnsCounter, Mortal, Path]]:
    """A desk whose worker is a process."""
    queue, effects = f"test-{uuid.uuid4()}", tmp_path / "effects.jsonl"
    worker = Mortal(
        *("--address", temporal.service_client.config.target_host, "--queue", queue),
        *("--database", database.url, "--effects", str(effects)),
    )
    worker.start()
    yield ReturnsCounter(Desk(ClearwayClient(temporal, task_queue=queue), database, queue=queue)), worker, effects
    worker.kill()


@pytest.mark.parametrize("point", POINTS)
async def test_a_killed_worker_loses_nothing_of_a_return(
    killable: tuple[ReturnsCounter, Mortal, Path], point: str
) -> None:
    counter, worker, effects = killable

    def die_and_rise(here: str) -> None:
        if here == point:
            worker.kill()
            worker.start()

    sample = await counter.released()
    answer = await counter.client.request_return(
        sample.key, actor=EBC, reason="wrong size", lines=lines(_1="1", _2="1"), request_id="R-1"
    )
    assert answer.goods_return is not None
    key = ReturnKey.of(answer.goods_return)
    await counter.when(lambda: "goods_return" in effects.read_text())
    die_and_rise("applied")
    await counter.receipt(key, "120")
    die_and_rise("accepted")
    await counter.client.note_return_shipment(key, ReturnShipment(actor="IND"))
    die_and_rise("in transit")
    await counter.arrive(key)
    die_and_rise("arrived")
    checking = asyncio.create_task(counter.check(key))
    await asyncio.sleep(0.05)
    die_and_rise("while it is settled")
    view = await checking
    ended = await counter.ended(key)
    assert [passage.state for passage in view.passages] == [
        *(ReturnState.APPLIED, ReturnState.ACCEPTED, ReturnState.IN_TRANSIT, ReturnState.ARRIVED),
        *(ReturnState.CHECKED, ReturnState.CONFIRMED),
    ]
    assert (ended.state, ended.tax_due) == (ReturnState.CONFIRMED, Decimal("13.65"))
    with counter.desk.database.transaction() as session:
        assert check(session) == []
        row = dues.find(session, sample.key.workflow_id)
    assert row is not None
    assert (row.due, row.held) == (Decimal("13.65"), Decimal(0))
    filed = [json.loads(line) for line in effects.read_text().splitlines()]
    applications = {line["key"] for line in filed if line["effect"] == "goods_return"}
    assert len(applications) == 1, "one guid however often it was tried"
