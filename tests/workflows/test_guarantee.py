"""A list whose tax is not secured is not filed; it waits its turn and goes on by itself (RULEBOOK B.9.2)."""

from datetime import timedelta
from decimal import Decimal

from sqlmodel import select

from clearway.contracts.documents import DocumentKind
from clearway.contracts.facts import GuaranteeOutcome
from clearway.contracts.parties import Role
from clearway.contracts.states import Detail, State
from clearway.testing import EBP, SampleSet, corrected
from models.ledger.accounts import balance
from models.ledger.guarantee import guarantee_account
from models.tables import GuaranteeWait
from tests.desk import LIST, Desk
from tests.patience import PATIENCE

TAX = Decimal("28.21")


def _unsecured(desk: Desk) -> SampleSet:
    """A list whose guarantor, the platform, has put up nothing."""
    return desk.sample().changed(DocumentKind.DECLARATION_LIST, assure_code=EBP)


async def _waiting(desk: Desk, sample: SampleSet) -> None:
    answer = await desk.declare(sample)
    assert (answer.state, answer.detail) == (State.MATCHED, Detail.AWAITING_GUARANTEE)
    await desk.until(sample.key, lambda view: len(view.filings) == 1)
    await desk.receipts(sample.key, "120", about=(DocumentKind.ORDER, DocumentKind.PAYMENT, DocumentKind.WAYBILL))


def _occupied(desk: Desk) -> Decimal:
    with desk.database.transaction() as session:
        return balance(session, guarantee_account(EBP).id).reserved


async def test_an_unsecured_list_waits_shows_it_and_goes_on_when_the_guarantee_is_there(desk: Desk) -> None:
    sample = _unsecured(desk)
    await _waiting(desk, sample)
    await desk.forward(sample.key, timedelta(days=10))
    view = await desk.client.view(sample.key)
    assert (view.state, view.detail, view.alarms) == (State.MATCHED, Detail.AWAITING_GUARANTEE, ("AWAITING_GUARANTEE",))
    assert [each.who for each in view.awaited] == [Role.GUAR]
    assert "declaration_list" not in desk.customs.kinds
    desk.put_up(EBP, Decimal(100))
    assert await desk.deliver_grants() == [sample.key.workflow_id]
    view = await desk.until(sample.key, lambda view: len(view.filings) == 2)
    assert view.alarms == ()
    assert view.judgement is not None
    assert view.judgement.guarantee is not None
    assert view.judgement.guarantee.outcome is GuaranteeOutcome.HELD
    await desk.receipts(sample.key, "120", "399", "800", about=(LIST,))
    await desk.client.wait_for(sample.key, State.RETURN_WINDOW, timeout=PATIENCE)
    assert _occupied(desk) == TAX


async def test_lists_are_served_in_the_order_they_came(desk: Desk) -> None:
    first, second = _unsecured(desk), _unsecured(desk)
    await _waiting(desk, first)
    await _waiting(desk, second)
    desk.put_up(EBP, TAX)
    assert await desk.deliver_grants() == [first.key.workflow_id]
    await desk.until(first.key, lambda view: len(view.filings) == 2)
    assert (await desk.client.view(second.key)).detail is Detail.AWAITING_GUARANTEE
    desk.put_up(EBP, TAX, transfer_id="put-up-2")
    assert await desk.deliver_grants() == [first.key.workflow_id, second.key.workflow_id], "the first is told twice"
    await desk.until(second.key, lambda view: len(view.filings) == 2)
    assert len((await desk.client.view(first.key)).filings) == 2


async def test_a_list_cancelled_while_it_waits_leaves_the_queue_and_its_turn_to_the_next(desk: Desk) -> None:
    first, second = _unsecured(desk), _unsecured(desk)
    await _waiting(desk, first)
    await _waiting(desk, second)
    answer = await desk.client.cancel(first.key, actor="operator-1", reason="the buyer changed their mind")
    assert answer.state is State.CANCELLED
    await desk.handle(first.key).result()
    desk.put_up(EBP, TAX)
    assert await desk.deliver_grants() == [second.key.workflow_id]
    with desk.database.transaction() as session:
        assert session.exec(select(GuaranteeWait)).all() == []


async def test_a_grant_that_overtakes_the_acceptance_of_the_documents_is_not_lost(desk: Desk) -> None:
    sample = _unsecured(desk)
    answer = await desk.declare(sample)
    assert answer.detail is Detail.AWAITING_GUARANTEE
    desk.put_up(EBP, TAX)
    await desk.deliver_grants()
    await desk.accept_documents(sample.key)
    assert (await desk.client.view(sample.key)).detail is not Detail.AWAITING_GUARANTEE


async def test_a_correction_while_it_waits_is_judged_anew_and_keeps_its_place(desk: Desk) -> None:
    first, second = _unsecured(desk), _unsecured(desk)
    await _waiting(desk, first)
    await _waiting(desk, second)
    answer = await desk.transmit(first, corrected(first.declaration_list, note="a remark"))
    assert (answer.accepted, answer.detail) == (True, Detail.AWAITING_GUARANTEE)
    desk.put_up(EBP, TAX)
    assert await desk.deliver_grants() == [first.key.workflow_id]
    await desk.until(first.key, lambda view: any(d.kind is LIST for f in view.filings for d in f.documents))
    filed = [document for _, document in desk.customs.filed if document.order_no == first.order.order_no]
    assert filed[-1].guid != first.declaration_list.guid
