"""A list that nothing happens to: released, thirty days, taxed."""

from datetime import timedelta
from decimal import Decimal

from clearway.contracts.states import State
from tests.desk import Desk
from tests.patience import PATIENCE


async def test_happy_list_is_taxed_after_thirty_days_in_few_events(desk: Desk) -> None:
    sample = desk.sample()
    answer = await desk.declare(sample)
    assert answer.accepted, answer
    assert answer.state is State.MATCHED
    view = await desk.release(sample.key)
    assert view.clocks is not None
    desk.bill(sample.key, "28.21")
    await desk.collect(view.clocks.tax_window_opens + timedelta(hours=2))
    view = await desk.client.wait_for(sample.key, State.TAXED, timeout=PATIENCE)
    assert view.payment is not None
    assert view.payment.amount == Decimal("28.21")
    assert view.payment.difference == 0
    events = await desk.events(sample.key)
    assert len(events) <= 40, events
    assert events.count("WORKFLOW_TASK_COMPLETED") <= 8
