"""What bounds a list's history, what one request number stands for, and clocks that run ahead."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from clearway.contracts.case import CancelRequest, CaseKey, ModifyRequest, ReturnRequest, StartCase
from clearway.contracts.customs import CustomsNews, CustomsReceipt
from clearway.contracts.documents import ApplicationKind, DocumentKind
from clearway.contracts.facts import DocumentOnFile, ReleasedLine
from clearway.contracts.goods_return import ReturnLine, ReturnState
from clearway.contracts.parties import Sender
from clearway.contracts.problems import Problem
from clearway.rules.calendar import WorkCalendar
from clearway.rules.deadlines import legal_clocks
from clearway.testing import sample_set
from models.case import DeclarationCase
from models.case_refusals import MAX_CHANGES, MAX_RETURNS, refuse_cancel, refuse_modify, refuse_return

AT = datetime.fromisoformat("2026-03-10T14:23:05+08:00")
LATER = AT + timedelta(hours=1)
PRE_NO, INVT_NO = "B20260310000000001", "29912026I000000001"
ONE = (ReturnLine(gnum=1, qty=Decimal(1)),)


def _receipt(status: str, at: datetime = AT, **changes: object) -> CustomsNews:
    told = {"about": DocumentKind.DECLARATION_LIST, "pre_no": PRE_NO, "invt_no": INVT_NO, **changes}
    return CustomsNews(receipts=(CustomsReceipt(status=status, at=at, **told),))


def _filed() -> DeclarationCase:
    case = DeclarationCase(StartCase(key=CaseKey(ebc_code="3301960A01", order_no="CW-1")))
    case.enter("match", AT)
    case.list_filed = True
    case.take_news(_receipt("120"), AT)
    return case


def _released() -> DeclarationCase:
    case = _filed()
    case.take_news(_receipt("800"), AT)
    case.collected = True
    clocks = legal_clocks(AT, WorkCalendar(announced_years=frozenset({2026})), profile="SEED")
    goods = (ReleasedLine(gnum=1, qty=Decimal(2)), ReleasedLine(gnum=2, qty=Decimal(1)))
    case.take_clocks(clocks.model_copy(update={"goods": goods}), AT)
    return case


def _modification(app_time: datetime) -> ModifyRequest:
    listed = sample_set("CW-1", at=AT).declaration_list
    changes = {"app_type": "2", "pre_no": PRE_NO, "invt_no": INVT_NO, "app_time": app_time}
    return ModifyRequest(
        declaration_list=listed.model_copy(update=changes), sender=Sender(code="3301960A01"), reason="r"
    )


def _codes(problems: tuple[Problem, ...] | Problem | None) -> list[str]:
    found = (problems,) if isinstance(problems, Problem) else problems or ()
    return [problem.code for problem in found]


def test_the_hundred_and_first_return_is_refused_and_breaks_nothing() -> None:
    case, asked = _released(), ReturnRequest(actor="a", reason="r", lines=ONE)
    for _ in range(MAX_RETURNS):
        assert refuse_return(case, asked, LATER) is None
        record = case.open_return(asked, LATER)
        case.take_return(record.model_copy(update={"state": ReturnState.WITHDRAWN, "ended_at": LATER}))
    assert _codes(refuse_return(case, asked, LATER)) == ["E_TOO_MANY_RETURNS"]


def test_customs_is_not_asked_for_ever_for_a_change_that_it_refuses() -> None:
    case = _filed()
    for number in range(MAX_CHANGES):
        assert refuse_cancel(case, LATER) == ()
        case.begin_cancellation(CancelRequest(actor="a", reason="r"), LATER)
        case.note_filed_change(number + 1, f"CX{number}")
        refusal = _receipt("100", LATER, about=ApplicationKind.CANCELLATION, cop_no=f"CX{number}")
        case.take_news(refusal, LATER)
    assert _codes(refuse_cancel(case, LATER)) == ["E_TOO_MANY_CHANGES"]
    assert _codes(refuse_modify(case, _modification(LATER), LATER)) == ["E_TOO_MANY_CHANGES"]


@pytest.mark.parametrize(
    "changes", [{"lines": ()}, {"lines": (ReturnLine(gnum=1, qty=Decimal(2)),)}, {"reason": "another"}]
)
def test_a_request_number_stands_for_one_request(changes: dict[str, object]) -> None:
    case, asked = _released(), ReturnRequest(actor="a", reason="r", lines=ONE, request_id="R-1")
    record = case.open_return(asked, LATER)
    assert refuse_return(case, asked.model_copy(), LATER) is None
    assert case.asked_before(asked.model_copy()) == record
    assert _codes(refuse_return(case, asked.model_copy(update=changes), LATER)) == ["E_REQUEST_USED"]
    assert case.asked_before(asked.model_copy(update={"request_id": "R-2"})) is None
    assert case.asked_before(asked.model_copy(update={"request_id": ""})) is None


def test_an_answer_to_a_modification_dated_ahead_is_not_overlooked() -> None:
    sender, case = Sender(code="3301960A01"), _filed()
    kind = DocumentKind.DECLARATION_LIST
    document = DocumentOnFile(kind=kind, version=2, guid="G", content_hash="H", sender=sender)
    case.begin_modification(_modification(LATER + timedelta(days=1)), ("note",), document, LATER)
    case.take_news(_receipt("120", LATER + timedelta(minutes=1)), LATER)
    assert case.changes[0].outcome == "APPROVED"
