"""Released lists whose goods come back: all, in part, late, never, or not the original ones (RULEBOOK B.8)."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from temporalio.client import WorkflowHandle

from clearway.contracts.documents import DocumentKind
from clearway.contracts.goods_return import (
    ArrivedGoods,
    GoodsCheck,
    ReturnLine,
    ReturnShipment,
    ReturnState,
    ReturnView,
)
from clearway.contracts.keys import ReturnKey
from clearway.contracts.states import State
from clearway.testing import LOG, WAREHOUSE, SampleSet, sample_set
from deploy.play import Play, clock_of, move_clock, refused, taken
from deploy.scene import TAX, Scene, is_taxed, stands, taxed
from deploy.unexpected import Unexpected

RETAINED = Decimal("31.85")
"""Tax of what is kept of 2 x 150.00 and 1 x 200.00 CNY after one of the first came back: 350.00 x 9.1 % (B.8)."""
A_MINUTE, AN_HOUR = timedelta(minutes=1), timedelta(hours=1)


def two_lines(order_no: str, at: datetime, orderer: str, orderer_id: str) -> SampleSet:
    """Line 1: 2 x 150.00, line 2: 1 x 200.00, without freight: 45.50 CNY of tax (RULEBOOK B.8, example 2)."""
    amounts = {"goods_value": Decimal("500.00"), "freight": Decimal("0.00"), "discount": Decimal("0.00")}
    sample = sample_set(order_no, at=at, buyer_name=orderer, buyer_id=orderer_id, **amounts)
    first = {"gnum": 1, "qty": Decimal(2), "price": Decimal("150.00"), "total_price": Decimal("300.00")}
    second = {"gnum": 2, "item_no": "SKU-2", "price": Decimal("200.00"), "total_price": Decimal("200.00")}
    ordered, declared = sample.order.lines[0], sample.declaration_list.lines[0]
    in_law: tuple[dict[str, Any], ...] = ({"qty2": Decimal(2)}, {"item_record_no": "000000002"})
    lines = tuple(ordered.model_copy(update=line) for line in (first, second))
    listed = tuple(
        declared.model_copy(update={"qty1": Decimal("0.20")} | line | more)
        for line, more in zip((first, second), in_law, strict=True)
    )
    return sample.changed(DocumentKind.ORDER, lines=lines).changed(DocumentKind.DECLARATION_LIST, lines=listed)


# --- one return on its own clock ------------------------------------------------------------------------------------


async def apply(play: Play, *wanted: ReturnLine, reason: str = "does not fit") -> ReturnKey:
    """Apply to return goods, everything where nothing is named; customs has answered the application."""
    answer = taken(await play.client.request_return(play.key, actor=play.key.ebc_code, reason=reason, lines=wanted))
    if answer.goods_return is None:
        raise Unexpected("a return was applied for, but the answer does not name it")
    return ReturnKey.of(answer.goods_return)


async def accepted(play: Play, key: ReturnKey) -> ReturnKey:
    """Wait for customs to accept the application."""
    await until(play, key, lambda view: view.state is ReturnState.ACCEPTED, "accepted by customs")
    return key


async def send_off(play: Play, key: ReturnKey) -> None:
    """The buyer sends the goods off."""
    shipment = ReturnShipment(actor=play.key.ebc_code, carrier=LOG, waybill_no="SF-BACK-1")
    await play.client.note_return_shipment(key, shipment)


async def arrive(play: Play, key: ReturnKey, *, after: timedelta) -> None:
    """Days later, on the return's own clock, the goods pass the gate of the zone that they left."""
    await move(play, key, await now(play, key) + after)
    await play.client.confirm_arrival(key, ArrivedGoods(actor=WAREHOUSE, arrived_at=await now(play, key)))


async def check(play: Play, key: ReturnKey, *, original: bool, evidence: str) -> ReturnView:
    """An hour after the arrival the warehouse looks whether they are the goods that were sent out."""
    await move(play, key, await now(play, key) + AN_HOUR)
    at = await now(play, key)
    found = GoodsCheck(actor=WAREHOUSE, checked_at=at, original=original, evidence=evidence)
    return await play.client.check_returned_goods(key, found)


async def until(play: Play, key: ReturnKey, holds: Callable[[ReturnView], bool], what: str) -> ReturnView:
    """The first view of a return for which something holds. Raises Unexpected when none comes."""
    try:
        async with asyncio.timeout(play.patience) as standstill:
            async for view in play.client.watch_return(key, every=play.look):
                if holds(view):
                    return view
                standstill.reschedule(asyncio.get_running_loop().time() + play.patience)
    except TimeoutError:
        raise Unexpected(f"return {key.number} not {what}, and nothing moved for {play.patience:.0f} s") from None
    raise Unexpected(f"return {key.number} ended as {view.state} before it was {what}")


async def ended(play: Play, number: int, state: ReturnState) -> None:
    """Wait until the list knows the end of a return."""
    await play.until(
        lambda view: len(view.returns) >= number and view.returns[number - 1].state is state,
        f"told that return {number} is {state}",
    )


def handle(play: Play, key: ReturnKey) -> WorkflowHandle[Any, Any]:
    """The workflow of a return."""
    return play.client.temporal.get_workflow_handle(key.workflow_id)


async def now(play: Play, key: ReturnKey) -> datetime:
    """The instant on a return's own clock, which began at its list's."""
    return await clock_of(play.client, handle(play, key))


async def move(play: Play, key: ReturnKey, moment: datetime) -> None:
    """Move a return's own clock."""
    await move_clock(play.client, handle(play, key), moment)


# --- what becomes of returns ------------------------------------------------------------------------------------------


async def return_all(play: Play) -> None:
    """On day ten the enterprise applies to return everything; five days later the originals are back."""
    await play.clocks()
    await play.forward(timedelta(days=10))
    key = await accepted(play, await apply(play))
    await send_off(play, key)
    await arrive(play, key, after=timedelta(days=5))
    view = await check(play, key, original=True, evidence="seals unbroken")
    play.notes.append(
        f"not levied: {view.settlements[-1].reversal:.2f}; back in the annual amount: "
        f"{view.settlements[-1].restored:.2f}"
    )
    await play.reach(State.RETURNED)


async def return_a_part(play: Play) -> None:
    """One of two of the first line comes back; what is kept is taxed."""
    await play.clocks()
    await play.forward(timedelta(days=7))
    key = await accepted(play, await apply(play, ReturnLine(gnum=1, qty=Decimal(1))))
    await arrive(play, key, after=timedelta(days=6))
    view = await check(play, key, original=True, evidence="bar code and batch as sold")
    settled = view.settlements[-1]
    play.notes.append(f"tax {settled.tax_before:.2f} before, {settled.tax_due:.2f} for what is kept")
    await ended(play, 1, ReturnState.CONFIRMED)


async def return_other_goods(play: Play) -> None:
    """What arrives is not what was sold: no relief."""
    await play.clocks()
    await play.forward(timedelta(days=12))
    key = await accepted(play, await apply(play))
    await arrive(play, key, after=timedelta(days=4))
    await check(play, key, original=False, evidence="another batch number")
    await ended(play, 1, ReturnState.NOT_ORIGINAL)


async def withdraw_then_be_refused(play: Play) -> None:
    """The first application is taken back, the second one is refused by customs; the goods stay with the buyer."""
    await play.clocks()
    await play.forward(timedelta(days=3))
    first = await accepted(play, await apply(play))
    await play.client.withdraw_return(first, actor=play.key.ebc_code, reason="the customer keeps it")
    await ended(play, 1, ReturnState.WITHDRAWN)
    await play.forward(timedelta(days=2))
    await apply(play, reason="does not fit-REFUSE")
    await ended(play, 2, ReturnState.REFUSED)


async def apply_too_late(play: Play) -> None:
    """The first second of day 31: a return is refused, and leaves no trace."""
    await play.forward_to((await play.clocks()).return_application_before)
    late = play.client.request_return(play.key, actor=play.key.ebc_code, reason="does not fit")
    code = await refused(late, "E_RETURN_LATE_APPLY", "a return on day 31")
    play.notes.append(f"return on day 31 refused: {code}")


async def apply_on_day_30(play: Play) -> None:
    """Applied for on the last day; its tax is held until just before the deadline, then paid."""
    await play.forward_to((await play.clocks()).return_application_before - 6 * AN_HOUR)
    await accepted(play, await apply(play))


async def never_arrive(play: Play) -> None:
    """Day 45 is over and nothing came back: the tax stands."""
    key = ReturnKey(case=play.key, number=1)
    await move(play, key, (await until(play, key, lambda _: True, "there")).clocks.return_arrival_before + A_MINUTE)
    await ended(play, 1, ReturnState.EXPIRED)


async def arrive_on_day_45(play: Play) -> None:
    """Back in the last hour, when the tax was already paid: it is to be claimed back."""
    key = ReturnKey(case=play.key, number=1)
    last = (await until(play, key, lambda _: True, "there")).clocks.return_arrival_before - AN_HOUR - A_MINUTE
    await arrive(play, key, after=last - await now(play, key))
    await check(play, key, original=True, evidence="seals unbroken")
    await ended(play, 1, ReturnState.CONFIRMED)


SCENES = (
    Scene(
        "TWICE",
        "everything comes back on day 15: no tax; besides, every receipt of this list arrived twice",
        stands(State.RETURNED, reason="no tax is due", receipts=("800",), returns=("confirmed",), repeats=True),
        State.RETURN_WINDOW,
        later=return_all,
    ),
    Scene(
        "RETURNPART",
        "one of three pieces comes back on day 13: only what is kept is taxed",
        is_taxed(paid=RETAINED, returns=("confirmed",)),
        State.RETURN_WINDOW,
        later=return_a_part,
        papers=two_lines,
    ),
    taxed(
        "RETURNOTHER",
        "what came back is not what was sold: taxed",
        is_taxed(returns=("not_original",), alarms=("RETURN_NOT_ORIGINAL",)),
        later=return_other_goods,
    ),
    taxed(
        "RETURNREFUSED",
        "one application is withdrawn, the next is refused by customs: taxed",
        is_taxed(returns=("withdrawn", "refused")),
        later=withdraw_then_be_refused,
    ),
    taxed("RETURNLATE", "a return is applied for on day 31: refused, taxed", later=apply_too_late),
    taxed(
        "RETURNNEVER",
        "applied for on day 30, never there: its tax was held, is paid before the deadline, and stands",
        is_taxed(returns=("expired",)),
        later=apply_on_day_30,
        last=never_arrive,
    ),
    taxed(
        "RETURNLAST",
        "back in the last hour of day 45, after its held tax was paid: the tax is to be claimed back",
        is_taxed(returns=("confirmed",), refund=TAX, alarms=("REFUND_REQUESTED",)),
        later=apply_on_day_30,
        last=arrive_on_day_45,
    ),
)
