"""Whatever is said to a case, in any order: nothing raises, an end is an end, and a lawful way out is always left."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from clearway.contracts.case import ReturnRequest
from clearway.contracts.customs import Disposition, InspectionOutcome
from clearway.contracts.documents import THREE_DOCUMENTS, DocumentKind
from clearway.contracts.facts import DocumentOnFile, PaymentOutcome
from clearway.contracts.goods_return import RETURN_ENDS, ReturnLine
from clearway.contracts.states import BACKBONE, State
from models.case import DeclarationCase
from models.case_refusals import refuse_cancel, refuse_return
from models.narrative import attributes, markdown, view_of
from models.return_status import rank_of
from tests.case_driver import AT, LIST, Driver, matched

ORDER, PAYMENT, WAYBILL = THREE_DOCUMENTS
LIST_CODES = ("3", "4", "100", "120", "300", "399", "500", "501", "700", "800", "899", "777", "-621013", "-621001")
DOCUMENT_CODES = ("2", "4", "100", "120", "-301010", "-301012", "777")
CANCELLATION_CODES = ("3", "4", "100", "399", "-623025", "-623001", "777")
NUMBERS = st.sampled_from(["K-1", "K-2"])
WAITS = st.sampled_from([1, 80, 31 * 24])

EARLY = (
    st.tuples(
        st.just("examine"),
        st.lists(st.sampled_from(tuple(DocumentKind)), min_size=1, max_size=4, unique=True),
        st.booleans(),
        st.booleans(),
    ),
    st.tuples(st.just("document"), st.sampled_from(THREE_DOCUMENTS), st.sampled_from(DOCUMENT_CODES)),
    st.tuples(st.just("begin")),
    st.tuples(st.just("end"), st.none() | st.integers(0, 2)),
    st.tuples(st.just("accept")),
    st.tuples(st.just("give_up")),
)
LATE = (
    st.tuples(st.just("list"), st.sampled_from(LIST_CODES), st.integers(-60, 60)),
    st.tuples(st.just("instruct"), NUMBERS),
    st.tuples(st.just("attend"), NUMBERS),
    st.tuples(st.just("result"), NUMBERS, st.sampled_from(InspectionOutcome)),
    st.tuples(
        st.just("dispose"), st.sampled_from(Disposition), st.sampled_from(["D-1", "D-2", "D-3"]), NUMBERS | st.just("")
    ),
    st.tuples(st.just("hold"), st.sampled_from(["H-1", "H-2"]), st.booleans()),
    st.tuples(st.just("file_change"), st.sampled_from(["", "unreadable"])),
    st.tuples(st.just("answer_cancellation"), st.sampled_from(CANCELLATION_CODES)),
    st.tuples(st.just("ask_return"), st.sampled_from([(), (ReturnLine(gnum=1, qty=1),)])),
    st.tuples(st.just("end_return"), st.sampled_from(sorted(RETURN_ENDS))),
    st.tuples(st.just("arrive"), st.booleans()),
    st.tuples(st.just("pay"), st.sampled_from(PaymentOutcome)),
    st.tuples(st.just("wait"), WAITS),
    st.tuples(st.sampled_from(["cancel", "modify", "settle_change", "open_window", "supply", "leave"])),
)
STEPS = st.one_of(*EARLY, *LATE)


def _take(driver: Driver, step: tuple[Any, ...], going: tuple[DocumentOnFile, ...]) -> tuple[DocumentOnFile, ...]:
    """One step; answers what is on its way to customs after it."""
    match step:
        case ("examine", kinds, matched, refused):
            driver.examine(tuple(kinds), matched=matched, refused="E_DUPLICATE" if refused else "")
        case ("document", kind, status):
            driver.receipt(kind, status)
        case ("list", status, seconds):
            driver.receipt(LIST, status, seconds)
        case ("begin",):
            return going or driver.begin()
        case ("end", refused_at):
            driver.end_sending(going, refused_at)
            return ()
        case ("accept",):
            for kind in THREE_DOCUMENTS:
                driver.receipt(kind, "120")
        case ("arrive", original):
            driver.arrive(original=original)
        case ("hold", number, lifted):
            driver.hold(number, lifted=lifted)
        case (name, *arguments):
            getattr(driver, name)(*arguments)
    return going


def _narrate(case: DeclarationCase) -> None:
    view_of(case).model_dump_json()
    attributes(case)
    markdown(case)


def _check(case: DeclarationCase) -> None:
    """What holds of every case at every moment."""
    before_filing = case.state in (State.SUBMITTED, State.MATCH_FAILED, State.MATCHED)
    assert case.over or case.list_filed or before_filing, "the first chapter would turn in circles"
    assert sum(change.outcome == "FILED" for change in case.changes) == (case.open_change is not None)
    assert not (case.over and case.open_change), "nothing is left to decide"
    assert not case.change_to_file or case.open_change is not None
    if case.state is State.CANCELLED and case.list_filed:
        assert case.dispositions or case.changes[-1].outcome == "APPROVED", "customs cancels what is filed"
    if case.collected and case.state is State.TAXED:
        assert not case.blocks
    if case.collected and case.state is State.RETURN_WINDOW and case.under_control:
        assert case.detail == "INSPECTION"


START: tuple[Any, ...] = ("examine", tuple(DocumentKind), True, False)
FILED: tuple[tuple[Any, ...], ...] = (
    *(START, ("begin",), ("end", None), ("accept",), ("begin",), ("end", None), ("list", "120", 0), ("wait", 1)),
)
RELEASED: tuple[tuple[Any, ...], ...] = (*FILED, ("list", "800", 0), ("wait", 1), ("open_window",))


@settings(max_examples=600, deadline=None)
@given(
    st.sampled_from([(), (START,), FILED, RELEASED]),
    st.booleans(),
    st.lists(STEPS, max_size=40) | st.lists(st.one_of(*LATE), max_size=40),
)
def test_no_sequence_of_events_breaks_a_case_or_leaves_it_without_a_way_out(
    begun: tuple[tuple[Any, ...], ...], collected: bool, steps: list[tuple[Any, ...]]
) -> None:
    driver = Driver(collected=collected)
    case, furthest = driver.case, 0
    going: tuple[DocumentOnFile, ...] = ()
    for step in (*begun, *steps):
        ended = (case.state, case.detail, case.reason, tuple(case.changes)) if case.over else None
        going = _take(driver, step, going)
        _narrate(case)
        _check(case)
        if ended:
            assert (case.state, case.detail, case.reason, tuple(case.changes)) == ended, "an end is an end"
        if case.state in BACKBONE[2:]:
            assert BACKBONE.index(case.state) >= furthest, "the backbone never moves back"
            furthest = BACKBONE.index(case.state)
    assert len(case.receipts) + case.duplicate_receipts == driver.said
    driver.end_sending(going, None)
    driver.bring_to_an_end()


def _state(driver: Driver) -> State:
    return driver.case.state


def test_a_resend_asked_for_while_the_document_is_still_on_its_way_is_not_forgotten() -> None:
    driver = Driver()
    driver.examine(tuple(DocumentKind), matched=True)
    going = driver.begin()
    driver.receipt(PAYMENT, "4")
    driver.end_sending(going, None)
    assert [document.kind for document in driver.case.documents_to_send] == [PAYMENT]


def test_a_document_stored_after_all_is_not_sent_again_and_does_not_make_the_list_be_filed_again() -> None:
    driver = matched()
    driver.receipt(ORDER, "4")
    driver.receipt(ORDER, "120")
    assert driver.case.to_resend == set()


def test_correcting_one_document_does_not_mend_another_that_customs_refused() -> None:
    driver = matched()
    driver.receipt(PAYMENT, "100")
    driver.examine((ORDER,), matched=True)
    assert _state(driver) is State.MATCH_FAILED
    assert [problem.fields[0].value for problem in driver.case.problems] == ["payment"]
    driver.examine((PAYMENT,), matched=True)
    assert _state(driver) is State.MATCHED
    assert {document.kind for document in driver.case.documents_to_send} == {ORDER, PAYMENT}


def test_customs_answer_to_the_old_version_says_nothing_about_a_correction_not_sent_yet() -> None:
    for status in ("120", "100"):
        driver = matched()
        driver.examine((PAYMENT,), matched=True)
        driver.receipt(PAYMENT, status)
        assert _state(driver) is State.MATCHED
        assert [document.version for document in driver.case.documents_to_send] == [2]


def test_a_late_refusal_of_the_old_version_is_void_once_customs_stored_the_correction() -> None:
    driver = matched()
    driver.examine((PAYMENT,), matched=True)
    driver.end_sending(driver.begin(), None)
    driver.receipt(PAYMENT, "100")
    assert _state(driver) is State.MATCH_FAILED
    driver.receipt(PAYMENT, "120", 1)
    assert _state(driver) is State.MATCHED


def test_a_receipt_for_a_list_that_was_not_filed_moves_nothing() -> None:
    driver = matched()
    driver.receipt(LIST, "800")
    assert _state(driver) is State.MATCHED
    assert driver.case.list_rank < rank_of("100")


def test_an_abnormal_inspection_before_the_filing_detains_and_freezes() -> None:
    driver = matched()
    driver.result("K-1", InspectionOutcome.ABNORMAL)
    assert _state(driver) is State.DETAINED
    assert not driver.case.open_for_change
    assert refuse_cancel(driver.case, driver.now)
    driver.receipt(LIST, "700")
    assert _state(driver) is State.RETURNED_ABROAD


def test_a_list_that_ended_while_its_documents_were_examined_stays_ended() -> None:
    driver = Driver()
    driver.cancel()
    before = view_of(driver.case)
    examined = Driver()
    examined.examine(tuple(DocumentKind), matched=True)
    assert examined.case.examination is not None
    driver.case.take_examination(examined.case.examination, AT)
    assert view_of(driver.case) == before


def test_a_technical_refusal_of_the_second_copy_does_not_reject_a_list_that_customs_stored() -> None:
    driver = matched()
    for kind in THREE_DOCUMENTS:
        driver.receipt(kind, "120")
    driver.end_sending(driver.begin(), None)
    driver.receipt(LIST, "4")
    going = driver.begin()
    driver.receipt(LIST, "120")
    driver.end_sending(going, 0)
    assert _state(driver) is State.MATCHED


def test_a_release_ends_the_control_ordered_before_it_though_no_result_came() -> None:
    driver = matched()
    driver.instruct("K-1")
    for kind in THREE_DOCUMENTS:
        driver.receipt(kind, "120")
    driver.end_sending(driver.begin(), None)
    driver.wait(1)
    driver.receipt(LIST, "800")
    driver.open_window()
    assert refuse_return(driver.case, ReturnRequest(actor="a", reason="r"), driver.now) is None
