"""The payment window: bill and bank, good and bad."""

from datetime import timedelta
from decimal import Decimal

from clearway.contracts.case import CaseView
from clearway.contracts.states import Detail, State
from clearway.testing import SampleSet
from tests.desk import BATCH, Desk
from tests.patience import PATIENCE


async def _released(desk: Desk) -> tuple[SampleSet, CaseView]:
    sample = desk.sample()
    await desk.declare(sample)
    return sample, await desk.release(sample.key)


async def test_the_bill_wins_over_our_figure_and_the_difference_is_shown(desk: Desk) -> None:
    sample, view = await _released(desk)
    assert view.clocks is not None
    desk.bill(sample.key, "28.71")
    await desk.collect(view.clocks.tax_window_opens + BATCH)
    view = await desk.client.wait_for(sample.key, State.TAXED, timeout=PATIENCE)
    assert view.payment is not None
    assert (view.payment.amount, view.payment.difference) == (Decimal("28.71"), Decimal("0.50"))
    assert "BILL_DIFFERS" in view.alarms


async def test_without_a_bill_the_tax_waits_until_48_hours_before_the_deadline(desk: Desk) -> None:
    sample, view = await _released(desk)
    assert view.clocks is not None
    await desk.collect(view.clocks.tax_window_opens + BATCH)
    assert (await desk.client.view(sample.key)).payment is None
    await desk.collect(view.clocks.payment_guard_at + timedelta(minutes=5))
    view = await desk.client.wait_for(sample.key, State.TAXED, timeout=PATIENCE)
    assert view.payment is not None
    assert view.payment.amount == Decimal("28.21")
    assert view.payment.bill_no is None


async def test_a_bank_that_is_down_is_tried_again_and_pays_once(desk: Desk) -> None:
    desk.bank.down = 2
    sample, view = await _released(desk)
    assert view.clocks is not None
    desk.bill(sample.key, "28.21")
    await desk.collect(view.clocks.tax_window_opens + BATCH)
    await desk.client.wait_for(sample.key, State.TAXED, timeout=PATIENCE)
    assert len(desk.bank.paid) == 1


async def test_a_refused_payment_is_shown_and_tried_again_the_next_day(desk: Desk) -> None:
    desk.bank.refusals = 1
    sample, view = await _released(desk)
    assert view.clocks is not None
    desk.bill(sample.key, "28.21")
    await desk.collect(view.clocks.tax_window_opens + BATCH)
    view = await desk.until(sample.key, lambda view: view.detail is Detail.TAX_WINDOW)
    assert view.clocks is not None
    assert "REFUSED" in view.alarms
    await desk.collect(view.clocks.tax_window_opens + timedelta(days=1) + BATCH)
    view = await desk.client.wait_for(sample.key, State.TAXED, timeout=PATIENCE)
    assert "REFUSED" not in view.alarms


async def test_nobody_pays_and_the_day_after_the_deadline_it_shows(desk: Desk) -> None:
    sample, view = await _released(desk)
    assert view.clocks is not None
    await desk.forward_to(sample.key, view.clocks.payment_before - timedelta(seconds=5))
    assert "OVERDUE" not in (await desk.client.view(sample.key)).alarms
    await desk.forward_to(sample.key, view.clocks.payment_before + timedelta(minutes=5))
    view = await desk.until(sample.key, lambda view: view.detail is Detail.OVERDUE)
    assert "OVERDUE" in view.alarms
    desk.bill(sample.key, "28.21")
    desk.bank.refusals = 999
    assert view.clocks is not None
    deadline = view.clocks.payment_before
    await desk.collect(deadline)
    desk.bank.refusals = 0
    await desk.collect(deadline + timedelta(days=1, hours=3))
    view = await desk.client.wait_for(sample.key, State.TAXED, timeout=PATIENCE)
    assert view.payment is not None
    assert view.payment.late_fee is not None
    assert "OVERDUE" not in view.alarms


async def test_lists_of_one_agent_are_paid_together_and_each_hears_of_its_own(desk: Desk) -> None:
    first, second = desk.sample(), desk.sample(buyer_name="陈大文", buyer_id="320101198501010024")
    for sample in (first, second):
        await desk.declare(sample)
        view = await desk.release(sample.key)
        desk.bill(sample.key, "28.21", payment_order="")
    assert view.clocks is not None
    await desk.collect(view.clocks.tax_window_opens + BATCH)
    for sample in (first, second):
        view = await desk.client.wait_for(sample.key, State.TAXED, timeout=PATIENCE)
        assert view.payment is not None
        assert view.payment.amount == Decimal("28.21")
    assert [amount for _, _, amount in desk.bank.asked] == [Decimal("56.42")]
