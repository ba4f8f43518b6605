"""Whether something fits a return as it stands, and why not: what validators and the desk ask (RULEBOOK B.8)."""

from collections.abc import Iterable
from datetime import datetime

from clearway.contracts.goods_return import (
    AdmitLateReturn,
    ArrivedGoods,
    GoodsCheck,
    ReturnLine,
    ReturnShipment,
    ReturnState,
)
from clearway.contracts.parties import Role
from clearway.contracts.problems import Problem
from models.refusals import Texts, refusal
from models.return_case import GoodsReturnCase
from models.return_quantities import Quantities, beyond

_TEXTS: Texts = {
    "E_RETURN_ENDED": (
        "This return is over.",
        "该退货流程已结束。",
        "Look at its end; for other goods of the list apply for another return in time.",
        "请查看最终状态；如需退回清单的其他商品，请在期限内另行申请。",
        "RULEBOOK B.8",
    ),
    "E_QTY_EXCEEDS": (
        "More is named than there is left of these goods.",
        "所列数量超过该商品的剩余可退数量。",
        "Name at most what is left of each line.",
        "各项数量不得超过剩余数量。",
        "RULEBOOK B.8",
    ),
    "E_RETURN_NUMBER": (
        "A return with this number is registered with other goods.",
        "该编号的退货申请已登记，且商品不同。",
        "Give the return the next free number.",
        "请使用下一个未用的编号。",
        "RULEBOOK B.8",
    ),
    "E_NOT_RELEASED": (
        "The list is not released; there is nothing to return.",
        "清单尚未放行，不能办理退货。",
        "Before release, cancel the list instead.",
        "放行前请办理撤销。",
        "RULEBOOK B.8",
    ),
    "E_LIST_ENDED": (
        "The list is over; no goods of it can be returned any more.",
        "该清单流程已结束，不能再办理退货。",
        "Settle with the buyer commercially.",
        "请与消费者自行协商。",
        "RULEBOOK B.8",
    ),
    "E_NOTHING_UNDER_WAY": (
        "Nothing of this return is on its way any more.",
        "该退货申请已无在途商品。",
        "Look at what arrived and was checked.",
        "请查看已运抵和已查验的商品。",
        "RULEBOOK B.8",
    ),
    "E_ARRIVAL_IN_FUTURE": (
        "The arrival lies in the future.",
        "运抵时间晚于当前时间。",
        "State the instant at which the goods passed the gate.",
        "请填写货物进卡口的实际时间。",
        "RULEBOOK D-21",
    ),
    "E_ARRIVAL_BEFORE_APPLICATION": (
        "The goods passed the gate before their return was applied for.",
        "运抵时间早于退货申请时间。",
        "State the instant at which these goods passed the gate.",
        "请填写该批货物进卡口的实际时间。",
        "RULEBOOK B.8, D-21",
    ),
    "E_RETURN_LATE_ARRIVAL": (
        "The goods came back after the 45th day; the tax stands.",
        "货物未在放行之日起45日内运抵原区域，税款应照常缴纳。",
        "Settle with the buyer commercially.",
        "请与消费者自行协商。",
        "RULEBOOK B.8, seed S2.4",
    ),
    "E_NOTHING_ARRIVED": (
        "Nothing that could be checked has arrived.",
        "尚无运抵待查验的商品。",
        "Confirm the arrival first.",
        "请先确认运抵。",
        "RULEBOOK B.8",
    ),
    "E_CHECK_BEFORE_ARRIVAL": (
        "The check lies before the arrival, or in the future.",
        "查验时间早于运抵时间，或晚于当前时间。",
        "State the instant at which the goods were checked.",
        "请填写实际查验时间。",
        "RULEBOOK B.8",
    ),
    "E_RETURN_ARRIVED": (
        "Goods of this return have arrived; it can no longer be withdrawn.",
        "退货商品已运抵，不能再撤回申请。",
        "Let them be checked.",
        "请办理查验。",
        "RULEBOOK B.8",
    ),
    "E_RETURN_LATE_APPLY": (
        "The application itself was not made in time.",
        "退货申请本身未在期限内提出。",
        "Only an application made within 30 days can be admitted when customs' answer is late.",
        "仅当申请在30日内提出而海关答复延迟时，方可准予。",
        "RULEBOOK B.8, D-20",
    ),
    "E_ALREADY_ACCEPTED": (
        "Customs has accepted this application already.",
        "海关已受理该申请。",
        "Nothing has to be admitted.",
        "无需准予。",
        "RULEBOOK D-20",
    ),
}


def declined(code: str, *fields: tuple[str, str | None], owner: Role | None = Role.EBC) -> Problem:
    """The problem for a code, with the fields and values it is about."""
    return refusal(code, *fields, owner=owner, texts=_TEXTS)


def exceeds(lines: Iterable[ReturnLine], allowed: Quantities, owner: Role | None = Role.EBC) -> Problem | None:
    """E_QTY_EXCEEDS with every line of which more is named than is allowed."""
    fields = beyond(lines, allowed)
    return declined("E_QTY_EXCEEDS", *fields, owner=owner) if fields else None


def refuse_ended(case: GoodsReturnCase) -> Problem | None:
    """A return that is over takes nothing more."""
    return declined("E_RETURN_ENDED", ("state", case.state)) if case.over else None


def refuse_shipment(case: GoodsReturnCase, shipment: ReturnShipment) -> Problem | None:
    """There must be goods that can still travel."""
    if case.over:
        return refuse_ended(case)
    return None if case.on_their_way else declined("E_NOTHING_UNDER_WAY", ("state", case.state))


def refuse_arrival(case: GoodsReturnCase, arrival: ArrivedGoods, now: datetime) -> Problem | None:
    """Goods count as back in time when they passed the gate before D0+46 00:00 (B.8, D-21)."""
    if case.over:
        return refuse_ended(case)
    arrived, before = ("arrived_at", arrival.arrived_at.isoformat()), case.clocks.return_arrival_before
    if arrival.arrived_at > now:
        return declined("E_ARRIVAL_IN_FUTURE", arrived, ("now", now.isoformat()), owner=Role.WH)
    if arrival.arrived_at < case.start.applied_at:
        applied = ("applied_at", case.start.applied_at.isoformat())
        return declined("E_ARRIVAL_BEFORE_APPLICATION", arrived, applied, owner=Role.WH)
    if arrival.arrived_at >= before:
        deadline = ("clocks.return_arrival_before", before.isoformat())
        return declined("E_RETURN_LATE_ARRIVAL", arrived, deadline)
    if not case.on_their_way:
        return declined("E_NOTHING_UNDER_WAY", ("state", case.state), owner=Role.WH)
    return exceeds(arrival.lines, case.on_their_way, Role.WH)


def refuse_check(case: GoodsReturnCase, check: GoodsCheck, now: datetime) -> Problem | None:
    """Only what arrived can be checked, after it arrived, and once."""
    if case.over:
        return refuse_ended(case)
    if not case.unchecked:
        return declined("E_NOTHING_ARRIVED", ("state", case.state), owner=Role.WH)
    first = min(arrival.arrived_at for arrival in case.arrivals)
    if not first <= check.checked_at <= now:
        fields = (("checked_at", check.checked_at), ("arrived_at", first), ("now", now))
        told = ((name, moment.isoformat()) for name, moment in fields)
        return declined("E_CHECK_BEFORE_ARRIVAL", *told, owner=Role.WH)
    return exceeds(check.lines, case.unchecked, Role.WH)


def refuse_withdrawal(case: GoodsReturnCase) -> Problem | None:
    """What has arrived cannot be taken back."""
    if case.over:
        return refuse_ended(case)
    return declined("E_RETURN_ARRIVED", ("state", case.state)) if case.arrivals else None


def refuse_admission(case: GoodsReturnCase, admission: AdmitLateReturn) -> Problem | None:
    """A late answer can be admitted while it is awaited, for an application that was made in time (D-20)."""
    if case.over:
        return refuse_ended(case)
    if case.accepted_at is not None:
        return declined("E_ALREADY_ACCEPTED", ("state", ReturnState.ACCEPTED), owner=None)
    before = case.clocks.return_application_before
    if case.start.applied_at >= before:
        applied = ("applied_at", case.start.applied_at.isoformat())
        deadline = ("clocks.return_application_before", before.isoformat())
        return declined("E_RETURN_LATE_APPLY", applied, deadline, owner=None)
    return None
