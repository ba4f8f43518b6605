"""Customs' receipts and signals, in order and out of it, once and twice."""

from datetime import UTC, datetime, timedelta

import pytest

from clearway.contracts.customs import ControlInstruction, InspectionOutcome, InspectionResult
from clearway.contracts.documents import THREE_DOCUMENTS, DocumentKind
from clearway.contracts.parties import Sender
from clearway.contracts.states import Detail, State
from clearway.errors import Refused
from clearway.testing import corrected
from tests.desk import LIST, Desk
from tests.patience import PATIENCE


def _instruction(number: str = "K-1") -> ControlInstruction:
    return ControlInstruction(instruction_id=number, issued_at=datetime.now(UTC), issuer="2991")


def _result(outcome: InspectionOutcome, number: str = "K-1") -> InspectionResult:
    return InspectionResult(
        instruction_id=number,
        outcome=outcome,
        finding="3 pieces instead of 1",
        recorded_at=datetime.now(UTC),
        officer="7",
    )


async def test_the_list_is_filed_only_after_customs_stored_all_three_documents(desk: Desk) -> None:
    sample = desk.sample()
    await desk.declare(sample)
    await desk.until(sample.key, lambda view: len(view.filings) == 1)
    await desk.receipts(sample.key, "2", "3", about=THREE_DOCUMENTS)
    await desk.receipts(sample.key, "120", about=THREE_DOCUMENTS[:2])
    view = await desk.client.view(sample.key)
    assert len(view.filings) == 1
    assert desk.customs.kinds == ["order", "payment", "waybill"]
    await desk.receipts(sample.key, "120", about=THREE_DOCUMENTS[2:])
    await desk.until(sample.key, lambda view: len(view.filings) == 2)
    assert desk.customs.kinds[-1] == "declaration_list"


async def test_receipts_twice_and_backwards_have_one_effect(desk: Desk) -> None:
    sample = desk.sample()
    await desk.declare(sample)
    await desk.accept_documents(sample.key)
    at = datetime.now(UTC)
    for status in ("800", "399", "120", "800", "3", "2"):
        await desk.receipts(sample.key, status, at=at)
    view = await desk.client.wait_for(sample.key, State.RETURN_WINDOW, timeout=PATIENCE)
    assert view.duplicate_receipts == 1
    states = [passage.state for passage in view.passages]
    assert states == [State.SUBMITTED, State.MATCHED, State.INSPECTED, State.RELEASED, State.RETURN_WINDOW]


async def test_an_unknown_code_is_kept_shown_and_changes_nothing(desk: Desk) -> None:
    sample = desk.sample()
    await desk.declare(sample)
    await desk.accept_documents(sample.key)
    await desk.receipts(sample.key, "777", info="?")
    view = await desk.client.view(sample.key)
    assert view.alarms == ("UNKNOWN_RECEIPT",)
    assert view.receipts[-1].status == "777"
    assert view.state is State.MATCHED


@pytest.mark.parametrize(
    ("status", "detail"), [("300", Detail.UNDER_REVIEW), ("400", Detail.AWAITING_ARRIVAL), ("600", Detail.SUSPENDED)]
)
async def test_review_arrival_and_suspension_are_shown_and_then_released(
    desk: Desk, status: str, detail: Detail
) -> None:
    sample = desk.sample()
    await desk.declare(sample)
    await desk.accept_documents(sample.key)
    await desk.receipts(sample.key, "120", status)
    assert (await desk.client.view(sample.key)).detail is detail
    await desk.receipts(sample.key, "399", "800")
    await desk.client.wait_for(sample.key, State.RETURN_WINDOW, timeout=PATIENCE)


async def test_a_rejected_list_ends_with_customs_reason(desk: Desk) -> None:
    sample = desk.sample()
    await desk.declare(sample)
    await desk.accept_documents(sample.key)
    await desk.receipts(sample.key, "100", info="[Code:1313;Desc:annual limit]")
    view = await desk.client.wait_for(sample.key, State.REJECTED, timeout=PATIENCE)
    assert view.reason == "100 [Code:1313;Desc:annual limit]"
    copy = sample.declaration_list.model_copy(update={"customs_code": "2992"})
    answer = await desk.client.declare(
        copy, sender=Sender(code=copy.agent_code), documents=sample.transmissions, attempt=2
    )
    assert answer.accepted


@pytest.mark.parametrize("status", ["501", "502", "503", "599"])
async def test_a_detained_list_stays_until_customs_decides(desk: Desk, status: str) -> None:
    sample = desk.sample()
    await desk.declare(sample)
    await desk.accept_documents(sample.key)
    await desk.receipts(sample.key, status)
    assert (await desk.client.view(sample.key)).state is State.DETAINED
    await desk.receipts(sample.key, "700" if status == "501" else "800")
    end = State.RETURNED_ABROAD if status == "501" else State.RETURN_WINDOW
    await desk.client.wait_for(sample.key, end, timeout=PATIENCE)


async def test_inspection_freezes_the_list_and_normal_lets_it_go_on(desk: Desk) -> None:
    sample = desk.sample()
    await desk.declare(sample)
    await desk.accept_documents(sample.key)
    await desk.client.instruct(sample.key.workflow_id, _instruction())
    await desk.client.instruct(sample.key.workflow_id, _instruction())
    view = await desk.client.view(sample.key)
    assert view.detail is Detail.INSPECTION
    assert len(view.instructions) == 1
    with pytest.raises(Refused) as refused:
        await desk.client.cancel(sample.key, actor="operator-7", reason="frozen")
    assert refused.value.problems[0].code == "E_UNDER_CONTROL"
    await desk.client.record_inspection(sample.key.workflow_id, _result(InspectionOutcome.NORMAL))
    assert (await desk.client.view(sample.key)).state is State.INSPECTED
    await desk.receipts(sample.key, "399", "800")
    await desk.client.wait_for(sample.key, State.RETURN_WINDOW, timeout=PATIENCE)


async def test_an_abnormal_inspection_detains_the_list(desk: Desk) -> None:
    sample = desk.sample()
    await desk.declare(sample)
    await desk.accept_documents(sample.key)
    await desk.receipts(sample.key, "500")
    assert (await desk.client.view(sample.key)).detail is Detail.INSPECTION
    await desk.client.record_inspection(sample.key.workflow_id, _result(InspectionOutcome.ABNORMAL))
    view = await desk.client.view(sample.key)
    assert (view.state, view.detail) == (State.DETAINED, Detail.INSPECTED_ABNORMAL)
    assert "3 pieces" in view.reason


async def test_a_document_customs_refused_is_corrected_and_sent_again(desk: Desk) -> None:
    sample = desk.sample()
    await desk.declare(sample)
    await desk.until(sample.key, lambda view: len(view.filings) == 1)
    await desk.receipts(sample.key, "120", about=(DocumentKind.ORDER, DocumentKind.WAYBILL))
    await desk.receipts(sample.key, "100", about=(DocumentKind.PAYMENT,), info="payer unknown")
    view = await desk.client.view(sample.key)
    assert view.state is State.MATCH_FAILED
    assert "payer unknown" in view.reason
    await desk.transmit(sample, corrected(sample.payment, telephone="13800000001"))
    await desk.until(sample.key, lambda view: len(view.filings) == 2)
    assert desk.customs.kinds == ["order", "payment", "waybill", "payment"]
    await desk.receipts(sample.key, "120", about=(DocumentKind.PAYMENT,), at=datetime.now(UTC) + timedelta(seconds=1))
    await desk.until(sample.key, lambda view: len(view.filings) == 3)
    assert desk.customs.kinds[-1] == "declaration_list"


async def test_what_customs_could_not_take_is_sent_again_under_the_same_guid_after_a_pause(desk: Desk) -> None:
    sample = desk.sample()
    await desk.declare(sample)
    await desk.accept_documents(sample.key)
    await desk.receipts(sample.key, "4")
    assert desk.customs.kinds.count("declaration_list") == 1
    await desk.forward(sample.key, timedelta(minutes=6))
    await desk.until(sample.key, lambda view: len(view.filings) == 3)
    guids = [guid for guid, record in desk.customs.filed if record.kind == LIST]
    assert len(guids) == 2
    assert len(set(guids)) == 1


async def test_customs_that_cannot_be_reached_is_tried_again(desk: Desk) -> None:
    sample = desk.sample()
    desk.customs.down = 2
    await desk.declare(sample)
    await desk.until(sample.key, lambda view: len(view.filings) == 1)
    assert desk.customs.kinds == ["order", "payment", "waybill"]


async def test_a_receipt_for_an_ended_list_changes_nothing(desk: Desk) -> None:
    sample = desk.sample()
    await desk.declare(sample)
    await desk.accept_documents(sample.key)
    await desk.receipts(sample.key, "700")
    await desk.client.wait_for(sample.key, State.RETURNED_ABROAD, timeout=PATIENCE)
    with pytest.raises(Refused):
        await desk.receipts(sample.key, "800")
    assert (await desk.client.view(sample.key)).state is State.RETURNED_ABROAD


async def test_a_message_customs_would_not_take_ends_in_a_named_state(desk: Desk) -> None:
    desk.customs.refusing = {"declaration_list"}
    sample = desk.sample()
    await desk.declare(sample)
    await desk.until(sample.key, lambda view: len(view.filings) == 1)
    await desk.receipts(sample.key, "120", about=THREE_DOCUMENTS)
    view = await desk.client.wait_for(sample.key, State.REJECTED, timeout=PATIENCE)
    assert "unreadable" in view.reason


async def test_declaring_again_after_the_release_changes_nothing(desk: Desk) -> None:
    sample = desk.sample()
    await desk.declare(sample)
    before = await desk.release(sample.key)
    answer = await desk.declare(sample)
    assert answer.accepted
    assert answer.state is State.RETURN_WINDOW
    assert await desk.client.view(sample.key) == before


async def test_a_document_stored_while_another_is_being_corrected_is_not_waited_for_again(desk: Desk) -> None:
    sample = desk.sample()
    await desk.declare(sample)
    await desk.until(sample.key, lambda view: len(view.filings) == 1)
    await desk.receipts(sample.key, "100", about=(DocumentKind.PAYMENT,), info="payer unknown")
    view = await desk.client.view(sample.key)
    assert [(problem.code, problem.owner) for problem in view.problems] == [("E_CUSTOMS_REFUSED", "PAY")]
    assert [each.who for each in view.awaited] == ["PAY"]
    await desk.receipts(sample.key, "120", about=(DocumentKind.ORDER, DocumentKind.WAYBILL))
    answer = await desk.transmit(sample, corrected(sample.payment, telephone="13800000001"))
    assert (answer.state, answer.problems) == (State.MATCHED, ())
    await desk.until(sample.key, lambda view: len(view.filings) == 2)
    await desk.receipts(sample.key, "120", about=(DocumentKind.PAYMENT,))
    await desk.until(sample.key, lambda view: len(view.filings) == 3)
    assert desk.customs.kinds == ["order", "payment", "waybill", "payment", "declaration_list"]


async def test_a_stored_document_that_is_corrected_is_sent_and_stored_again(desk: Desk) -> None:
    sample = desk.sample()
    await desk.declare(sample)
    await desk.until(sample.key, lambda view: len(view.filings) == 1)
    await desk.receipts(sample.key, "120", about=(DocumentKind.ORDER, DocumentKind.PAYMENT))
    await desk.transmit(sample, corrected(sample.payment, telephone="13800000001"))
    await desk.until(sample.key, lambda view: len(view.filings) == 2)
    later = datetime.now(UTC) + timedelta(minutes=2)
    await desk.receipts(sample.key, "120", about=(DocumentKind.PAYMENT, DocumentKind.WAYBILL), at=later)
    await desk.until(sample.key, lambda view: len(view.filings) == 3)
    assert desk.customs.kinds == ["order", "payment", "waybill", "payment", "declaration_list"]


async def test_an_inspection_ordered_after_the_review_freezes_the_list(desk: Desk) -> None:
    sample = desk.sample()
    await desk.declare(sample)
    await desk.accept_documents(sample.key)
    at = datetime.now(UTC)
    await desk.receipts(sample.key, "120", "399", at=at)
    await desk.receipts(sample.key, "500", at=at - timedelta(minutes=1), info="older than the review")
    assert (await desk.client.view(sample.key)).detail is Detail.REVIEWED
    await desk.receipts(sample.key, "500", at=at + timedelta(minutes=1))
    view = await desk.client.view(sample.key)
    assert (view.state, view.detail) == (State.INSPECTED, Detail.INSPECTION)
    await desk.receipts(sample.key, "800", at=at + timedelta(hours=1))
    await desk.client.wait_for(sample.key, State.RETURN_WINDOW, timeout=PATIENCE)
