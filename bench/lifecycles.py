"""One undisturbed life of each side, from the first update to the end, thirty virtual days later."""

import uuid
from datetime import UTC, date, datetime, timedelta
from itertools import count

from temporalio.client import Client, WithStartWorkflowOperation, WorkflowHandle
from temporalio.common import WorkflowIDConflictPolicy

from bench import bare
from bench.workers import WorkerProcess
from clearway.client import ClearwayClient
from clearway.contracts.customs import CustomsNews, CustomsReceipt
from clearway.contracts.documents import THREE_DOCUMENTS, DocumentKind
from clearway.contracts.parties import Sender
from clearway.rules.persons import CHECK_CHARACTERS, WEIGHTS
from clearway.testing import SampleSet, sample_set
from models.database import Database
from models.tables import BillRecord

LIST_STATUSES = ("2", "3", "120", "399", "800")
DOCUMENT_STATUSES = ("2", "3", "120")
BUYERS = count()


def samples(number: int) -> list[SampleSet]:
    """New orders, each of another buyer, so that no annual limit is reached."""
    at = _now() - timedelta(minutes=10)
    return [sample_set(f"B{uuid.uuid4().hex[:14]}", at=at, buyer_id=_id_number(next(BUYERS))) for _ in range(number)]


def _id_number(number: int) -> str:
    """A well-formed identity-card number; nobody's."""
    first = f"110101{date(1960, 1, 1) + timedelta(days=number):%Y%m%d}777"
    return first + CHECK_CHARACTERS[sum(weight * int(digit) for weight, digit in zip(WEIGHTS, first, strict=True)) % 11]


def bill(database: Database, lists: list[SampleSet]) -> None:
    """Customs' tax bills, as the inbox keeps them, there before they are asked for."""
    with database.transaction() as session:
        for sample in lists:
            session.add(
                BillRecord(
                    bill_no=f"B-{sample.key.order_no}",
                    invt_no="299120261000000001",
                    workflow_id=sample.key.workflow_id,
                    status="1",
                    total=sample.order.tax_total,
                    payment_order_no=f"E-{sample.key.order_no}",
                    at=sample.order.app_time,
                )
            )


async def live_list(client: Client, worker: WorkerProcess, sample: SampleSet) -> str:
    """Declare, accept, release, wait, pay; the workflow's id."""
    door = ClearwayClient(client, task_queue="list")
    declared, key = sample.declaration_list, sample.key
    await door.declare(declared, sender=Sender(code=declared.agent_code), documents=sample.transmissions)
    await worker.took(key.order_no, len(THREE_DOCUMENTS))
    await door.deliver(key.workflow_id, _news(DOCUMENT_STATUSES, *THREE_DOCUMENTS))
    await worker.took(key.order_no, 1)
    await door.deliver(key.workflow_id, _news(LIST_STATUSES, DocumentKind.DECLARATION_LIST))
    await client.get_workflow_handle(key.workflow_id).result()
    return key.workflow_id


def _news(statuses: tuple[str, ...], *kinds: DocumentKind) -> CustomsNews:
    at = _now()
    return CustomsNews(
        receipts=tuple(CustomsReceipt(about=kind, status=status, at=at) for kind in kinds for status in statuses)
    )


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
    await handle.result()
    return handle.id
