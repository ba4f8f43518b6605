"""One return as its workflow carries it: what receipts, arrivals and checks do to it, to the second (RULEBOOK B.8)."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import permutations

import pytest

from clearway.contracts.base import SHANGHAI
from clearway.contracts.customs import CustomsNews, CustomsReceipt
from clearway.contracts.documents import ApplicationKind
from clearway.contracts.facts import LegalClocks
from clearway.contracts.goods_return import (
    AdmitLateReturn,
    ArrivedGoods,
    GoodsCheck,
    ReturnLine,
    ReturnSettlement,
    ReturnShipment,
    ReturnState,
    StartReturn,
    WithdrawReturn,
)
from clearway.contracts.keys import CaseKey, ReturnKey
from clearway.contracts.parties import ROLE_NAMES
from clearway.contracts.problems import Problem
from clearway.rules.deadlines import legal_clocks
from models.return_case import GoodsReturnCase
from models.return_narrative import awaited, return_attributes, return_markdown, return_view
from models.return_refusals import (
    refuse_admission,
    refuse_arrival,
    refuse_check,
    refuse_shipment,
    refuse_withdrawal,
)
from tests.returns_desk import lines
from tests.rules.calendars import real

KEY = ReturnKey(case=CaseKey(ebc_code="3301960A01", order_no="CW-1"), number=1)
SECOND = timedelta(seconds=1)
ONE, TWO = lines(_1="1"), lines(_1="2")
SITE = "3301960W01"


def at(text: str) -> datetime:
    """An instant in Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


RELEASED, APPLIED = at("2026-03-10 09:00:00"), at("2026-03-20 09:00:00")
LAST_APPLICATION, LAST_ARRIVAL = at("2026-04-09 23:59:59"), at("2026-04-24 23:59:59")


def clocks(released: datetime = RELEASED) -> LegalClocks:
    """What a release fixes."""
    return legal_clocks(released, real(), profile="SEED")


def new(*wanted: ReturnLine, applied: datetime = APPLIED, released: datetime = RELEASED) -> GoodsReturnCase:
    """A return that was applied for."""
    return GoodsReturnCase(
        StartReturn(
            key=KEY, actor="3301960A01", reason="size", lines=wanted or ONE, applied_at=applied, clocks=clocks(released)
        )
    )


def receipt(status: str, when: datetime, info: str = "") -> CustomsReceipt:
    """A receipt 626."""
    return CustomsReceipt(about=ApplicationKind.GOODS_RETURN, status=status, at=when, info=info, cop_no="CR1")


def hear(case: GoodsReturnCase, *receipts: CustomsReceipt, now: datetime | None = None) -> None:
    """Receipts come, each in a signal of its own."""
    for each in receipts:
        case.take_news(CustomsNews(receipts=(each,)), now or each.at)


def arrival(when: datetime, *came: ReturnLine) -> ArrivedGoods:
    return ArrivedGoods(actor=SITE, arrived_at=when, lines=came)


def found(when: datetime, *seen: ReturnLine, original: bool = True) -> GoodsCheck:
    return GoodsCheck(actor=SITE, checked_at=when, original=original, lines=seen)


def settle(case: GoodsReturnCase, when: datetime) -> None:
    """The books follow every check whose consequences are due."""
    while step := case.due_step:
        amount = Decimal("13.65") if step.check.original else Decimal(0)
        fact = ReturnSettlement(
            lines=step.check.lines,
            tax_before=Decimal("45.50"),
            tax_due=Decimal("45.50") - amount,
            reversal=amount,
            restored=Decimal(0),
            guarantee_freed=amount,
            refund=Decimal(0),
            at=when,
        )
        case.settling = step.check
        case.take_settlement(fact, when)


def code(problem: Problem | None) -> str | None:
    return problem.code if problem else None


def test_customs_acceptance_in_the_last_second_of_day_30_is_in_time_and_a_second_later_it_is_refused() -> None:
    in_time, late = new(applied=at("2026-04-09 20:00:00")), new(applied=at("2026-04-09 20:00:00"))
    hear(in_time, receipt("120", LAST_APPLICATION))
    assert (in_time.state, in_time.accepted_at) == (ReturnState.ACCEPTED, LAST_APPLICATION)
    hear(late, receipt("120", LAST_APPLICATION + SECOND))
    assert (late.state, late.accepted_at) == (ReturnState.REFUSED, None)
    assert late.why.startswith("E_RETURN_LATE_APPLY")
    assert late.record().applied_at == at("2026-04-09 20:00:00"), "the instant it was sent stays on record (D-20)"


def test_what_counts_is_when_customs_accepted_not_when_we_heard_of_it() -> None:
    case = new()
    hear(case, receipt("120", LAST_APPLICATION), now=LAST_APPLICATION + timedelta(days=2))
    assert case.state is ReturnState.ACCEPTED


def test_an_operator_may_admit_a_late_answer_for_an_application_made_in_time_only() -> None:
    admission = AdmitLateReturn(actor="operator-7", reason="the port was down", evidence="notice 17")
    case, too_late = new(applied=LAST_APPLICATION), new(applied=LAST_APPLICATION + SECOND)
    assert refuse_admission(case, admission) is None
    assert code(refuse_admission(too_late, admission)) == "E_RETURN_LATE_APPLY"
    case.admit(admission)
    hear(case, receipt("399", LAST_APPLICATION + timedelta(hours=9)))
    assert case.state is ReturnState.ACCEPTED
    assert return_view(case).admission == admission
    assert code(refuse_admission(case, admission)) == "E_ALREADY_ACCEPTED"


def test_goods_through_the_gate_in_the_last_second_of_day_45_are_in_time_and_a_second_later_they_are_not() -> None:
    case, now = new(), LAST_ARRIVAL + timedelta(days=1)
    assert refuse_arrival(case, arrival(LAST_ARRIVAL), now) is None
    assert code(refuse_arrival(case, arrival(LAST_ARRIVAL + SECOND), now)) == "E_RETURN_LATE_ARRIVAL"


def test_the_return_windows_do_not_roll_over_holidays() -> None:
    case = new(applied=at("2026-02-01 23:59:59"), released=at("2026-01-02 09:00:00"))
    assert case.clocks.payment_deadline == date(2026, 2, 24)
    hear(case, receipt("120", at("2026-02-01 23:59:59")))
    now = at("2026-02-20 00:00:00")
    assert refuse_arrival(case, arrival(at("2026-02-16 23:59:59")), now) is None
    assert code(refuse_arrival(case, arrival(at("2026-02-17 00:00:00")), now)) == "E_RETURN_LATE_ARRIVAL"
    case.expire(at("2026-02-17 00:00:00"))
    assert case.state is ReturnState.EXPIRED


def test_before_2020_03_28_goods_had_to_be_back_within_30_days() -> None:
    released = at("2020-03-01 09:00:00")
    case = new(applied=at("2020-03-11 09:00:00"), released=released)
    hear(case, receipt("120", at("2020-03-11 09:05:00")))
    now = at("2020-04-02 00:00:00")
    assert refuse_arrival(case, arrival(at("2020-03-31 23:59:59")), now) is None
    assert code(refuse_arrival(case, arrival(at("2020-04-01 00:00:00")), now)) == "E_RETURN_LATE_ARRIVAL", "day 31"


@pytest.mark.parametrize(
    ("when", "now", "refused"),
    [
        (APPLIED - SECOND, APPLIED, "E_ARRIVAL_BEFORE_APPLICATION"),
        (APPLIED, APPLIED, None),
        (APPLIED + SECOND, APPLIED, "E_ARRIVAL_IN_FUTURE"),
    ],
)
def test_goods_arrive_after_the_application_and_not_in_the_future(
    when: datetime, now: datetime, refused: str | None
) -> None:
    assert code(refuse_arrival(new(), arrival(when), now)) == refused


def test_receipts_in_any_order_and_any_number_have_one_outcome() -> None:
    said = [receipt("2", APPLIED), receipt("3", APPLIED + SECOND), receipt("120", APPLIED + 2 * SECOND)]
    said += [receipt("399", APPLIED + 3 * SECOND)]
    for order in permutations(said):
        case = new()
        hear(case, *order, *order)
        assert (case.state, case.accepted_at) == (ReturnState.ACCEPTED, APPLIED + 2 * SECOND)
        assert (len(case.receipts), case.duplicate_receipts) == (4, 4)


@pytest.mark.parametrize(
    ("status", "info", "state", "alarms"),
    [
        ("1", "", ReturnState.APPLIED, []),
        ("100", "退单", ReturnState.REFUSED, []),
        ("-625001", "报文校验失败", ReturnState.REFUSED, []),
        ("-625022", "已经申报过，请勿重复申报", ReturnState.APPLIED, []),
        ("-625022", "申报状态不符合改单申报的条件", ReturnState.REFUSED, []),
        ("-625033", "已经申报过", ReturnState.APPLIED, []),
        ("-625209", "未找到表体序号", ReturnState.REFUSED, []),
        ("-625014", "金额超过单笔限额", ReturnState.REFUSED, ["RETURN_NEEDS_OPERATOR"]),
        ("-625015", "购买金额超过限额", ReturnState.REFUSED, ["RETURN_NEEDS_OPERATOR"]),
        ("-625208", "验签失败", ReturnState.REFUSED, ["RETURN_NEEDS_OPERATOR"]),
        ("300", "", ReturnState.APPLIED, ["UNKNOWN_RECEIPT"]),
        ("nonsense", "", ReturnState.APPLIED, ["UNKNOWN_RECEIPT"]),
    ],
)
def test_what_customs_says_to_an_application(status: str, info: str, state: ReturnState, alarms: list[str]) -> None:
    case = new()
    hear(case, receipt(status, APPLIED, info))
    assert (case.state, case.alarms) == (state, alarms)
    assert [each.status for each in case.receipts] == [status]
    if case.over:
        assert case.why == f"{status} {info}".strip()


@pytest.mark.parametrize("status", ["4", "-625019", "-625026", "-625207"])
def test_what_could_not_be_sent_on_is_sent_again_until_it_is_accepted(status: str) -> None:
    case = new()
    hear(case, receipt(status, APPLIED))
    assert case.to_resend
    hear(case, receipt("120", APPLIED + SECOND))
    assert not case.to_resend
    hear(case, receipt(status, APPLIED + 2 * SECOND))
    assert not case.to_resend, "it is there already"


def test_a_refusal_from_before_the_acceptance_is_void_and_one_after_it_ends_the_return() -> None:
    case = new()
    hear(case, receipt("120", APPLIED + SECOND), receipt("100", APPLIED))
    assert not case.over
    hear(case, receipt("100", APPLIED + 2 * SECOND))
    assert case.state is ReturnState.REFUSED


def test_a_refusal_after_goods_had_their_relief_is_for_an_operator() -> None:
    case = new(*TWO)
    hear(case, receipt("120", APPLIED))
    case.take_arrival(arrival(APPLIED, *ONE), APPLIED)
    case.take_check(found(APPLIED), APPLIED)
    settle(case, APPLIED)
    hear(case, receipt("100", APPLIED + SECOND))
    assert (case.state, case.alarms) == (ReturnState.CHECKED, ["REFUSED_AFTER_RELIEF"])


def test_a_refusal_while_the_books_change_does_not_end_a_return_that_has_its_relief() -> None:
    case = new(*TWO)
    hear(case, receipt("120", APPLIED))
    case.take_arrival(arrival(APPLIED, *ONE), APPLIED)
    case.take_check(found(APPLIED), APPLIED)
    assert case.due_step is not None
    case.settling = case.due_step.check
    hear(case, receipt("100", APPLIED + SECOND))
    assert (case.state, case.alarms) == (ReturnState.CHECKED, ["REFUSED_AFTER_RELIEF"])


def test_checks_wait_for_the_acceptance_and_other_goods_do_not() -> None:
    case = new(*TWO)
    case.take_arrival(arrival(APPLIED, *ONE), APPLIED)
    case.take_check(found(APPLIED), APPLIED)
    assert case.due_step is None
    hear(case, receipt("120", APPLIED + SECOND))
    settle(case, APPLIED)
    assert case.confirmed == {1: 1}
    unheard = new()
    unheard.take_arrival(arrival(APPLIED), APPLIED)
    unheard.take_check(found(APPLIED, original=False), APPLIED)
    settle(unheard, APPLIED)
    assert unheard.state is ReturnState.NOT_ORIGINAL


def test_more_than_is_there_is_refused_with_every_line() -> None:
    case = new(*lines(_1="2", _2="1"))
    problem = refuse_arrival(case, arrival(APPLIED, *lines(_1="3", _2="1", _4="1")), APPLIED)
    assert problem is not None
    assert problem.code == "E_QTY_EXCEEDS"
    assert [field.field for field in problem.fields][::2] == ["lines[gnum=1].qty", "lines[gnum=4].qty"]
    assert code(refuse_check(case, found(APPLIED), APPLIED)) == "E_NOTHING_ARRIVED"
    case.take_arrival(arrival(APPLIED, *lines(_1="1")), APPLIED)
    assert code(refuse_check(case, found(APPLIED, *TWO), APPLIED)) == "E_QTY_EXCEEDS"
    assert code(refuse_check(case, found(APPLIED - SECOND), APPLIED)) == "E_CHECK_BEFORE_ARRIVAL"
    assert code(refuse_check(case, found(APPLIED + SECOND), APPLIED)) == "E_CHECK_BEFORE_ARRIVAL"
    case.take_arrival(arrival(APPLIED), APPLIED)
    assert code(refuse_arrival(case, arrival(APPLIED), APPLIED)) == "E_NOTHING_UNDER_WAY"
    assert code(refuse_shipment(case, ReturnShipment(actor="IND"))) == "E_NOTHING_UNDER_WAY"


def test_one_item_named_twice_counts_together() -> None:
    case = new(*TWO)
    assert code(refuse_arrival(case, arrival(APPLIED, *ONE, *TWO), APPLIED)) == "E_QTY_EXCEEDS"
    case.take_arrival(arrival(APPLIED, *ONE, *ONE), APPLIED)
    assert case.arrived == {1: 2}
    assert not case.on_their_way


@pytest.mark.parametrize(
    ("back", "original", "state", "why"),
    [
        ("0", True, ReturnState.EXPIRED, "not back by day 45: 2 of line 1"),
        ("1", True, ReturnState.CONFIRMED, "confirmed: 1 of line 1; not back by day 45: 1 of line 1"),
        ("1", False, ReturnState.NOT_ORIGINAL, "not the original: 1 of line 1; not back by day 45: 1 of line 1"),
        ("2", True, ReturnState.CONFIRMED, "confirmed: 2 of line 1"),
    ],
)
def test_how_a_return_ends(back: str, original: bool, state: ReturnState, why: str) -> None:
    case = new(*TWO)
    hear(case, receipt("120", APPLIED))
    if back != "0":
        case.take_arrival(arrival(APPLIED, *lines(_1=back)), APPLIED)
        case.take_check(found(APPLIED, original=original), APPLIED)
        settle(case, APPLIED)
    case.expire(LAST_ARRIVAL + SECOND)
    case.expire(LAST_ARRIVAL + 2 * SECOND)
    assert (case.state, case.why) == (state, why)
    assert case.record().ended_at == case.passages[-1].at


def every_state() -> Iterator[GoodsReturnCase]:
    """A return in each of its states."""
    yield new()
    accepted = new()
    hear(accepted, receipt("120", APPLIED))
    yield accepted
    shipped = new()
    shipped.note_shipment(ReturnShipment(actor="IND", carrier="SF", waybill_no="R1"), APPLIED)
    yield shipped
    for original in (None, True, False):
        case = new()
        hear(case, receipt("120", APPLIED))
        case.take_arrival(arrival(APPLIED), APPLIED)
        if original is None:
            yield case
            continue
        case.take_check(found(APPLIED, original=original), APPLIED)
        if original:
            waiting = new()
            waiting.take_arrival(arrival(APPLIED), APPLIED)
            waiting.take_check(found(APPLIED), APPLIED)
            yield waiting
        settle(case, APPLIED)
        yield case
    refused, expired, withdrawn = new(), new(), new()
    hear(refused, receipt("100", APPLIED, "退单"))
    expired.expire(LAST_ARRIVAL + SECOND)
    withdrawn.withdraw(WithdrawReturn(actor="3301960A01", reason="kept after all"), APPLIED)
    yield from (refused, expired, withdrawn)


def test_every_state_is_told_and_refuses_what_does_not_fit() -> None:
    seen = []
    for case in every_state():
        seen.append(case.state)
        page, values, waiting = return_markdown(case), return_attributes(case), awaited(case)
        assert f"**{case.state}**" in page
        assert values["CustomsState"] == case.state
        assert return_view(case).state is case.state
        assert (waiting is None) is case.over
        if waiting is not None:
            assert values["AwaitedFrom"] == waiting[0]
            assert ROLE_NAMES[waiting[0]][0] in page
        refused = {
            code(refuse_shipment(case, ReturnShipment(actor="IND"))),
            code(refuse_arrival(case, arrival(APPLIED), APPLIED)),
            code(refuse_check(case, found(APPLIED), APPLIED)),
            code(refuse_withdrawal(case)),
            code(refuse_admission(case, AdmitLateReturn(actor="o", reason="r", evidence="e"))),
        }
        assert (refused == {"E_RETURN_ENDED"}) is case.over
    assert set(seen) == set(ReturnState)
