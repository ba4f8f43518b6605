"""Things that happen at once, or while something else is on its way: no list is stuck, nothing is done twice."""

import asyncio
import threading
import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from temporalio.client import Client

from clearway.client import ClearwayClient
from clearway.contracts.case import CaseView
from clearway.contracts.customs import ControlInstruction, InspectionOutcome, InspectionResult
from clearway.contracts.documents import THREE_DOCUMENTS
from clearway.contracts.parties import Sender
from clearway.contracts.states import Detail, State
from clearway.errors import AlreadyEnded, Refused
from clearway.testing import EBC, PAY, SampleSet, corrected
from models.database import Database
from models.tables import CaseRecord
from tests.desk import BATCH, LIST, Desk
from tests.patience import PATIENCE

ORDER, PAYMENT, WAYBILL = THREE_DOCUMENTS


class Gate:
    """Holds an outside platform at one point until the test lets it go on."""

    def __init__(self, *kinds: str) -> None:
        self._kinds = kinds
        self._reached, self._open = threading.Event(), threading.Event()

    def __call__(self, kind: str = "") -> None:
        """Called by the stand-in, in its own thread."""
        if not self._kinds or kind in self._kinds:
            self._reached.set()
            self._open.wait(PATIENCE)

    async def reached(self) -> None:
        """The stand-in is at the gate."""
        assert await asyncio.to_thread(self._reached.wait, PATIENCE)

    def open(self) -> None:
        """Let it go on."""
        self._open.set()


@pytest.fixture
async def sample(desk: Desk) -> SampleSet:
    """A list that is not declared yet."""
    return desk.sample()


async def _to_the_end(desk: Desk, sample: SampleSet) -> CaseView:
    """Customs stores the documents that are with it; the list was released 31 days ago, and its tax is paid now."""
    await desk.receipts(sample.key, "120", about=THREE_DOCUMENTS, at=datetime.now(UTC) + timedelta(hours=1))
    await desk.until(sample.key, lambda view: any(d.kind is LIST for f in view.filings for d in f.documents))
    desk.bill(sample.key, "28.21")
    await desk.receipts(sample.key, "120", "399", "800", at=datetime.now(UTC) - timedelta(days=31))
    await desk.client.wait_for(sample.key, State.RETURN_WINDOW, timeout=PATIENCE)
    await desk.collect(datetime.now(UTC))
    return await desk.client.wait_for(sample.key, State.TAXED, timeout=PATIENCE)


async def test_a_list_cancelled_while_its_documents_are_examined_stays_cancelled(
    temporal: Client, database: Database
) -> None:
    queue = f"test-{uuid.uuid4()}"
    desk = Desk(ClearwayClient(temporal, task_queue=queue), database, queue=queue)
    sample = desk.sample()
    calls = []
    for call in (
        desk.declare(sample),
        desk.declare(sample),
        desk.client.cancel(sample.key, actor="operator-7", reason="withdrawn"),
    ):
        calls.append(asyncio.create_task(call))
        await _begun(desk, sample)
        await asyncio.sleep(0.5)  # they wait at the server in this order, and reach the case at one instant
    async with desk.worker():
        *declared, cancelled = await asyncio.gather(*calls)
        assert cancelled.state is State.CANCELLED
        for answer in declared:
            assert [problem.code for problem in answer.problems] == ["E_ALREADY_ENDED"]
        await desk.client.wait_for(sample.key, State.CANCELLED, timeout=PATIENCE)
    with database.transaction() as session:
        assert session.get_one(CaseRecord, sample.key.workflow_id).state == State.CANCELLED


async def _begun(desk: Desk, sample: SampleSet) -> None:
    """Until the server knows the list, which nobody works at."""
    async with asyncio.timeout(PATIENCE):
        while not await desk.client.knows(sample.key):  # noqa: ASYNC110  only the server knows
            await asyncio.sleep(0.05)


async def test_a_list_cancelled_while_customs_refuses_its_document_stays_cancelled(
    desk: Desk, sample: SampleSet
) -> None:
    desk.customs.meanwhile = gate = Gate("payment")
    desk.customs.refusing = {"payment"}
    await desk.declare(sample)
    await gate.reached()
    await desk.client.cancel(sample.key, actor="operator-7", reason="withdrawn")
    gate.open()
    view = await desk.client.wait_for(sample.key, State.CANCELLED, timeout=PATIENCE)
    await desk.handle(sample.key).result()
    assert view.reason.startswith("cancelled by operator-7")


async def test_only_the_document_customs_would_not_take_is_blamed_and_the_rest_is_still_sent(
    desk: Desk, sample: SampleSet
) -> None:
    desk.customs.refusing = {"payment"}
    await desk.declare(sample)
    view = await desk.client.wait_for(sample.key, State.MATCH_FAILED, timeout=PATIENCE)
    assert [problem.fields[0].value for problem in view.problems] == ["payment"]
    desk.customs.refusing = set()
    await desk.transmit(sample, corrected(sample.payment, telephone="13800000001"))
    await desk.until(sample.key, lambda view: len(view.filings) == 2)
    assert desk.customs.kinds == ["order", "payment", "waybill"]
    await _to_the_end(desk, sample)


async def test_an_answer_that_overtakes_the_filing_is_heard(desk: Desk, sample: SampleSet) -> None:
    desk.customs.meanwhile = gate = Gate("waybill")
    await desk.declare(sample)
    await gate.reached()
    await desk.receipts(sample.key, "4", about=(ORDER,))
    await desk.receipts(sample.key, "120", about=(PAYMENT,))
    gate.open()
    await desk.until(sample.key, lambda view: len(view.filings) == 1)
    await desk.forward(sample.key, timedelta(minutes=6))
    await desk.until(sample.key, lambda view: len(view.filings) == 2)
    assert desk.customs.kinds == ["order", "payment", "waybill", "order"]
    await _to_the_end(desk, sample)


async def test_a_document_stored_during_the_pause_is_not_sent_again_and_the_list_is_filed_once(
    desk: Desk, sample: SampleSet
) -> None:
    await desk.declare(sample)
    await desk.until(sample.key, lambda view: len(view.filings) == 1)
    await desk.receipts(sample.key, "4", about=(ORDER,))
    await desk.receipts(sample.key, "120", about=THREE_DOCUMENTS)
    await desk.forward(sample.key, timedelta(minutes=6))
    await desk.until(sample.key, lambda view: len(view.filings) == 2)
    await desk.forward(sample.key, timedelta(minutes=30))
    assert (await desk.client.view(sample.key)).state is State.MATCHED
    assert desk.customs.kinds == ["order", "payment", "waybill", "declaration_list"]


async def test_a_list_cancelled_during_the_pause_ends_at_once_and_sends_nothing_more(
    desk: Desk, sample: SampleSet
) -> None:
    await desk.declare(sample)
    await desk.until(sample.key, lambda view: len(view.filings) == 1)
    await desk.receipts(sample.key, "4", about=(ORDER,))
    await desk.client.cancel(sample.key, actor="operator-7", reason="withdrawn")
    await desk.handle(sample.key).result()
    assert desk.customs.kinds == ["order", "payment", "waybill"]


async def test_a_list_stored_during_the_pause_is_not_filed_again(desk: Desk, sample: SampleSet) -> None:
    await desk.declare(sample)
    await desk.accept_documents(sample.key)
    await desk.receipts(sample.key, "4")
    await desk.receipts(sample.key, "800", at=datetime.now(UTC) + timedelta(seconds=1))
    await desk.forward(sample.key, timedelta(minutes=6))
    await desk.client.wait_for(sample.key, State.RETURN_WINDOW, timeout=PATIENCE)
    assert desk.customs.kinds.count("declaration_list") == 1


def _instruction() -> ControlInstruction:
    return ControlInstruction(instruction_id="K-1", issued_at=datetime.now(UTC), issuer="2991")


def _result(outcome: InspectionOutcome) -> InspectionResult:
    return InspectionResult(instruction_id="K-1", outcome=outcome, recorded_at=datetime.now(UTC), officer="7")


async def test_goods_inspected_before_the_list_is_filed_let_it_be_filed(desk: Desk, sample: SampleSet) -> None:
    await desk.declare(sample)
    await desk.until(sample.key, lambda view: len(view.filings) == 1)
    await desk.client.instruct(sample.key.workflow_id, _instruction())
    answer = await desk.transmit(sample, corrected(sample.payment, telephone="13800000001"))
    assert [problem.code for problem in answer.problems] == ["E_UNDER_CONTROL"]
    await desk.client.record_inspection(sample.key.workflow_id, _result(InspectionOutcome.NORMAL))
    view = await desk.client.view(sample.key)
    assert (view.state, view.detail) == (State.MATCHED, Detail.INSPECTED_NORMAL)
    assert view.awaited[0].what_en == "customs' receipt"
    await _to_the_end(desk, sample)


async def test_goods_found_abnormal_before_the_list_is_filed_wait_for_customs_to_dispose(
    desk: Desk, sample: SampleSet
) -> None:
    await desk.declare(sample)
    await desk.until(sample.key, lambda view: len(view.filings) == 1)
    await desk.client.record_inspection(sample.key.workflow_id, _result(InspectionOutcome.ABNORMAL))
    assert (await desk.client.view(sample.key)).state is State.DETAINED
    answer = await desk.transmit(sample, corrected(sample.payment, telephone="13800000001"))
    assert [problem.code for problem in answer.problems] == ["E_CHANGE_TOO_LATE"]
    await desk.receipts(sample.key, "120", about=THREE_DOCUMENTS)
    await desk.receipts(sample.key, "700")
    await desk.client.wait_for(sample.key, State.RETURNED_ABROAD, timeout=PATIENCE)
    assert LIST not in desk.customs.kinds


async def test_a_bill_that_grows_while_the_tax_is_being_paid_is_paid_to_the_fen(desk: Desk, sample: SampleSet) -> None:
    await desk.declare(sample)
    await desk.release(sample.key, at=datetime.now(UTC) - timedelta(days=31))
    desk.bank.meanwhile = gate = Gate()
    desk.bill(sample.key, "28.21")
    paying = asyncio.create_task(desk.collect(datetime.now(UTC)))
    await gate.reached()
    desk.bill(sample.key, "30.00")
    gate.open()
    await paying
    await desk.collect(datetime.now(UTC) + timedelta(days=1))
    view = await desk.client.wait_for(sample.key, State.TAXED, timeout=PATIENCE)
    assert view.payment is not None
    assert view.payment.amount == Decimal("30.00")
    assert [amount for _, _, amount in desk.bank.asked] == [Decimal("28.21"), Decimal("1.79")]


async def test_a_release_learned_forty_days_late_is_taxed_at_once_and_takes_no_return(
    desk: Desk, sample: SampleSet
) -> None:
    await desk.declare(sample)
    await desk.accept_documents(sample.key)
    desk.bill(sample.key, "28.21")
    await desk.receipts(sample.key, "800", at=datetime.now(UTC) - timedelta(days=40))
    await desk.client.wait_for(sample.key, State.RETURN_WINDOW, timeout=PATIENCE)
    with pytest.raises(Refused, match="E_RETURN_LATE_APPLY"):
        await desk.client.request_return(sample.key, actor=EBC, reason="too late")
    await desk.collect(datetime.now(UTC))
    view = await desk.client.wait_for(sample.key, State.TAXED, timeout=PATIENCE)
    assert view.reason == "tax paid"


async def test_a_release_learned_after_the_deadline_is_paid_late_without_a_bill(desk: Desk, sample: SampleSet) -> None:
    await desk.declare(sample)
    await desk.accept_documents(sample.key)
    await desk.receipts(sample.key, "800", at=datetime.now(UTC) - timedelta(days=80))
    await desk.client.wait_for(sample.key, State.RETURN_WINDOW, timeout=PATIENCE)
    await desk.collect(datetime.now(UTC))
    view = await desk.client.wait_for(sample.key, State.TAXED, timeout=PATIENCE)
    assert view.reason == "tax paid late, late fee waived"


async def test_a_release_dated_in_the_future_opens_its_window_then(desk: Desk, sample: SampleSet) -> None:
    await desk.declare(sample)
    view = await desk.release(sample.key, at=datetime.now(UTC) + timedelta(days=3))
    assert view.clocks is not None
    desk.bill(sample.key, "28.21")
    await desk.collect(view.clocks.tax_window_opens + BATCH)
    await desk.client.wait_for(sample.key, State.TAXED, timeout=PATIENCE)


async def test_a_list_that_ended_before_the_retention_is_refused_and_its_end_stays(
    desk: Desk, sample: SampleSet
) -> None:
    now = datetime.now(UTC)
    with desk.database.transaction() as session:
        session.add(
            CaseRecord(
                workflow_id=sample.key.workflow_id,
                ebc_code=sample.key.ebc_code,
                order_no=sample.key.order_no,
                state=State.TAXED,
                opened_at=now,
                changed_at=now,
                ended_at=now,
            )
        )
    answer = await desk.declare(sample)
    assert [problem.code for problem in answer.problems] == ["E_ALREADY_ENDED"]
    await desk.handle(sample.key).result()
    assert (await desk.client.view(sample.key)).awaited == ()
    with desk.database.transaction() as session:
        assert session.get_one(CaseRecord, sample.key.workflow_id).state == State.TAXED
    with pytest.raises(AlreadyEnded):
        await desk.declare(sample)


async def test_a_list_that_ended_with_nothing_on_file_can_be_declared_as_a_copy(desk: Desk, sample: SampleSet) -> None:
    answer = await desk.client.transmit(sample.waybill, sender=Sender(code=PAY), key=sample.key)
    assert not answer.accepted
    await desk.client.cancel(sample.key, actor="operator-7", reason="a stranger opened it")
    await desk.handle(sample.key).result()
    sender = Sender(code=sample.declaration_list.agent_code)
    answer = await desk.client.declare(
        sample.declaration_list, sender=sender, documents=sample.transmissions, attempt=2
    )
    assert answer.state is State.MATCHED
