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
from tests.workflows.test_killed_worker import Fate, Mortal

SETTLING = "while it is settled"
POINTS = ("applied", "arrived", SETTLING)


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


async def test_a_worker_killed_under_returns_in_several_states_loses_nothing(
    killable: tuple[ReturnsCounter, Mortal, Path],
) -> None:
    counter, worker, effects = killable
    fate, others = Fate(worker, len(POINTS)), asyncio.Semaphore(0)

    async def live(point: str) -> ReturnKey:
        async def may_die(here: str) -> None:
            if here == point:
                others.release()
                async with fate.strikes(True):
                    pass

        sample = await counter.released()
        answer = await counter.client.request_return(
            sample.key, actor=EBC, reason="wrong size", lines=lines(_1="1", _2="1"), request_id="R-1"
        )
        assert answer.goods_return is not None
        key = ReturnKey.of(answer.goods_return)
        await counter.when(lambda: len(_applications(effects)) == len(POINTS))
        await may_die("applied")
        await counter.receipt(key, "120")
        await counter.client.note_return_shipment(key, ReturnShipment(actor="IND"))
        await counter.arrive(key)
        await may_die("arrived")
        if point == SETTLING:  # the last: it cannot wait for the others in the middle of it
            for _ in POINTS[1:]:
                await others.acquire()
        checking = asyncio.create_task(counter.check(key))
        await asyncio.sleep(0.05)
        await may_die(SETTLING)
        view = await checking
        ended = await counter.ended(key)
        assert [passage.state for passage in view.passages] == [
            *(ReturnState.APPLIED, ReturnState.ACCEPTED, ReturnState.IN_TRANSIT, ReturnState.ARRIVED),
            *(ReturnState.CHECKED, ReturnState.CONFIRMED),
        ]
        assert (ended.state, ended.tax_due) == (ReturnState.CONFIRMED, Decimal("13.65"))
        return key

    keys = await asyncio.gather(*(live(point) for point in POINTS))
    with counter.desk.database.transaction() as session:
        assert check(session) == []
        rows = [dues.find(session, key.case.workflow_id) for key in keys]
    assert [(row.due, row.held) for row in rows if row] == [(Decimal("13.65"), Decimal(0))] * len(keys)
    assert len(_applications(effects)) == len(keys), "one guid for one return however often it was tried"


def _applications(effects: Path) -> set[str]:
    filed = [json.loads(line) for line in effects.read_text().splitlines()]
    return {line["key"] for line in filed if line["effect"] == "goods_return"}
