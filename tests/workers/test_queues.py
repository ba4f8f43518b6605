"""Each outside platform has a task queue and a rate of its own, and a slow one holds up nothing else."""

import threading
import uuid
from collections.abc import Collection
from typing import Any

import pytest
from temporalio import activity
from temporalio.client import Client

from clearway.client import ClearwayClient
from clearway.contracts.articles import ArticlesDecision, ArticlesState
from models.database import Database
from tests.articles_desk import ArticlesCounter, key_of, line, parcel
from tests.desk import Desk
from tests.patience import PATIENCE
from workers.options import Part

FILINGS = {
    "send_documents_to_customs",
    "file_declaration_list",
    "file_modification",
    "file_cancellation",
    "file_report",
    "file_return_application",
}
PAYMENTS = {"pay_orders", "pay_tax", "pay_articles_tax"}


@pytest.fixture
def desk(temporal: Client, database: Database) -> Desk:
    """A desk without a worker."""
    queue = f"test-{uuid.uuid4()}"
    return Desk(ClearwayClient(temporal, task_queue=queue), database, queue=queue)


def _workers(desk: Desk, parts: Collection[Part] = tuple(Part), **options: Any) -> dict[str, Any]:
    """The configuration of every worker of a process, by the end of its queue's name."""
    made = desk.worker(parts=parts, **options)
    configurations = [worker.config() for worker in made._workers]
    return {each["task_queue"].removeprefix(desk.queue): each for each in configurations}


def _names(configuration: Any) -> set[str]:
    found = [activity._Definition.must_from_callable(each).name for each in configuration["activities"]]
    assert all(found)
    return {str(name) for name in found}


async def test_what_customs_and_bank_are_asked_waits_in_queues_of_their_own(desk: Desk) -> None:
    workers = _workers(desk, filings_per_second=4, payments_per_second=2.5)
    assert set(workers) == {"", "-customs", "-bank"}
    assert _names(workers["-customs"]) == FILINGS
    assert _names(workers["-bank"]) == PAYMENTS
    assert {queue: each["max_task_queue_activities_per_second"] for queue, each in workers.items()} == {
        "": None,
        "-customs": 4,
        "-bank": 2.5,
    }


async def test_what_waits_on_the_lists_queue_since_an_earlier_version_is_still_done(desk: Desk) -> None:
    assert _names(_workers(desk)[""]) > FILINGS | PAYMENTS


@pytest.mark.parametrize(("part", "queue"), [(Part.LISTS, ""), (Part.CUSTOMS, "-customs"), (Part.BANK, "-bank")])
async def test_a_process_does_only_its_parts(desk: Desk, part: Part, queue: str) -> None:
    assert set(_workers(desk, (part,))) == {queue}


async def test_a_worker_takes_no_more_work_than_it_has_threads(desk: Desk) -> None:
    for each in _workers(desk, threads=3).values():
        assert each["max_concurrent_activities"] == each["max_concurrent_local_activities"] == 3
        assert each["activity_executor"]._max_workers == 3


async def test_a_bank_that_does_not_answer_holds_up_nothing_else(desk: Desk) -> None:
    counter, answers = ArticlesCounter(desk), threading.Event()

    def take_time() -> None:
        answers.wait(PATIENCE)

    desk.bank.meanwhile = take_time
    taxed, sample = parcel(line(value="385.00")), desk.sample()
    async with desk.worker(threads=1):
        try:
            await counter.submit(taxed)
            await counter.decide(key_of(taxed), ArticlesDecision.REVIEWED)
            await counter.until(key_of(taxed), lambda view: view.state is ArticlesState.TAX_ASSESSED)
            await desk.declare(sample)
            await desk.until(sample.key, lambda view: len(view.filings) == 1)
            assert desk.bank.paid == {}
        finally:
            answers.set()
        await counter.until(key_of(taxed), lambda view: view.state is ArticlesState.PAID)
