"""What a case refuses, to the second and with every reason: returns, changes, presence, licences, the exit."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from clearway.contracts.case import (
    CancelRequest,
    CaseKey,
    EntrustmentLetter,
    GoodsExit,
    LicenceSupply,
    ModifyRequest,
    PresenceConfirmation,
    ReturnArrival,
    ReturnRequest,
    StartCase,
)
from clearway.contracts.customs import (
    ControlInstruction,
    CustomsHold,
    CustomsNews,
    CustomsReceipt,
    Disposition,
    DispositionOrder,
)
from clearway.contracts.documents import DocumentKind
from clearway.contracts.facts import LegalClocks, ReleasedLine
from clearway.contracts.goods_return import ReturnLine
from clearway.contracts.parties import Sender
from clearway.contracts.problems import Problem
from clearway.contracts.states import State
from clearway.rules.calendar import WorkCalendar
from clearway.rules.deadlines import legal_clocks
from clearway.testing import sample_set
from models.case import DeclarationCase
from models.case_refusals import (
    refuse_arrival,
    refuse_cancel,
    refuse_exit,
    refuse_licence,
    refuse_modify,
    refuse_presence,
    refuse_return,
)

RELEASED = datetime.fromisoformat("2026-03-10T14:23:05+08:00")
LATER = RELEASED + timedelta(hours=1)
LAST_SECOND = datetime.fromisoformat("2026-04-09T23:59:59+08:00")
DAY_31 = datetime.fromisoformat("2026-04-10T00:00:00+08:00")
PRE_NO, INVT_NO = "B20260310000000001", "29912026I000000001"
EVERYTHING = ReturnRequest(actor="a", reason="r")
INSTRUCTION = ControlInstruction(instruction_id="K-1", issued_at=LATER, issuer="2991")


def _clocks() -> LegalClocks:
    clocks = legal_clocks(RELEASED, WorkCalendar(announced_years=frozenset({2026})), profile="SEED")
    goods = (ReleasedLine(gnum=1, qty=Decimal(2)), ReleasedLine(gnum=2, qty=Decimal(1)))
    return clocks.model_copy(update={"goods": goods})


def _filed_case(*statuses: str) -> DeclarationCase:
    case = DeclarationCase(StartCase(key=CaseKey(ebc_code="3301960A01", order_no="CW-1")))
    case.enter("match", RELEASED)
    case.list_filed = True
    for status in statuses:
        receipt = CustomsReceipt(
            about=DocumentKind.DECLARATION_LIST, status=status, at=RELEASED, pre_no=PRE_NO, invt_no=INVT_NO
        )
        case.take_news(CustomsNews(receipts=(receipt,)), RELEASED)
    return case


def _released_case(*, collected: bool = True) -> DeclarationCase:
    case = _filed_case("120", "800")
    case.collected = collected
    case.take_clocks(_clocks(), RELEASED)
    return case


def _modification(pre_no: str | None = PRE_NO, invt_no: str | None = INVT_NO) -> ModifyRequest:
    listed = sample_set("CW-1", at=RELEASED).declaration_list
    modified = listed.model_copy(update={"app_type": "2", "pre_no": pre_no, "invt_no": invt_no})
    return ModifyRequest(declaration_list=modified, sender=Sender(code="3301960A01"), reason="r")


def _hold(number: str = "H-1", *, lifted: bool = False) -> CustomsHold:
    return CustomsHold(hold_id=number, at=LATER, lifted=lifted)


def _dispose(case: DeclarationCase, disposition: Disposition, number: str = "D-1") -> None:
    case.take_disposition(DispositionOrder(decision_id=number, disposition=disposition, at=LATER, officer="7"))


def _codes(problems: tuple[Problem, ...] | Problem | None) -> list[str]:
    found = (problems,) if isinstance(problems, Problem) else problems or ()
    return [problem.code for problem in found]


# --- returns ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("instant", "codes"),
    [
        ("2026-03-10T14:23:06+08:00", []),
        ("2026-04-09T23:59:59+08:00", []),
        ("2026-04-09T23:59:59.999999+08:00", []),
        ("2026-04-10T00:00:00+08:00", ["E_RETURN_LATE_APPLY"]),
        ("2026-04-09T16:00:00+00:00", ["E_RETURN_LATE_APPLY"]),
    ],
)
@pytest.mark.parametrize("collected", [True, False])
def test_a_return_applied_for_on_day_30_is_accepted_and_on_day_31_refused(
    instant: str, codes: list[str], collected: bool
) -> None:
    case = _released_case(collected=collected)
    assert _codes(refuse_return(case, EVERYTHING, datetime.fromisoformat(instant))) == codes


@pytest.mark.parametrize(
    ("instant", "codes"),
    [("2026-04-24T23:59:59+08:00", []), ("2026-04-25T00:00:00+08:00", ["E_RETURN_LATE_ARRIVAL"])],
)
def test_goods_back_on_day_45_are_in_time_and_on_day_46_late(instant: str, codes: list[str]) -> None:
    case = _released_case(collected=False)
    case.apply_return(EVERYTHING, RELEASED)
    arrival = ReturnArrival(actor="w", arrived_at=datetime.fromisoformat(instant), original_goods=True)
    assert _codes(refuse_arrival(case, arrival, datetime(2026, 5, 1, tzinfo=UTC))) == codes


def test_a_list_released_under_0_2_is_returned_whole_and_once() -> None:
    case = _released_case(collected=False)
    part = EVERYTHING.model_copy(update={"lines": (ReturnLine(gnum=1, qty=Decimal(1)),)})
    assert _codes(refuse_return(case, part, LATER)) == ["E_RETURN_WHOLE"]
    case.apply_return(EVERYTHING, LATER)
    assert _codes(refuse_return(case, EVERYTHING, LATER)) == ["E_RETURN_OPEN"]


def test_more_than_is_left_is_refused_for_all_lines_at_once() -> None:
    case = _released_case()
    too_much = (ReturnLine(gnum=1, qty=Decimal(2)), ReturnLine(gnum=1, qty=Decimal(1)), ReturnLine(gnum=3, qty=1))
    problem = refuse_return(case, EVERYTHING.model_copy(update={"lines": too_much}), LATER)
    assert problem is not None
    assert [(each.field, each.value) for each in problem.fields] == [
        ("lines[1].qty", "3 of 2 left"),
        ("lines[3].qty", "1 of 0 left"),
    ]
    case.open_return(EVERYTHING, LATER)
    assert _codes(refuse_return(case, EVERYTHING, LATER)) == ["E_QTY_EXCEEDS"]


def test_an_arrival_belongs_to_the_return_that_waits_for_it() -> None:
    case = _released_case()
    arrival = ReturnArrival(actor="w", arrived_at=LATER, original_goods=True)
    assert _codes(refuse_arrival(case, arrival, LATER)) == ["E_NO_RETURN"]
    case.open_return(EVERYTHING, LATER)
    problem = refuse_arrival(case, arrival, LATER)
    assert _codes(problem) == ["E_RETURN_OWN_CASE"]
    assert problem is not None
    assert problem.fields[0].value == "goods-return/3301960A01/CW-1/1"


# --- control and holds -----------------------------------------------------------------------------------------------


def test_nothing_is_returned_changed_cancelled_or_let_out_under_control() -> None:
    case = _released_case()
    case.take_instruction(INSTRUCTION)
    left = GoodsExit(actor="w", exited_at=LATER)
    assert _codes(refuse_return(case, EVERYTHING, LATER)) == ["E_UNDER_CONTROL"]
    assert _codes(refuse_cancel(case, LATER)) == ["E_UNDER_CONTROL"]
    assert _codes(refuse_modify(case, _modification(), LATER)) == ["E_UNDER_CONTROL", "E_ALREADY_RELEASED"]
    assert _codes(refuse_exit(case, left, LATER)) == ["E_UNDER_CONTROL"]


def test_a_hold_of_customs_stops_the_same_until_it_is_lifted() -> None:
    case = _released_case()
    case.take_hold(_hold())
    left = GoodsExit(actor="w", exited_at=LATER)
    assert _codes(refuse_return(case, EVERYTHING, LATER)) == ["E_HELD_BY_CUSTOMS"]
    assert _codes(refuse_cancel(case, LATER)) == ["E_UNDER_CONTROL"]
    assert _codes(refuse_exit(case, left, LATER)) == ["E_HELD_BY_CUSTOMS"]
    case.take_hold(_hold(lifted=True))
    case.take_hold(_hold())  # the hold itself comes last
    assert refuse_return(case, EVERYTHING, LATER) is None
    assert refuse_cancel(case, LATER) == ()
    assert refuse_exit(case, left, LATER) is None


def test_a_list_that_is_not_filed_is_cancelled_at_will_unless_it_is_under_control() -> None:
    case = DeclarationCase(StartCase(key=CaseKey(ebc_code="3301960A01", order_no="CW-1")))
    assert refuse_cancel(case, LATER) == ()
    case.take_instruction(INSTRUCTION)
    assert _codes(refuse_cancel(case, LATER)) == ["E_UNDER_CONTROL"]


# --- changes ---------------------------------------------------------------------------------------------------------


def test_a_change_names_the_list_by_both_numbers_that_customs_gave_it() -> None:
    """RULEBOOK B.4, acceptance 4."""
    case = _filed_case("120")
    assert refuse_modify(case, _modification(), LATER) == ()
    assert _codes(refuse_modify(case, _modification(None, None), LATER)) == ["E_CHANGE_WITHOUT_NUMBERS"] * 2
    problems = refuse_modify(case, _modification("B-other", None), LATER)
    assert _codes(problems) == ["E_CHANGE_WITHOUT_NUMBERS", "E_OTHER_NUMBER"]
    assert [each.value for each in problems[1].fields] == ["B-other", PRE_NO]
    assert _codes(refuse_cancel(_filed_case(), LATER)) == ["E_CHANGE_WITHOUT_NUMBERS"] * 2


def test_a_list_that_is_not_filed_is_corrected_not_modified() -> None:
    case = DeclarationCase(StartCase(key=CaseKey(ebc_code="3301960A01", order_no="CW-1")))
    assert _codes(refuse_modify(case, _modification(), LATER)) == ["E_NOT_FILED"]


def test_a_released_list_is_not_modified_any_more() -> None:
    assert _codes(refuse_modify(_released_case(), _modification(), LATER)) == ["E_ALREADY_RELEASED"]


@pytest.mark.parametrize(("now", "codes"), [(LAST_SECOND, []), (DAY_31, ["E_CANCEL_TOO_LATE"])])
def test_a_released_list_is_cancelled_until_the_last_second_of_day_30(now: datetime, codes: list[str]) -> None:
    """RULEBOOK D-11."""
    assert _codes(refuse_cancel(_released_case(), now)) == codes


def test_a_list_in_the_moment_of_its_release_may_still_be_cancelled() -> None:
    case = _filed_case("120", "800")
    assert case.state is State.RELEASED
    assert refuse_cancel(case, LATER) == ()


def test_a_list_released_under_0_2_is_returned_not_cancelled() -> None:
    assert _codes(refuse_cancel(_released_case(collected=False), LATER)) == ["E_ALREADY_RELEASED"]


def test_after_the_exit_and_after_day_30_both_reasons_are_told() -> None:
    """RULEBOOK B.4, acceptance 6."""
    case = _released_case()
    case.take_exit(GoodsExit(actor="w", exited_at=LATER))
    assert _codes(refuse_cancel(case, LATER)) == ["E_ALREADY_EXITED"]
    assert _codes(refuse_cancel(case, DAY_31)) == ["E_ALREADY_EXITED", "E_CANCEL_TOO_LATE"]


def test_a_return_and_a_cancellation_exclude_each_other() -> None:
    case = _released_case()
    case.open_return(EVERYTHING, LATER)
    assert _codes(refuse_cancel(case, LATER)) == ["E_RETURN_OPEN"]
    case = _released_case()
    case.begin_cancellation(CancelRequest(actor="a", reason="r"), LATER)
    assert _codes(refuse_return(case, EVERYTHING, LATER)) == ["E_CANCELLATION_OPEN"]
    assert _codes(refuse_cancel(case, LATER)) == ["E_CHANGE_OPEN"]


def test_a_correction_that_customs_ordered_is_made_under_control() -> None:
    case = _filed_case("120", "599")
    assert _codes(refuse_modify(case, _modification(), LATER)) == ["E_UNDER_CONTROL"]
    _dispose(case, Disposition.MODIFY)
    assert refuse_modify(case, _modification(), LATER) == ()
    assert _codes(refuse_cancel(case, LATER)) == ["E_UNDER_CONTROL"]


# --- presence, licence, exit -----------------------------------------------------------------------------------------


def test_only_an_inspection_that_is_open_is_attended() -> None:
    case = _filed_case("120")
    here = PresenceConfirmation(instruction_id="K-1", actor="3301960A01", attendant="Li")
    assert _codes(refuse_presence(case, here, LATER)) == ["E_NO_INSPECTION"]
    case.take_instruction(INSTRUCTION)
    assert refuse_presence(case, here, LATER) == ()
    case.take_presence(here, LATER)
    assert _codes(refuse_presence(case, here, LATER)) == ["E_NO_INSPECTION"]


def test_a_letter_of_another_enterprise_for_another_agent_and_another_time_is_refused_for_all_three() -> None:
    """RULEBOOK B.5, acceptance 4."""
    case = _filed_case("120")
    case.take_instruction(INSTRUCTION)
    letter = EntrustmentLetter(
        number="L-1", principal="9999999999", agent="8888888888", valid_from=LATER, valid_before=LATER
    )
    here = PresenceConfirmation(instruction_id="K-1", actor="3301960E01", attendant="Li", letter=letter)
    assert _codes(refuse_presence(case, here, LATER)) == [
        "E_PRESENCE_OTHER_PRINCIPAL",
        "E_PRESENCE_OTHER_AGENT",
        "E_PRESENCE_LETTER_VOID",
    ]


def test_a_licence_is_taken_where_customs_asked_for_one() -> None:
    case = _filed_case("120", "599")
    licence = LicenceSupply(actor="a", licence_type="CITES", licence_no="C-1")
    assert _codes(refuse_licence(case, licence)) == ["E_NO_LICENCE_WANTED"]
    _dispose(case, Disposition.SUPPLY_LICENCE)
    assert refuse_licence(case, licence) is None


def test_goods_leave_after_their_release_once_and_not_in_the_future() -> None:
    left = GoodsExit(actor="w", exited_at=LATER)
    assert _codes(refuse_exit(_filed_case("120"), left, LATER)) == ["E_EXIT_NOT_RELEASED"]
    case = _released_case()
    assert _codes(refuse_exit(case, left, RELEASED)) == ["E_ARRIVAL_IN_FUTURE"]
    assert refuse_exit(case, left, LATER) is None
    case.take_exit(left)
    assert _codes(refuse_exit(case, left, LATER)) == ["E_EXITED_BEFORE"]


def test_a_list_that_is_over_refuses_everything_for_that_reason_alone() -> None:
    case = _filed_case("120", "700")
    assert case.state is State.RETURNED_ABROAD
    here = PresenceConfirmation(instruction_id="K-1", actor="3301960A01", attendant="Li")
    refusals = (
        refuse_cancel(case, LATER),
        refuse_modify(case, _modification(), LATER),
        refuse_return(case, EVERYTHING, LATER),
        refuse_presence(case, here, LATER),
        refuse_licence(case, LicenceSupply(actor="a", licence_type="t", licence_no="n")),
        refuse_exit(case, GoodsExit(actor="w", exited_at=LATER), LATER),
    )
    assert [_codes(each) for each in refusals] == [["E_ALREADY_ENDED"]] * len(refusals)
