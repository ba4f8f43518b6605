"""A released list and its returns: thirty days to apply, forty-five to arrive, and no tax on what came back."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from clearway.contracts.goods_return import ReturnState
from clearway.contracts.keys import ReturnKey
from clearway.contracts.states import Detail, State
from clearway.errors import AlreadyEnded, Refused
from clearway.testing import EBC
from tests.desk import BATCH, Desk
from tests.patience import PATIENCE
from tests.returns_desk import ReturnsCounter, lines


@pytest.fixture
def counter(desk: Desk) -> ReturnsCounter:
    """The desk where goods come back."""
    return ReturnsCounter(desk)


async def test_d0_is_the_shanghai_day_of_customs_release_not_of_the_receipt(desk: Desk) -> None:
    sample = desk.sample()
    await desk.declare(sample)
    evening = datetime.now(UTC).replace(hour=16, minute=30, second=0, microsecond=0) - timedelta(days=1)
    view = await desk.release(sample.key, at=evening)
    assert view.clocks is not None
    assert view.clocks.release_day == (evening + timedelta(hours=8)).date()
    assert view.clocks.release_day == evening.date() + timedelta(days=1)


async def test_a_return_is_accepted_in_the_last_second_of_day_30(desk: Desk) -> None:
    sample = desk.sample()
    await desk.declare(sample)
    view = await desk.release(sample.key)
    assert view.clocks is not None
    await desk.forward_to(sample.key, view.clocks.return_application_before - timedelta(seconds=8))
    answer = await desk.client.request_return(sample.key, actor=EBC, reason="buyer's remorse")
    assert answer.detail is Detail.RETURN_APPLIED
    assert answer.goods_return is not None


async def test_a_return_at_the_first_instant_of_day_31_is_refused_and_changes_nothing(desk: Desk) -> None:
    sample = desk.sample()
    await desk.declare(sample)
    view = await desk.release(sample.key)
    assert view.clocks is not None
    await desk.forward_to(sample.key, view.clocks.return_application_before)
    before = await desk.events(sample.key)
    with pytest.raises(Refused) as refused:
        await desk.client.request_return(sample.key, actor=EBC, reason="too late")
    assert refused.value.problems[0].code == "E_RETURN_LATE_APPLY"
    assert await desk.events(sample.key) == before


async def test_the_same_request_again_opens_no_second_return(counter: ReturnsCounter) -> None:
    sample = await counter.released()
    first, again = [
        await counter.client.request_return(
            sample.key, actor=EBC, reason="wrong size", lines=lines(_1="1"), request_id="R-1"
        )
        for _ in range(2)
    ]
    assert first.goods_return == again.goods_return
    assert len((await counter.client.view(sample.key)).returns) == 1


async def test_a_partial_return_leaves_the_tax_of_what_is_retained(counter: ReturnsCounter) -> None:
    """RULEBOOK B.8, acceptance 2; and the list takes few events of it."""
    sample = await counter.released()
    counter.desk.bill(sample.key, "45.50")
    before = len(await counter.desk.events(sample.key))
    key = await counter.apply(sample, *lines(_1="1"))
    await counter.receipt(key, "120")
    await counter.arrive(key)
    await counter.check(key)
    assert (await counter.ended(key)).state is ReturnState.CONFIRMED
    view = await counter.desk.until(sample.key, lambda view: view.returns[0].state is ReturnState.CONFIRMED)
    assert (view.state, view.detail, view.tax_due) == (
        State.RETURN_WINDOW,
        Detail.RETURN_CONFIRMED,
        Decimal("31.85"),
    )
    assert len(await counter.desk.events(sample.key)) - before <= 25
    assert view.clocks is not None
    await counter.desk.collect(view.clocks.tax_window_opens + BATCH)
    view = await counter.client.wait_for(sample.key, State.TAXED, timeout=PATIENCE)
    assert view.payment is not None
    assert view.payment.amount == Decimal("31.85")
    with pytest.raises(AlreadyEnded):
        await counter.client.request_return(sample.key, actor=EBC, reason="after the end")


async def test_a_travelling_return_holds_its_own_tax_and_never_that_of_retained_goods(
    counter: ReturnsCounter,
) -> None:
    sample = await counter.released()
    key = await counter.apply(sample, *lines(_1="1"))
    await counter.receipt(key, "120")
    counter.desk.bill(sample.key, "45.50")
    view = await counter.client.view(sample.key)
    assert view.clocks is not None
    await counter.desk.collect(view.clocks.tax_window_opens + BATCH)
    view = await counter.desk.until(sample.key, lambda view: view.payment is not None)
    assert view.payment is not None
    assert (view.state, view.payment.amount, view.tax_open) == (
        State.RETURN_WINDOW,
        Decimal("31.85"),
        Decimal("13.65"),
    )
    await counter.arrive(key)
    await counter.check(key)
    await counter.ended(key)
    assert view.clocks is not None
    await counter.desk.collect(view.clocks.tax_window_opens + timedelta(days=1) + BATCH)
    view = await counter.client.wait_for(sample.key, State.TAXED, timeout=PATIENCE)
    assert view.payment is not None
    assert view.payment.amount == Decimal("31.85")
    assert [amount for _, _, amount in counter.desk.bank.asked] == [Decimal("31.85")]


async def test_goods_that_never_come_back_are_taxed(counter: ReturnsCounter) -> None:
    sample = await counter.released()
    key = await counter.apply(sample)
    await counter.receipt(key, "120")
    counter.desk.bill(sample.key, "45.50")
    view = await counter.client.view(sample.key)
    assert view.clocks is not None
    await counter.desk.collect(view.clocks.held_tax_paid_at - timedelta(seconds=5))
    assert counter.desk.bank.asked == []
    await counter.forward_to(key, view.clocks.return_arrival_before)
    assert (await counter.ended(key)).state is ReturnState.EXPIRED
    await counter.desk.collect(view.clocks.held_tax_paid_at + BATCH)
    view = await counter.client.wait_for(sample.key, State.TAXED, timeout=PATIENCE)
    assert view.returns[0].state is ReturnState.EXPIRED
    assert view.payment is not None
    assert view.payment.amount == Decimal("45.50")


async def test_goods_that_are_not_the_original_ones_get_no_relief(counter: ReturnsCounter) -> None:
    sample = await counter.released()
    key = await counter.apply(sample)
    await counter.receipt(key, "120")
    await counter.arrive(key)
    await counter.check(key, original=False)
    view = await counter.desk.until(sample.key, lambda view: "RETURN_NOT_ORIGINAL" in view.alarms)
    counter.desk.bill(sample.key, "45.50")
    assert view.clocks is not None
    await counter.desk.collect(view.clocks.tax_window_opens + BATCH)
    view = await counter.client.wait_for(sample.key, State.TAXED, timeout=PATIENCE)
    assert view.payment is not None
    assert view.payment.amount == Decimal("45.50")


async def test_what_arrives_after_its_held_tax_was_paid_is_to_be_claimed_back(counter: ReturnsCounter) -> None:
    """D-13: nothing had come by the guard instant, so the tax was paid; then the goods came in time after all."""
    sample = await counter.released()
    key = await counter.apply(sample, *lines(_1="1"))
    await counter.receipt(key, "120")
    counter.desk.bill(sample.key, "45.50")
    view = await counter.client.view(sample.key)
    assert view.clocks is not None
    await counter.arrive(key)
    await counter.desk.collect(view.clocks.held_tax_paid_at + BATCH)
    view = await counter.desk.until(sample.key, lambda view: view.tax_open == 0)
    assert view.state is State.RETURN_WINDOW
    await counter.check(key)
    await counter.ended(key)
    assert view.clocks is not None
    await counter.desk.collect(view.clocks.held_tax_paid_at + timedelta(days=1) + BATCH)
    view = await counter.client.wait_for(sample.key, State.TAXED, timeout=PATIENCE)
    assert view.refund == Decimal("13.65")
    assert "REFUND_REQUESTED" in view.alarms


async def test_a_return_whose_workflow_is_ended_by_hand_holds_nothing_any_more(counter: ReturnsCounter) -> None:
    sample = await counter.released()
    key: ReturnKey = await counter.apply(sample)
    await counter.handle(key).terminate("operator")
    view = await counter.desk.until(sample.key, lambda view: view.returns[0].state is ReturnState.WITHDRAWN)
    assert view.detail is Detail.RETURN_OPEN
    assert (await counter.apply(sample)).number == key.number + 1


async def test_before_release_there_is_nothing_to_return(desk: Desk) -> None:
    sample = desk.sample()
    await desk.declare(sample)
    with pytest.raises(Refused) as refused:
        await desk.client.request_return(sample.key, actor=EBC, reason="early")
    assert refused.value.problems[0].code == "E_NOT_RELEASED"
