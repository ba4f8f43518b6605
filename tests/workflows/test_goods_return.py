"""A return of goods, on the real server: every end of it, in parts, late, killed in the middle (RULEBOOK B.8)."""

from datetime import timedelta
from decimal import Decimal

import pytest

from clearway.contracts.documents import ReturnApplication
from clearway.contracts.goods_return import ReturnShipment, ReturnState
from clearway.contracts.keys import ReturnKey
from clearway.contracts.states import State
from clearway.errors import AlreadyEnded, Refused
from clearway.testing import EBC
from models.collection import dues
from models.tables import TaxDue
from tests.desk import Desk
from tests.patience import PATIENCE
from tests.returns_desk import ReturnsCounter, lines

SECOND, A_WHILE = timedelta(seconds=1), timedelta(seconds=PATIENCE)
NOTHING = Decimal(0)
WAY = [ReturnState.APPLIED, ReturnState.ACCEPTED, ReturnState.IN_TRANSIT, ReturnState.ARRIVED, ReturnState.CHECKED]


@pytest.fixture
def counter(desk: Desk) -> ReturnsCounter:
    """The desk, for returns."""
    return ReturnsCounter(desk)


def owed(counter: ReturnsCounter, case_id: str) -> TaxDue:
    """What the list owes."""
    with counter.desk.database.transaction() as session:
        row = dues.find(session, case_id)
    assert row is not None
    return row


async def test_one_of_two_units_comes_back_and_the_rest_is_taxed(counter: ReturnsCounter) -> None:
    sample = await counter.released()
    key = await counter.apply(sample, *lines(_1="1"))
    case = sample.key.workflow_id
    assert (owed(counter, case).due, owed(counter, case).held) == (Decimal("45.50"), Decimal("13.65"))
    await counter.receipt(key, "2", "3", "120")
    await counter.client.note_return_shipment(key, ReturnShipment(actor="IND", carrier="SF", waybill_no="R1"))
    await counter.arrive(key)
    view = await counter.check(key)
    assert [passage.state for passage in view.passages] == [*WAY, ReturnState.CONFIRMED]
    (settled,) = view.settlements
    assert (settled.tax_before, settled.tax_due, settled.reversal) == tuple(map(Decimal, ("45.50", "31.85", "13.65")))
    assert (settled.restored, settled.guarantee_freed, settled.refund) == tuple(map(Decimal, ("150.00", "13.65", "0")))
    ended = await counter.ended(key)
    assert (ended.state, ended.confirmed, ended.tax_due) == (ReturnState.CONFIRMED, lines(_1="1"), Decimal("31.85"))
    assert (owed(counter, case).due, owed(counter, case).held) == (Decimal("31.85"), NOTHING)
    events = await counter.events(key)
    assert len(events) <= 42, events
    listed = await counter.desk.until(sample.key, lambda view: view.returns and view.returns[0].ended_at)
    assert listed.returns[0] == ended
    assert listed.state is State.RETURN_WINDOW


async def test_the_application_says_what_the_list_said(counter: ReturnsCounter) -> None:
    sample = await counter.released()
    key = await counter.apply(sample, *lines(_1="1", _2="1"))
    declared = sample.declaration_list
    (filed,) = [record for _, record in counter.desk.customs.filed if isinstance(record, ReturnApplication)]
    assert (filed.order_no, filed.logistics_no, filed.buyer_name) == (
        declared.order_no,
        declared.logistics_no,
        declared.buyer_name,
    )
    assert filed.cop_no == counter.record(key).cop_no
    assert filed.cop_no is not None
    assert (filed.cop_no[:2], len(filed.cop_no)) == ("CR", 20)
    assert [(line.gnum, line.hs_code, str(line.qty), line.unit) for line in filed.lines] == [
        (1, "3304990029", "1", "007"),
        (2, "3304990029", "1", "007"),
    ]


async def test_a_return_that_comes_in_parts_confirms_what_came_and_the_rest_expires(counter: ReturnsCounter) -> None:
    sample = await counter.released()
    key = await counter.apply(sample, *lines(_1="2", _2="1"))
    await counter.receipt(key, "120")
    await counter.arrive(key, *lines(_1="1"))
    view = await counter.check(key)
    assert view.state is ReturnState.CHECKED
    view = await counter.arrive(key, *lines(_2="1"))
    assert view.state is ReturnState.ARRIVED
    with pytest.raises(Refused) as refused:
        await counter.arrive(key, *lines(_1="2", _2="1"))
    (problem,) = refused.value.problems
    assert problem.code == "E_QTY_EXCEEDS"
    assert [(field.field, field.value) for field in problem.fields] == [
        ("lines[gnum=1].qty", "2"),
        ("left[gnum=1].qty", "1"),
        ("lines[gnum=2].qty", "1"),
        ("left[gnum=2].qty", "0"),
    ]
    await counter.forward_to(key, view.clocks.return_arrival_before)
    view = await counter.client.view_return(key)
    assert view.state is ReturnState.ARRIVED, "what arrived in time waits for its check"
    await counter.check(key)
    ended = await counter.ended(key)
    assert (ended.state, ended.confirmed) == (ReturnState.CONFIRMED, lines(_1="1", _2="1"))
    assert ended.why == "confirmed: 1 of line 1, 1 of line 2; not back by day 45: 1 of line 1"
    assert ended.tax_due == Decimal("13.65")


async def test_goods_in_the_last_second_of_day_45_are_in_time_and_a_second_later_they_expire(
    counter: ReturnsCounter,
) -> None:
    sample = await counter.released()
    in_time, late = await counter.apply(sample, *lines(_1="1")), await counter.apply(sample, *lines(_1="1"))
    for key in (in_time, late):
        await counter.receipt(key, "120")
        before = (await counter.client.view_return(key)).clocks.return_arrival_before
        await counter.forward_to(key, before - A_WHILE)
    await counter.arrive(in_time)
    await counter.check(in_time)
    assert (await counter.ended(in_time)).state is ReturnState.CONFIRMED
    await counter.forward_to(late, before)
    ended = await counter.ended(late)
    assert (ended.state, ended.confirmed) == (ReturnState.EXPIRED, ())
    assert ended.ended_at is not None
    assert before <= ended.ended_at < before + A_WHILE
    with pytest.raises(AlreadyEnded):
        await counter.arrive(late, at=before - SECOND)
    assert owed(counter, sample.key.workflow_id).held == 0


async def test_goods_that_are_not_the_original_ones_get_no_relief(counter: ReturnsCounter) -> None:
    sample = await counter.released()
    key = await counter.apply(sample, *lines(_1="1"))
    await counter.receipt(key, "120")
    await counter.arrive(key)
    view = await counter.check(key, original=False)
    assert (view.state, view.rejected, view.alarms) == (
        ReturnState.NOT_ORIGINAL,
        lines(_1="1"),
        ("RETURN_NOT_ORIGINAL",),
    )
    assert (view.settlements[0].reversal, view.settlements[0].tax_due) == (NOTHING, Decimal("45.50"))
    ended = await counter.ended(key)
    assert (ended.state, ended.tax_due) == (ReturnState.NOT_ORIGINAL, None)
    due = owed(counter, sample.key.workflow_id)
    assert (due.due, due.held) == (Decimal("45.50"), NOTHING)


async def test_goods_may_travel_and_be_checked_while_customs_decides_but_relief_needs_its_acceptance(
    counter: ReturnsCounter,
) -> None:
    sample = await counter.released()
    key = await counter.apply(sample, *lines(_2="1"))
    await counter.arrive(key)
    view = await counter.check(key)
    assert (view.state, view.settlements, view.accepted_at) == (ReturnState.CHECKED, (), None)
    assert owed(counter, sample.key.workflow_id).due == Decimal("45.50")
    await counter.receipt(key, "399")
    ended = await counter.ended(key)
    assert (ended.state, ended.tax_due) == (ReturnState.CONFIRMED, Decimal("27.30"))


async def test_an_application_can_be_withdrawn_until_something_arrived(counter: ReturnsCounter) -> None:
    sample = await counter.released()
    kept, taken_back = await counter.apply(sample, *lines(_1="1")), await counter.apply(sample, *lines(_1="1"))
    await counter.receipt(kept, "120")
    await counter.arrive(kept)
    with pytest.raises(Refused) as refused:
        await counter.client.withdraw_return(kept, actor=EBC, reason="changed its mind")
    assert refused.value.problems[0].code == "E_RETURN_ARRIVED"
    view = await counter.client.withdraw_return(taken_back, actor=EBC, reason="changed its mind")
    assert view.state is ReturnState.WITHDRAWN
    assert (await counter.ended(taken_back)).why == f"withdrawn by {EBC}: changed its mind"
    assert owed(counter, sample.key.workflow_id).held == Decimal("13.65"), "of the one that is open"


async def test_an_application_can_be_withdrawn_while_customs_cannot_be_reached(counter: ReturnsCounter) -> None:
    sample = await counter.released()
    counter.desk.customs.down = 99
    answer = await counter.client.request_return(sample.key, actor=EBC, reason="wrong size")
    assert answer.goods_return is not None
    key = ReturnKey.of(answer.goods_return)
    await counter.client.withdraw_return(key, actor=EBC, reason="kept after all")
    assert (await counter.ended(key)).state is ReturnState.WITHDRAWN
    assert "goods_return" not in counter.desk.customs.kinds
    assert await counter.failures(key) == []


async def test_customs_may_refuse_an_application(counter: ReturnsCounter) -> None:
    sample = await counter.released()
    key = await counter.apply(sample)
    await counter.receipt(key, "-625209", info="在关联的清单中未找到表体序号")
    ended = await counter.ended(key)
    assert (ended.state, ended.why) == (ReturnState.REFUSED, "-625209 在关联的清单中未找到表体序号")
    assert owed(counter, sample.key.workflow_id).held == 0
    again = await counter.apply(sample)
    assert again.number == key.number + 1


async def test_customs_door_may_refuse_the_message(counter: ReturnsCounter) -> None:
    sample = await counter.released()
    counter.desk.customs.refusing.add("goods_return")
    answer = await counter.client.request_return(sample.key, actor=EBC, reason="wrong size")
    assert answer.accepted, answer.problems
    listed = await counter.desk.until(sample.key, lambda view: view.returns and view.returns[0].ended_at)
    assert listed.returns[0].state is ReturnState.REFUSED
    assert "HTTP_400" in listed.returns[0].why


async def test_what_could_not_be_sent_on_is_sent_again_under_the_same_number(counter: ReturnsCounter) -> None:
    sample = await counter.released()
    key = await counter.apply(sample)
    await counter.receipt(key, "2", "4")
    await counter.forward_to(key, await counter.now(key) + timedelta(minutes=6))
    await counter.when(lambda: counter.desk.customs.kinds.count("goods_return") == 2)
    sent = [(guid, record) for guid, record in counter.desk.customs.filed if isinstance(record, ReturnApplication)]
    assert sent[0] == sent[1]
    await counter.receipt(key, "120")
    await counter.until(key, lambda view: view.state is ReturnState.ACCEPTED)


async def test_repeated_and_unknown_receipts_change_nothing(counter: ReturnsCounter) -> None:
    sample = await counter.released()
    key = await counter.apply(sample)
    moment = await counter.now(key)
    for _ in range(2):
        await counter.receipt(key, "120", "777", at=moment)
    view = await counter.client.view_return(key)
    assert (view.state, view.duplicate_receipts, view.alarms) == (ReturnState.ACCEPTED, 2, ("UNKNOWN_RECEIPT",))
    assert [receipt.status for receipt in view.receipts] == ["120", "777"]


async def test_an_acceptance_on_day_31_refuses_unless_an_operator_showed_why_it_is_late(
    counter: ReturnsCounter,
) -> None:
    sample = await counter.released()
    late, admitted = await counter.apply(sample, *lines(_1="1")), await counter.apply(sample, *lines(_1="1"))
    before = (await counter.client.view_return(late)).clocks.return_application_before
    why = {"actor": "operator-7", "reason": "the electronic port was down", "evidence": "notice 2026-17"}
    await counter.client.admit_late_return(admitted, **why)
    for key in (late, admitted):
        await counter.forward_to(key, before)
        await counter.receipt(key, "120", at=before)
    ended = await counter.ended(late)
    assert ended.state is ReturnState.REFUSED
    assert ended.why.startswith("E_RETURN_LATE_APPLY")
    assert ended.applied_at < before
    view = await counter.client.view_return(admitted)
    assert (view.state, view.accepted_at) == (ReturnState.ACCEPTED, before)
    assert view.admission is not None
    with pytest.raises(Refused) as refused:
        await counter.client.admit_late_return(admitted, **why)
    assert refused.value.problems[0].code == "E_ALREADY_ACCEPTED"


async def test_two_returns_of_one_line_fit_and_a_third_does_not(counter: ReturnsCounter) -> None:
    sample = await counter.released()
    first, second = await counter.apply(sample, *lines(_1="1")), await counter.apply(sample, *lines(_1="1"))
    with pytest.raises(Refused) as refused:
        await counter.client.request_return(sample.key, actor=EBC, reason="more", lines=lines(_1="1"))
    assert refused.value.problems[0].code == "E_QTY_EXCEEDS"
    for key in (first, second):
        await counter.receipt(key, "120")
        await counter.arrive(key)
        await counter.check(key)
    assert (await counter.ended(second)).tax_due == Decimal("18.20")


async def test_when_everything_is_back_the_list_ends_without_tax(counter: ReturnsCounter) -> None:
    sample = await counter.released()
    key = await counter.apply(sample)
    await counter.receipt(key, "120")
    await counter.arrive(key)
    view = await counter.check(key)
    assert (view.settlements[0].tax_due, view.settlements[0].restored) == (NOTHING, Decimal("500.00"))
    assert (await counter.ended(key)).tax_due == 0
    listed = await counter.client.wait_for(sample.key, State.RETURNED, timeout=PATIENCE)
    assert listed.payment is None
