"""Three documents from three parties, in any order; reminders, corrections, refusals."""

from datetime import timedelta
from decimal import Decimal

import pytest

from clearway.contracts.documents import DocumentKind
from clearway.contracts.parties import Sender
from clearway.contracts.states import Detail, State
from clearway.errors import AlreadyEnded, Refused
from clearway.testing import EXPRESS, LOG, PAY, corrected
from tests.desk import Desk
from tests.patience import PATIENCE

KINDS = tuple(DocumentKind)


@pytest.mark.parametrize("first", range(len(KINDS)))
async def test_documents_match_in_whatever_order_they_arrive(desk: Desk, first: int) -> None:
    sample = desk.sample()
    order = KINDS[first:] + KINDS[:first]
    for position, kind in enumerate(order):
        answer = await desk.transmit(sample, getattr(sample, kind))
        assert answer.accepted
        assert set(answer.missing) == set(order[position + 1 :])
    assert answer.state is State.MATCHED


async def test_a_list_without_its_documents_waits_and_names_who_is_late(desk: Desk) -> None:
    sample = desk.sample()
    answer = await desk.client.declare(sample.declaration_list, sender=Sender(code=sample.declaration_list.agent_code))
    assert (answer.state, answer.detail) == (State.SUBMITTED, Detail.DOCS_PENDING)
    view = await desk.client.view(sample.key)
    assert [each.who for each in view.awaited] == ["EBC", "PAY", "LOG"]


async def test_after_24_hours_a_missing_document_is_called_for_and_after_72_the_wait_ends(desk: Desk) -> None:
    sample = desk.sample()
    await desk.transmit(sample, sample.order)
    await desk.forward(sample.key, timedelta(hours=23, minutes=59))
    assert (await desk.client.view(sample.key)).alarms == ()
    await desk.forward(sample.key, timedelta(minutes=2))
    assert (await desk.client.view(sample.key)).alarms == ("DOCS_REMINDER",)
    await desk.forward(sample.key, timedelta(hours=48))
    view = await desk.client.wait_for(sample.key, State.MATCH_FAILED, timeout=PATIENCE)
    assert view.detail is Detail.DOCS_TIMEOUT
    assert "waybill" in view.reason
    with pytest.raises(AlreadyEnded):
        await desk.transmit(sample, sample.payment)


async def test_three_mismatches_come_in_one_answer_in_both_languages(desk: Desk) -> None:
    sample = desk.sample()
    sample = sample.changed(DocumentKind.PAYMENT, amount_paid=Decimal("318.20"))
    sample = sample.changed(DocumentKind.WAYBILL, consignee_telephone="13911111111")
    sample = sample.changed(DocumentKind.DECLARATION_LIST, insured_fee=Decimal("1.00"))
    answer = await desk.declare(sample)
    assert answer.state is State.MATCH_FAILED
    assert {"M05", "M12", "M09"} <= {problem.code for problem in answer.problems}
    for problem in answer.problems:
        assert len(problem.fields) >= 2
        assert problem.owner
        assert problem.message_en
        assert problem.message_zh
        assert problem.remedy_en
        assert problem.remedy_zh


async def test_a_corrected_document_leads_to_a_new_comparison(desk: Desk) -> None:
    sample = desk.sample().changed(DocumentKind.PAYMENT, amount_paid=Decimal("318.20"))
    assert (await desk.declare(sample)).state is State.MATCH_FAILED
    answer = await desk.transmit(sample, corrected(sample.payment, amount_paid=Decimal("318.21")))
    assert answer.state is State.MATCHED
    assert answer.problems == ()


async def test_an_uncorrected_list_ends_when_its_time_to_correct_is_over(desk: Desk) -> None:
    sample = desk.sample().changed(DocumentKind.PAYMENT, amount_paid=Decimal("318.20"))
    await desk.declare(sample)
    await desk.forward(sample.key, timedelta(hours=72, minutes=1))
    view = await desk.client.wait_for(sample.key, State.MATCH_FAILED, timeout=PATIENCE)
    assert view.detail is Detail.DOCS_TIMEOUT


async def test_a_party_may_not_send_another_partys_document(desk: Desk) -> None:
    sample = desk.sample()
    answer = await desk.client.transmit(sample.waybill, sender=Sender(code=PAY), key=sample.key)
    assert not answer.accepted
    assert [problem.code for problem in answer.problems] == ["E_SENDER_ROLE"]
    assert (await desk.client.view(sample.key)).documents == ()


async def test_an_unregistered_sender_is_refused(desk: Desk) -> None:
    sample = desk.sample()
    answer = await desk.client.transmit(sample.order, sender=Sender(code="9999999999"))
    assert [problem.code for problem in answer.problems] == ["E_SENDER_UNKNOWN"]


async def test_an_entrusted_express_operator_may_send_the_order_but_not_the_payment(desk: Desk) -> None:
    sample = desk.sample()
    sender = Sender(code=EXPRESS, on_behalf_of=sample.order.ebc_code)
    assert (await desk.client.transmit(sample.order, sender=sender)).accepted
    sender = Sender(code=EXPRESS, on_behalf_of=PAY)
    answer = await desk.client.transmit(sample.payment, sender=sender, key=sample.key)
    assert [problem.code for problem in answer.problems] == ["E_NO_COMMITMENT"]


async def test_the_same_order_again_adds_nothing_and_other_content_is_refused(desk: Desk) -> None:
    sample = desk.sample()
    first = await desk.transmit(sample, sample.order)
    assert await desk.transmit(sample, sample.order) == first
    other = sample.order.model_copy(update={"consignee_address": "浙江省宁波市示例路2号"})
    answer = await desk.transmit(sample, other)
    assert [problem.code for problem in answer.problems] == ["E_DUPLICATE"]
    assert [document.version for document in (await desk.client.view(sample.key)).documents] == [1]


async def test_a_list_declared_twice_is_one_list(desk: Desk) -> None:
    sample = desk.sample()
    first = await desk.declare(sample)
    assert await desk.declare(sample) == first
    await desk.accept_documents(sample.key)
    again = await desk.declare(sample)
    assert again.accepted
    assert desk.customs.kinds.count("declaration_list") == 1


async def test_documents_cannot_change_once_the_list_is_filed(desk: Desk) -> None:
    sample = desk.sample()
    await desk.declare(sample)
    await desk.accept_documents(sample.key)
    answer = await desk.transmit(sample, corrected(sample.payment, telephone="13800000001"))
    assert [problem.code for problem in answer.problems] == ["E_CHANGE_TOO_LATE"]


async def test_one_bad_document_refuses_the_whole_submission_and_tells_everything(desk: Desk) -> None:
    sample = desk.sample().changed(DocumentKind.ORDER, actual_paid=Decimal("318.20"))
    answer = await desk.declare(sample)
    assert not answer.accepted
    codes = {problem.code for problem in answer.problems}
    assert {"E_AMOUNT_IDENTITY", "M05"} <= codes
    assert "M06" not in codes  # the same broken sum
    view = await desk.client.view(sample.key)
    assert view.documents == ()


async def test_a_cancelled_list_ends_and_its_corrected_copy_is_a_new_case(desk: Desk) -> None:
    sample = desk.sample()
    await desk.transmit(sample, sample.order)
    answer = await desk.client.cancel(sample.key, actor="operator-7", reason="buyer withdrew")
    assert answer.state is State.CANCELLED
    await desk.client.wait_for(sample.key, State.CANCELLED, timeout=PATIENCE)
    copy = await desk.client.declare(
        sample.declaration_list,
        sender=Sender(code=sample.declaration_list.agent_code),
        documents=sample.transmissions,
        attempt=2,
    )
    assert copy.state is State.MATCHED
    assert copy.workflow_id.endswith("~2")


async def test_a_copy_needs_an_ended_original(desk: Desk) -> None:
    sample = desk.sample()
    await desk.declare(sample)
    answer = await desk.client.declare(
        sample.declaration_list, sender=Sender(code=sample.declaration_list.agent_code), attempt=2
    )
    assert [problem.code for problem in answer.problems] == ["E_ATTEMPT"]


async def test_a_filed_list_that_customs_has_not_numbered_cannot_be_cancelled_yet(desk: Desk) -> None:
    sample = desk.sample()
    await desk.declare(sample)
    await desk.accept_documents(sample.key)
    before = len(await desk.events(sample.key))
    with pytest.raises(Refused) as refused:
        await desk.client.cancel(sample.key, actor="operator-7", reason="too late")
    assert [problem.code for problem in refused.value.problems] == ["E_CHANGE_WITHOUT_NUMBERS"] * 2
    assert [problem.fields[0].field for problem in refused.value.problems] == [
        "declaration_list.pre_no",
        "declaration_list.invt_no",
    ]
    after = await desk.events(sample.key)
    assert "WORKFLOW_EXECUTION_UPDATE_ACCEPTED" not in after[before:]


async def test_a_payment_alone_needs_the_key_of_its_case(desk: Desk) -> None:
    sample = desk.sample()
    with pytest.raises(Refused) as refused:
        await desk.client.transmit(sample.payment, sender=Sender(code=PAY))
    assert refused.value.problems[0].code == "E_CASE_UNKNOWN"


async def test_a_waybill_of_another_order_is_refused(desk: Desk) -> None:
    sample, other = desk.sample(), desk.sample()
    answer = await desk.client.transmit(other.waybill, sender=Sender(code=LOG), key=sample.key)
    assert [problem.code for problem in answer.problems] == ["E_WRONG_CASE"]


async def test_an_unverified_buyer_must_have_paid_himself(desk: Desk) -> None:
    desk.authority.outcome = None
    sample = desk.sample(buyer_id="110101199003078080")
    assert (await desk.declare(sample)).state is State.MATCHED
    other = desk.sample(buyer_id="110101199003078080").changed(DocumentKind.PAYMENT, payer_name="王五")
    answer = await desk.declare(other)
    assert "M11" in {problem.code for problem in answer.problems}
