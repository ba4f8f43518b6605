"""Whatever is said to a case, in any order: nothing raises, an end is an end, and a lawful way out is always left."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from clearway.contracts.case import CancelRequest, CaseKey, ReturnArrival, ReturnRequest, StartCase
from clearway.contracts.customs import (
    ControlInstruction,
    CustomsNews,
    CustomsReceipt,
    InspectionOutcome,
    InspectionResult,
)
from clearway.contracts.documents import THREE_DOCUMENTS, DocumentKind
from clearway.contracts.facts import (
    DocumentOnFile,
    Examination,
    Filing,
    IdentityOutcome,
    Judgement,
    PaymentOutcome,
    TaxPayment,
)
from clearway.contracts.parties import Sender
from clearway.contracts.states import BACKBONE, State
from clearway.rules.calendar import WorkCalendar
from clearway.rules.deadlines import legal_clocks
from models.case import DeclarationCase
from models.case_refusals import refuse_arrival, refuse_cancel, refuse_closed, refuse_return
from models.narrative import attributes, markdown, view_of
from models.refusals import refusal
from models.return_status import rank_of

AT = datetime(2026, 3, 10, tzinfo=UTC)
LIST = DocumentKind.DECLARATION_LIST
ORDER, PAYMENT, WAYBILL = THREE_DOCUMENTS
CALENDAR = WorkCalendar(announced_years=frozenset({2026}))
LIST_CODES = ("3", "4", "100", "120", "300", "399", "500", "501", "700", "800", "899", "777", "-621013", "-621001")
DOCUMENT_CODES = ("2", "4", "100", "120", "-301010", "-301012", "777")


class Driver:
    """Says things to a case the way its workflow says them: requests after their validators, chapters in order."""

    def __init__(self) -> None:
        self.case = DeclarationCase(StartCase(key=CaseKey(ebc_code="3301960A01", order_no="CW-1")))
        self.versions: dict[DocumentKind, int] = {}
        self.now = AT
        self.said = 0

    def examine(self, kinds: tuple[DocumentKind, ...], *, matched: bool, refused: str = "") -> None:
        """Documents arrive, new or corrected, and are judged once all four are there."""
        if refuse_closed(self.case):
            return
        if not refused and self.case.open_for_change:
            for kind in kinds:
                self.versions[kind] = self.versions.get(kind, 0) + 1
        missing = tuple(kind for kind in DocumentKind if kind not in self.versions)
        judged = not (missing or refused) and self.case.open_for_change
        self.case.take_examination(
            Examination(
                on_file=tuple(_on_file(kind, version) for kind, version in self.versions.items()),
                refused=(refusal(refused, ("document.kind", "order")),) if refused else (),
                missing=missing,
                judgement=Judgement(
                    matched=matched,
                    identity=IdentityOutcome.VERIFIED,
                    snapshot=str(sorted(self.versions.items())),
                )
                if judged
                else None,
                remind_at=AT + timedelta(hours=24),
                give_up_at=AT + timedelta(hours=72),
                answer_by=self.now,
            ),
            self.now,
        )

    def receipt(self, kind: DocumentKind, status: str, seconds: int = 0) -> None:
        """Customs answers."""
        self.said += 1
        answer = CustomsReceipt(about=kind, status=status, at=self.now + timedelta(seconds=seconds))
        self.case.take_news(CustomsNews(receipts=(answer,)), self.now)

    def begin(self) -> tuple[DocumentOnFile, ...]:
        """The next sending begins, as the workflow's first chapters do it; what goes, if anything."""
        case = self.case
        if case.state is State.MATCHED and case.documents_to_send and not case.list_filed:
            going = case.documents_to_send
        elif case.state is State.MATCHED and not case.unaccepted_documents and not case.list_filed:
            case.list_filed = True
            going = _lists(case)
        elif case.list_filed and LIST in case.to_resend and not case.over and case.release is None:
            going = _lists(case)
        else:
            return ()
        case.begin_filing(going)
        return going

    def end_sending(self, going: tuple[DocumentOnFile, ...], refused_at: int | None) -> None:
        """The sending is over; customs would not take the document at `refused_at`, if any."""
        if not going:
            return
        taken = going if refused_at is None else going[: refused_at % len(going) + 1]
        why = "" if refused_at is None else f"{taken[-1].kind}: unreadable"
        self.case.take_filing(Filing(documents=taken, filed_at=self.now, answer_by=self.now, refused=why), self.now)

    def instruct(self, number: str) -> None:
        """Customs orders an inspection."""
        self.case.take_instruction(ControlInstruction(instruction_id=number, issued_at=self.now, issuer="2991"))

    def result(self, number: str, outcome: InspectionOutcome) -> None:
        """Customs has inspected."""
        self.case.take_result(
            InspectionResult(instruction_id=number, outcome=outcome, recorded_at=self.now, officer="7")
        )

    def cancel(self) -> None:
        """Somebody wants it cancelled."""
        if refuse_cancel(self.case) is None:
            assert not self.case.under_control
            self.case.cancel(CancelRequest(actor="operator-7", reason="r"), self.now)

    def give_up(self) -> None:
        """The clock of a missing document or a correction runs out."""
        if self.case.state in (State.SUBMITTED, State.MATCH_FAILED) and not self.case.over and self.case.examination:
            self.case.give_up(self.now)

    def open_window(self) -> None:
        """The clocks of the release are set."""
        if self.case.state is State.RELEASED:
            assert self.case.release is not None
            self.case.take_clocks(legal_clocks(self.case.release.at, CALENDAR, profile="SEED"), self.now)

    def ask_return(self) -> None:
        """The enterprise applies for a return."""
        if refuse_return(self.case, self.now) is None:
            assert not self.case.under_control
            self.case.apply_return(ReturnRequest(actor="a", reason="r"), self.now)

    def arrive(self, *, original: bool) -> None:
        """The goods are back."""
        arrival = ReturnArrival(actor="w", arrived_at=self.now, original_goods=original)
        if refuse_arrival(self.case, arrival, self.now) is None:
            self.case.confirm_arrival(arrival, self.now)

    def pay(self, outcome: PaymentOutcome) -> None:
        """The tax chapter's attempt."""
        clocks = self.case.clocks
        if self.case.over or clocks is None or self.now < clocks.tax_window_opens:
            return
        if self.case.return_is_open:
            self.case.expire_return()
        paid = self.now if outcome is PaymentOutcome.PAID else None
        self.case.take_payment(TaxPayment(outcome=outcome, paid_at=paid), self.now)

    def wait(self, hours: int) -> None:
        """Time goes by."""
        self.now += timedelta(hours=hours)


def _on_file(kind: DocumentKind, version: int) -> DocumentOnFile:
    return DocumentOnFile(
        kind=kind, guid="g", content_hash=f"{kind}{version}", version=version, sender=Sender(code="c")
    )


def _lists(case: DeclarationCase) -> tuple[DocumentOnFile, ...]:
    return tuple(document for document in case.documents if document.kind is LIST)


KINDS = st.sampled_from(tuple(DocumentKind))
STEPS = st.one_of(
    st.tuples(st.just("examine"), st.lists(KINDS, min_size=1, max_size=4, unique=True), st.booleans(), st.booleans()),
    st.tuples(st.just("document"), st.sampled_from(THREE_DOCUMENTS), st.sampled_from(DOCUMENT_CODES)),
    st.tuples(st.just("list"), st.sampled_from(LIST_CODES), st.integers(-60, 60)),
    st.tuples(st.just("begin")),
    st.tuples(st.just("end"), st.none() | st.integers(0, 2)),
    st.tuples(st.just("accept")),
    st.tuples(st.just("instruct"), st.sampled_from(["K-1", "K-2"])),
    st.tuples(st.just("result"), st.sampled_from(["K-1", "K-2"]), st.sampled_from(InspectionOutcome)),
    st.tuples(st.sampled_from(["cancel", "give_up", "open_window", "ask_return"])),
    st.tuples(st.just("arrive"), st.booleans()),
    st.tuples(st.just("pay"), st.sampled_from(PaymentOutcome)),
    st.tuples(st.just("wait"), st.sampled_from([1, 80, 31 * 24])),
)


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
        case ("result", number, outcome):
            driver.result(number, outcome)
        case ("arrive", original):
            driver.arrive(original=original)
        case (name, *arguments):
            getattr(driver, name)(*arguments)
    return going


def _bring_to_an_end(driver: Driver, going: tuple[DocumentOnFile, ...]) -> None:
    """What the parties can always do: correct and wait, let customs store and release, let the tax be paid."""
    driver.end_sending(going, None)
    for _ in range(12):
        case = driver.case
        if case.over:
            return
        if case.state in (State.SUBMITTED, State.MATCH_FAILED):
            driver.examine(tuple(DocumentKind), matched=True)
        elif case.open_for_change:
            driver.end_sending(driver.begin(), None)
            driver.wait(1)
            for kind in THREE_DOCUMENTS:
                driver.receipt(kind, "120")
        elif case.release is None:
            driver.wait(1)
            driver.receipt(LIST, "800")
        elif case.clocks is None:
            driver.open_window()
        else:
            driver.now = max(driver.now, case.clocks.held_tax_paid_at, case.clocks.payment_before)
            driver.pay(PaymentOutcome.PAID)
    raise AssertionError(f"no way out of {driver.case.state}")


def _narrate(case: DeclarationCase) -> None:
    view_of(case).model_dump_json()
    attributes(case)
    markdown(case)


START: tuple[Any, ...] = ("examine", tuple(DocumentKind), True, False)


@settings(max_examples=400, deadline=None)
@given(st.booleans(), st.lists(STEPS, max_size=40))
def test_no_sequence_of_events_breaks_a_case_or_leaves_it_without_a_way_out(
    matched: bool, steps: list[tuple[Any, ...]]
) -> None:
    driver = Driver()
    case, furthest = driver.case, 0
    going: tuple[DocumentOnFile, ...] = ()
    for step in [START, *steps] if matched else steps:
        ended = (case.state, case.detail, case.reason) if case.over else None
        going = _take(driver, step, going)
        _narrate(case)
        if ended:
            assert (case.state, case.detail, case.reason) == ended, "an end is an end"
        if case.state in BACKBONE[2:]:
            assert BACKBONE.index(case.state) >= furthest, "the backbone never moves back"
            furthest = BACKBONE.index(case.state)
        before_filing = case.state in (State.SUBMITTED, State.MATCH_FAILED, State.MATCHED)
        assert case.over or case.list_filed or before_filing, "the first chapter would turn in circles"
    assert len(case.receipts) + case.duplicate_receipts == driver.said
    _bring_to_an_end(driver, going)


def _state(driver: Driver) -> State:
    return driver.case.state


def _matched() -> Driver:
    driver = Driver()
    driver.examine(tuple(DocumentKind), matched=True)
    driver.end_sending(driver.begin(), None)
    return driver


def test_a_resend_asked_for_while_the_document_is_still_on_its_way_is_not_forgotten() -> None:
    driver = Driver()
    driver.examine(tuple(DocumentKind), matched=True)
    going = driver.begin()
    driver.receipt(PAYMENT, "4")
    driver.end_sending(going, None)
    assert [document.kind for document in driver.case.documents_to_send] == [PAYMENT]


def test_a_document_stored_after_all_is_not_sent_again_and_does_not_make_the_list_be_filed_again() -> None:
    driver = _matched()
    driver.receipt(ORDER, "4")
    driver.receipt(ORDER, "120")
    assert driver.case.to_resend == set()


def test_correcting_one_document_does_not_mend_another_that_customs_refused() -> None:
    driver = _matched()
    driver.receipt(PAYMENT, "100")
    driver.examine((ORDER,), matched=True)
    assert _state(driver) is State.MATCH_FAILED
    assert [problem.fields[0].value for problem in driver.case.problems] == ["payment"]
    driver.examine((PAYMENT,), matched=True)
    assert _state(driver) is State.MATCHED
    assert {document.kind for document in driver.case.documents_to_send} == {ORDER, PAYMENT}


def test_customs_answer_to_the_old_version_says_nothing_about_a_correction_not_sent_yet() -> None:
    for status in ("120", "100"):
        driver = _matched()
        driver.examine((PAYMENT,), matched=True)
        driver.receipt(PAYMENT, status)
        assert _state(driver) is State.MATCHED
        assert [document.version for document in driver.case.documents_to_send] == [2]


def test_a_late_refusal_of_the_old_version_is_void_once_customs_stored_the_correction() -> None:
    driver = _matched()
    driver.examine((PAYMENT,), matched=True)
    driver.end_sending(driver.begin(), None)
    driver.receipt(PAYMENT, "100")
    assert _state(driver) is State.MATCH_FAILED
    driver.receipt(PAYMENT, "120", 1)
    assert _state(driver) is State.MATCHED


def test_a_receipt_for_a_list_that_was_not_filed_moves_nothing() -> None:
    driver = _matched()
    driver.receipt(LIST, "800")
    assert _state(driver) is State.MATCHED
    assert driver.case.list_rank < rank_of("100")


def test_an_abnormal_inspection_before_the_filing_detains_and_freezes() -> None:
    driver = _matched()
    driver.result("K-1", InspectionOutcome.ABNORMAL)
    assert _state(driver) is State.DETAINED
    assert not driver.case.open_for_change
    problem = refuse_cancel(driver.case)
    assert problem is not None
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
    driver = _matched()
    for kind in THREE_DOCUMENTS:
        driver.receipt(kind, "120")
    driver.end_sending(driver.begin(), None)
    driver.receipt(LIST, "4")
    going = driver.begin()
    driver.receipt(LIST, "120")
    driver.end_sending(going, 0)
    assert _state(driver) is State.MATCHED


def test_a_release_ends_the_control_ordered_before_it_though_no_result_came() -> None:
    driver = _matched()
    driver.instruct("K-1")
    for kind in THREE_DOCUMENTS:
        driver.receipt(kind, "120")
    driver.end_sending(driver.begin(), None)
    driver.wait(1)
    driver.receipt(LIST, "800")
    driver.open_window()
    assert refuse_return(driver.case, driver.now) is None
