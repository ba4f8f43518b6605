"""One undisturbed life of each side, from the documents to the end; the driver plays customs and collection."""

import asyncio
import contextlib
import uuid
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from temporalio.client import Client, WithStartWorkflowOperation, WorkflowHandle
from temporalio.common import WorkflowIDConflictPolicy

from bench import bare, naive
from bench.naive_work import HandedIn
from bench.workers import WorkerProcess
from clearway.client import ClearwayClient
from clearway.contracts.case import DeclareList, StartCase, Transmission
from clearway.contracts.collection import TaxNews
from clearway.contracts.customs import CustomsNews, CustomsReceipt
from clearway.contracts.documents import THREE_DOCUMENTS, DocumentKind
from clearway.contracts.facts import PaymentOutcome, TaxPayment
from clearway.contracts.parties import Sender
from clearway.rules.persons import CHECK_CHARACTERS, WEIGHTS
from clearway.testing import SampleSet, sample_set
from gateway.wake import UNDER_WAY

LIST_STATUSES = ("2", "3", "120", "399", "800")
DOCUMENT_STATUSES = ("2", "3", "120")
"""What customs says of each; the naive shape is told of all, the others of what the gateway does not keep to itself."""
BUYERS = count()
LOOK = 0.02
"""Seconds between two looks whether a side waits for its end."""
ASK_AGAIN = 0.5
"""Seconds after which somebody who waits for an end asks anew."""


def samples(number: int) -> list[SampleSet]:
    """New orders, each of another buyer, so that no annual limit is reached."""
    at = _now() - timedelta(minutes=10)
    return [sample_set(f"B{uuid.uuid4().hex[:14]}", at=at, buyer_id=_id_number(next(BUYERS))) for _ in range(number)]


def _id_number(number: int) -> str:
    """A well-formed identity-card number; nobody's."""
    first = f"110101{date(1960, 1, 1) + timedelta(days=number):%Y%m%d}777"
    return first + CHECK_CHARACTERS[sum(weight * int(digit) for weight, digit in zip(WEIGHTS, first, strict=True)) % 11]


async def at_once(
    lists: Sequence[SampleSet], number: int, live: Callable[[SampleSet], Awaitable[str]], done: Callable[[], None]
) -> list[str]:
    """Live all the lists, so many at a time; their workflows' ids."""
    free = asyncio.Semaphore(number)

    async def in_turn(sample: SampleSet) -> str:
        async with free:
            workflow_id = await live(sample)
            done()
            return workflow_id

    return await asyncio.gather(*(in_turn(sample) for sample in lists))


async def ended(handle: WorkflowHandle[Any, Any]) -> None:
    """Wait for a workflow's end; asked again, since the server now and then lets who waits wait on for 20 s."""
    while True:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(ASK_AGAIN):
                await handle.result()
                return


class ListDriver:
    """Declare, accept, release, wait, hear that the tax is paid."""

    def __init__(self, client: Client, worker: WorkerProcess, queue: str) -> None:
        self._client = client
        self._door = ClearwayClient(client, task_queue=queue)
        self._worker = worker

    async def live(self, sample: SampleSet) -> str:
        """One list's life; the workflow's id."""
        workflow_id = await self.open(sample)
        await self._door.tell_tax(workflow_id, _paid(sample))
        await ended(self._client.get_workflow_handle(workflow_id))
        return workflow_id

    async def open(self, sample: SampleSet) -> str:
        """Until it sleeps in the return window; the workflow's id."""
        declared, key, door = sample.declaration_list, sample.key, self._door
        await door.declare(declared, sender=_broker(sample), documents=sample.transmissions)
        await self._worker.took(key.order_no, len(THREE_DOCUMENTS))
        await door.deliver(key.workflow_id, _heard(DOCUMENT_STATUSES, *THREE_DOCUMENTS))
        await self._worker.took(key.order_no, 1)
        await door.deliver(key.workflow_id, _heard(LIST_STATUSES, DocumentKind.DECLARATION_LIST))
        await self._worker.took(key.order_no, 1)  # its clocks; the task that set them starts the timer
        return key.workflow_id


class BareDriver:
    """The same calls to a bare workflow."""

    def __init__(self, client: Client, worker: WorkerProcess, queue: str) -> None:
        self._client = client
        self._worker = worker
        self._queue = queue

    async def live(self, sample: SampleSet) -> str:
        """One life; the workflow's id."""
        handle = self._client.get_workflow_handle(await self.open(sample))
        await handle.signal(bare.SIGNAL, sample.key.order_no)
        await ended(handle)
        return handle.id

    async def open(self, sample: SampleSet) -> str:
        """Until only its end is still to come; the workflow's id."""
        client, key = self._client, sample.key.order_no
        opening: WithStartWorkflowOperation[bare.BareWorkflow, str] = WithStartWorkflowOperation(
            bare.WORKFLOW,
            key,
            id=f"bare/{key}",
            task_queue=self._queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            static_summary=f"Bare {key}",
        )
        await client.execute_update_with_start_workflow(bare.UPDATE, key, start_workflow_operation=opening)
        handle: WorkflowHandle[bare.BareWorkflow, str] = client.get_workflow_handle(f"bare/{key}")
        await self._worker.took(key, len(THREE_DOCUMENTS))
        await handle.signal(bare.SIGNAL, key)
        await self._worker.took(key, 1)
        await handle.signal(bare.SIGNAL, key)
        await self._worker.took(key, 1)
        return handle.id


class NaiveDriver:
    """The same life where every receipt is a signal of its own, and each period a timer."""

    def __init__(self, client: Client, worker: WorkerProcess, queue: str) -> None:
        self._client = client
        self._worker = worker
        self._queue = queue

    async def live(self, sample: SampleSet) -> str:
        """One life; the workflow's id."""
        key = sample.key
        listed = Transmission(document=sample.declaration_list, sender=_broker(sample))
        handle: WorkflowHandle[naive.NaiveList, str] = await self._client.start_workflow(
            naive.WORKFLOW,
            HandedIn(key=key, profile="SEED", transmissions=(*sample.transmissions, listed)),
            id=key.workflow_id,
            task_queue=self._queue,
            result_type=str,
        )
        await self._worker.took(key.order_no, len(THREE_DOCUMENTS))
        for receipt in _news(DOCUMENT_STATUSES, *THREE_DOCUMENTS).receipts:
            await handle.signal(naive.RECEIPT, receipt)
        await self._worker.took(key.order_no, 1)
        for receipt in _news(LIST_STATUSES, DocumentKind.DECLARATION_LIST).receipts:
            await handle.signal(naive.RECEIPT, receipt)
        await self._worker.took(key.order_no, 1)
        await self._until(handle, "return_window")
        await handle.signal(naive.TIME_PASSES)
        await self._until(handle, "tax_window")
        await handle.signal(naive.PAID)
        await ended(handle)
        return handle.id

    async def _until(self, handle: WorkflowHandle[naive.NaiveList, str], state: str) -> None:
        while await handle.query(naive.STATE, result_type=str) != state:  # noqa: ASYNC110  only it knows
            await asyncio.sleep(LOOK)


class DbosDriver:
    """The same life on DBOS, which takes calls in its own process."""

    def __init__(self, worker: WorkerProcess) -> None:
        self._worker = worker

    async def live(self, sample: SampleSet) -> str:
        """One life; the workflow's id."""
        worker, key = self._worker, sample.key
        request = DeclareList(
            declaration_list=sample.declaration_list, sender=_broker(sample), documents=sample.transmissions
        )
        await worker.ask("declare", StartCase(key=key), request, _now())
        await worker.took(key.order_no, len(THREE_DOCUMENTS))
        await worker.ask("send", key.workflow_id, _heard(DOCUMENT_STATUSES, *THREE_DOCUMENTS))
        await worker.took(key.order_no, 1)
        await worker.ask("send", key.workflow_id, _heard(LIST_STATUSES, DocumentKind.DECLARATION_LIST))
        await worker.ask("send", key.workflow_id, _paid(sample))
        await worker.ask("result", key.workflow_id)
        return key.workflow_id


def _broker(sample: SampleSet) -> Sender:
    return Sender(code=sample.declaration_list.agent_code)


def _heard(statuses: tuple[str, ...], *kinds: DocumentKind) -> CustomsNews:
    return _news(tuple(each for each in statuses if each not in UNDER_WAY), *kinds)


def _news(statuses: tuple[str, ...], *kinds: DocumentKind) -> CustomsNews:
    at = _now()
    return CustomsNews(
        receipts=tuple(CustomsReceipt(about=kind, status=status, at=at) for kind in kinds for status in statuses)
    )


def _paid(sample: SampleSet) -> TaxNews:
    """What the agent's collection tells a list whose tax it paid."""
    amount = sample.order.tax_total
    payment = TaxPayment(outcome=PaymentOutcome.PAID, amount=amount, assessed=amount, paid_at=_now())
    return TaxNews(news_id=f"bench|{sample.key.order_no}", payment=payment, open=Decimal(0), settled=True, at=_now())


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251  plays enterprises and customs, who live in real time
