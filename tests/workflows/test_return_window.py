"""Thirty days to apply, forty-five to arrive: the last accepted second and the first refused one."""

from datetime import UTC, datetime, timedelta

import pytest

from clearway.contracts.case import CaseView, ReturnArrival
from clearway.contracts.states import Detail, State
from clearway.errors import AlreadyEnded, Refused
from clearway.testing import SampleSet
from tests.desk import Desk


async def _released(desk: Desk) -> tuple[SampleSet, CaseView]:
    sample = desk.sample()
    await desk.declare(sample)
    return sample, await desk.release(sample.key)


def _arrival(moment: datetime, *, original: bool = True) -> ReturnArrival:
    return ReturnArrival(actor="3301960W01", arrived_at=moment, original_goods=original)


async def test_d0_is_the_shanghai_day_of_customs_release_not_of_the_receipt(desk: Desk) -> None:
    sample = desk.sample()
    await desk.declare(sample)
    evening = datetime.now(UTC).replace(hour=16, minute=30, second=0, microsecond=0) - timedelta(days=1)
    view = await desk.release(sample.key, at=evening)
    assert view.clocks is not None
    assert view.clocks.release_day == (evening + timedelta(hours=8)).date()
    assert view.clocks.release_day == evening.date() + timedelta(days=1)


async def test_a_return_is_accepted_in_the_last_second_of_day_30(desk: Desk) -> None:
    sample, view = await _released(desk)
    assert view.clocks is not None
    await desk.forward_to(sample.key, view.clocks.return_application_before - timedelta(seconds=8))
    answer = await desk.client.request_return(sample.key, actor="3301960A01", reason="buyer's remorse")
    assert answer.detail is Detail.RETURN_APPLIED


async def test_a_return_at_the_first_instant_of_day_31_is_refused(desk: Desk) -> None:
    desk.bank.refusals = 99
    sample, view = await _released(desk)
    assert view.clocks is not None
    desk.bill(sample.key, "28.21")
    await desk.forward_to(sample.key, view.clocks.return_application_before)
    await desk.until(sample.key, lambda view: view.detail is Detail.TAX_WINDOW)
    with pytest.raises(Refused) as refused:
        await desk.client.request_return(sample.key, actor="3301960A01", reason="too late")
    assert refused.value.problems[0].code == "E_RETURN_LATE_APPLY"


async def test_a_whole_return_in_time_ends_without_tax(desk: Desk) -> None:
    sample, _ = await _released(desk)
    await desk.forward(sample.key, timedelta(days=10))
    await desk.client.request_return(sample.key, actor="3301960A01", reason="wrong size")
    with pytest.raises(Refused) as refused:
        await desk.client.request_return(sample.key, actor="3301960A01", reason="again")
    assert refused.value.problems[0].code == "E_RETURN_OPEN"
    await desk.forward(sample.key, timedelta(days=5))
    await desk.client.confirm_return_arrival(sample.key, _arrival(datetime.now(UTC) + timedelta(days=14)))
    view = await desk.client.wait_for(sample.key, State.RETURNED, timeout=30)
    assert view.payment is None
    assert desk.bank.paid == {}
    with pytest.raises(AlreadyEnded):
        await desk.client.request_return(sample.key, actor="3301960A01", reason="after the end")


async def test_a_travelling_return_holds_the_tax_and_the_goods_may_arrive_until_day_45(desk: Desk) -> None:
    sample, view = await _released(desk)
    assert view.clocks is not None
    await desk.client.request_return(sample.key, actor="3301960A01", reason="wrong size")
    await desk.forward_to(sample.key, view.clocks.held_tax_paid_at - timedelta(hours=1))
    assert (await desk.client.view(sample.key)).detail is Detail.RETURN_APPLIED
    late = view.clocks.return_arrival_before
    with pytest.raises(Refused) as refused:
        await desk.client.confirm_return_arrival(sample.key, _arrival(late + timedelta(days=90)))
    assert refused.value.problems[0].code == "E_ARRIVAL_IN_FUTURE"
    await desk.client.confirm_return_arrival(sample.key, _arrival(view.clocks.held_tax_paid_at - timedelta(hours=2)))
    await desk.client.wait_for(sample.key, State.RETURNED, timeout=30)


async def test_goods_that_never_come_back_are_taxed(desk: Desk) -> None:
    sample, view = await _released(desk)
    assert view.clocks is not None
    desk.bill(sample.key, "28.21")
    await desk.client.request_return(sample.key, actor="3301960A01", reason="wrong size")
    await desk.forward_to(sample.key, view.clocks.held_tax_paid_at + timedelta(seconds=1))
    view = await desk.client.wait_for(sample.key, State.TAXED, timeout=30)
    assert view.goods_return is not None
    assert view.goods_return.outcome == "EXPIRED"


async def test_goods_that_are_not_the_original_ones_get_no_relief(desk: Desk) -> None:
    sample, view = await _released(desk)
    assert view.clocks is not None
    desk.bill(sample.key, "28.21")
    await desk.client.request_return(sample.key, actor="3301960A01", reason="wrong size")
    await desk.client.confirm_return_arrival(sample.key, _arrival(datetime.now(UTC), original=False))
    view = await desk.client.view(sample.key)
    assert "RETURN_NOT_ORIGINAL" in view.alarms
    assert view.clocks is not None
    await desk.forward_to(sample.key, view.clocks.tax_window_opens)
    await desk.client.wait_for(sample.key, State.TAXED, timeout=30)


async def test_before_release_there_is_nothing_to_return(desk: Desk) -> None:
    sample = desk.sample()
    await desk.declare(sample)
    with pytest.raises(Refused) as refused:
        await desk.client.request_return(sample.key, actor="3301960A01", reason="early")
    assert refused.value.problems[0].code == "E_NOT_RELEASED"
