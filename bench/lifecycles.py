"""One undisturbed life of each side, from the first update to the end; the driver plays customs and collection."""

import asyncio
import uuid
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count

from temporalio.client import Client, WithStartWorkflowOperation, WorkflowHandle
from temporalio.common import WorkflowIDConflictPolicy

from bench import bare
from bench.workers import WorkerProcess
from clearway.client import ClearwayClient
from clearway.contracts.collection import TaxNews
from clearway.contracts.customs import CustomsNews, CustomsReceipt
from clearway.contracts.documents import THREE_DOCUMENTS, DocumentKind
from clearway.contracts.facts import PaymentOutcome, TaxPayment
from clearway.contracts.parties import Sender
from clearway.contracts.states import State
from clearway.rules.persons import CHECK_CHARACTERS, WEIGHTS
from clearway.testing import SampleSet, sample_set

LIST_STATUSES = ("2", "3", "120", "399", "800")
DOCUMENT_STATUSES = ("2", "3", "120")
BUYERS = count()
LOOK = 0.02
"""Seconds between two looks whether a side waits for its end."""


def samples(number: int) -> list[SampleSet]:
    """New orders, each of another buyer, so that no annual limit is reached."""
    at = _now() - timedelta(minutes=10)
    return [sample_set(f"B{uuid.uuid4().hex[:14]}", at=at, buyer_id=_id_number(next(BUYERS))) for _ in range(number)]


def _id_number(number: int) -> str:
    """A well-formed identity-card number; nobody's."""
    first = f"110101{date(1960, 1, 1) + timedelta(days=number):%Y%m%d}777"
    return first + CHECK_CHARACTERS[sum(weight * int(digit) for weight, digit in zip(WEIGHTS, first, strict=True)) % 11]


async def live_list(client: Client, worker: WorkerProcess, sample: SampleSet) -> str:
    """Declare, accept, release, wait, hear that the tax is paid; the workflow's id."""
    door = ClearwayClient(client, task_queue="list")
    declared, key = sample.declaration_list, sample.key
    await door.declare(declared, sender=Sender(code=declared.agent_code), documents=sample.transmissions)
    await worker.took(key.order_no, len(THREE_DOCUMENTS))
    await door.deliver(key.workflow_id, _news(DOCUMENT_STATUSES, *THREE_DOCUMENTS))
    await worker.took(key.order_no, 1)
    await door.deliver(key.workflow_id, _news(LIST_STATUSES, DocumentKind.DECLARATION_LIST))
    while (await door.view(key)).state is not State.RETURN_WINDOW:  # noqa: ASYNC110  only the workflow knows
        await asyncio.sleep(LOOK)
    await door.tell_tax(key.workflow_id, _paid(sample))
    await client.get_workflow_handle(key.workflow_id).result()
    return key.workflow_id


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


async def live_bare(client: Client, worker: WorkerProcess, key: str) -> str:
    """The same calls to a bare workflow; its id."""
    opening: WithStartWorkflowOperation[bare.BareWorkflow, str] = WithStartWorkflowOperation(
        bare.WORKFLOW,
        key,
        id=f"bare/{key}",
        task_queue="bare",
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        static_summary=f"Bare {key}",
    )
    await client.execute_update_with_start_workflow(bare.UPDATE, key, start_workflow_operation=opening)
    handle: WorkflowHandle[bare.BareWorkflow, str] = client.get_workflow_handle(f"bare/{key}")
    await worker.took(key, len(THREE_DOCUMENTS))
    await handle.signal(bare.SIGNAL, key)
    await worker.took(key, 1)
    await handle.signal(bare.SIGNAL, key)
    while not await handle.query(bare.QUERY, result_type=bool):  # noqa: ASYNC110  as for the list
        await asyncio.sleep(LOOK)
    await handle.signal(bare.SIGNAL, key)
    await handle.result()
    return handle.id
