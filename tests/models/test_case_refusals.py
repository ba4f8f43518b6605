"""The legal boundaries of a return, to the second: validators on a released case."""

from datetime import UTC, datetime, timedelta

import pytest

from clearway.contracts.case import CaseKey, ReturnArrival, ReturnRequest, StartCase
from clearway.contracts.customs import ControlInstruction, CustomsNews, CustomsReceipt
from clearway.contracts.documents import DocumentKind
from clearway.contracts.facts import LegalClocks
from clearway.rules.calendar import WorkCalendar
from clearway.rules.deadlines import legal_clocks
from models.case import DeclarationCase
from models.case_refusals import refuse_arrival, refuse_cancel, refuse_return

RELEASED = datetime.fromisoformat("2026-03-10T14:23:05+08:00")


def _clocks() -> LegalClocks:
    return legal_clocks(RELEASED, WorkCalendar(announced_years=frozenset({2026})), profile="SEED")


def _released_case() -> DeclarationCase:
    case = DeclarationCase(StartCase(key=CaseKey(ebc_code="3301960A01", order_no="CW-1")))
    case.enter("match", RELEASED)
    case.list_filed = True
    receipt = CustomsReceipt(about=DocumentKind.DECLARATION_LIST, status="800", at=RELEASED)
    case.take_news(CustomsNews(receipts=(receipt,)), RELEASED)
    case.take_clocks(_clocks(), RELEASED)
    return case


@pytest.mark.parametrize(
    ("instant", "code"),
    [
        ("2026-03-10T14:23:06+08:00", None),
        ("2026-04-09T23:59:59+08:00", None),
        ("2026-04-09T23:59:59.999999+08:00", None),
        ("2026-04-10T00:00:00+08:00", "E_RETURN_LATE_APPLY"),
        ("2026-04-09T16:00:00+00:00", "E_RETURN_LATE_APPLY"),
    ],
)
def test_a_return_applied_for_on_day_30_is_accepted_and_on_day_31_refused(instant: str, code: str | None) -> None:
    problem = refuse_return(_released_case(), datetime.fromisoformat(instant))
    assert (problem.code if problem else None) == code


@pytest.mark.parametrize(
    ("instant", "code"),
    [
        ("2026-04-24T23:59:59+08:00", None),
        ("2026-04-25T00:00:00+08:00", "E_RETURN_LATE_ARRIVAL"),
    ],
)
def test_goods_back_on_day_45_are_in_time_and_on_day_46_late(instant: str, code: str | None) -> None:
    case = _released_case()
    case.apply_return(ReturnRequest(actor="a", reason="r"), RELEASED)
    arrival = ReturnArrival(actor="w", arrived_at=datetime.fromisoformat(instant), original_goods=True)
    problem = refuse_arrival(case, arrival, datetime(2026, 5, 1, tzinfo=UTC))
    assert (problem.code if problem else None) == code


def test_nothing_is_returned_or_cancelled_under_control() -> None:
    case = _released_case()
    case.take_instruction(ControlInstruction(instruction_id="K-1", issued_at=RELEASED, issuer="2991"))
    problem = refuse_return(case, RELEASED + timedelta(days=1))
    assert problem is not None
    assert problem.code == "E_UNDER_CONTROL"


def test_a_released_list_is_returned_not_cancelled() -> None:
    problem = refuse_cancel(_released_case())
    assert problem is not None
    assert problem.code == "E_ALREADY_RELEASED"
