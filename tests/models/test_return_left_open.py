"""Goods that arrived in time and that nobody settles: the return stays open, and says so."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from clearway.contracts.customs import CustomsNews, CustomsReceipt
from clearway.contracts.documents import ApplicationKind
from clearway.contracts.goods_return import ArrivedGoods, GoodsCheck, ReturnLine, ReturnState, StartReturn
from clearway.contracts.keys import CaseKey, ReturnKey
from clearway.rules.calendar import WorkCalendar
from clearway.rules.deadlines import legal_clocks
from models.return_case import GoodsReturnCase

RELEASED = datetime.fromisoformat("2026-03-10T14:23:05+08:00")
DAY = timedelta(days=1)
APPLIED, ARRIVED, DAY_46 = RELEASED + 9 * DAY, RELEASED + 40 * DAY, datetime.fromisoformat("2026-04-25T00:00:00+08:00")


@pytest.fixture
def case() -> GoodsReturnCase:
    clocks = legal_clocks(RELEASED, WorkCalendar(announced_years=frozenset({2026})), profile="SEED")
    made = GoodsReturnCase(
        StartReturn(
            key=ReturnKey(case=CaseKey(ebc_code="3301960A01", order_no="CW-1"), number=1),
            actor="3301960A01",
            reason="wrong size",
            lines=(ReturnLine(gnum=1, qty=Decimal(1)),),
            applied_at=APPLIED,
            clocks=clocks,
        )
    )
    made.take_arrival(ArrivedGoods(actor="site", arrived_at=ARRIVED), ARRIVED)
    return made


def test_goods_that_nobody_checked_by_day_45_raise_an_alarm(case: GoodsReturnCase) -> None:
    case.expire(DAY_46)
    assert (case.over, case.alarms) == (False, ["RETURN_UNSETTLED"])


def test_checked_goods_whose_application_customs_never_answered_raise_it_too_until_the_return_ends(
    case: GoodsReturnCase,
) -> None:
    case.take_check(GoodsCheck(actor="site", checked_at=ARRIVED, original=True), ARRIVED)
    case.expire(DAY_46)
    assert (case.due_step, case.alarms) == (None, ["RETURN_UNSETTLED"])
    refused = CustomsReceipt(about=ApplicationKind.GOODS_RETURN, status="100", at=DAY_46)
    case.take_news(CustomsNews(receipts=(refused,)), DAY_46)
    assert (case.state, case.alarms) == (ReturnState.REFUSED, [])


def test_a_return_of_which_nothing_arrived_ends_without_it(case: GoodsReturnCase) -> None:
    fresh = GoodsReturnCase(case.start)
    fresh.expire(DAY_46)
    assert (fresh.state, fresh.alarms) == (ReturnState.EXPIRED, [])
