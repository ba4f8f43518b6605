"""A case without its workflow: a driver says things to it the way the workflow says them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from clearway.contracts.case import (
    CancelRequest,
    CaseKey,
    GoodsExit,
    LicenceSupply,
    ModifyRequest,
    PresenceConfirmation,
    ReturnArrival,
    ReturnRequest,
    StartCase,
)
from clearway.contracts.collection import TaxNews
from clearway.contracts.customs import (
    ControlInstruction,
    CustomsHold,
    CustomsNews,
    CustomsReceipt,
    Disposition,
    DispositionOrder,
    Draw,
    InspectionOutcome,
    InspectionResult,
)
from clearway.contracts.documents import THREE_DOCUMENTS, ApplicationKind, DeclarationList, DocumentKind
from clearway.contracts.facts import (
    DocumentOnFile,
    Examination,
    Filing,
    IdentityOutcome,
    Judgement,
    LegalClocks,
    PaymentOutcome,
    ReleasedLine,
    TaxPayment,
)
from clearway.contracts.goods_return import ReturnLine, ReturnState
from clearway.contracts.parties import Sender
from clearway.contracts.states import Detail, State
from clearway.rules.calendar import WorkCalendar
from clearway.rules.deadlines import legal_clocks
from clearway.testing import sample_set
from models.case import DeclarationCase
from models.case_refusals import (
    refuse_arrival,
    refuse_cancel,
    refuse_closed,
    refuse_exit,
    refuse_licence,
    refuse_modify,
    refuse_presence,
    refuse_return,
)
from models.refusals import refusal

AT = datetime(2026, 3, 10, tzinfo=UTC)
LIST = DocumentKind.DECLARATION_LIST
CALENDAR = WorkCalendar(announced_years=frozenset({2026}))
PRE_NO, INVT_NO = "B20260310000000001", "29912026I000000001"
EBC = "3301960A01"
LISTED: DeclarationList = sample_set("CW-1", at=AT).declaration_list


class Driver:
    """Requests after their validators, chapters in order; `collected` as since 0.3, or as a list of 0.2."""

    def __init__(self, *, collected: bool = True) -> None:
        self.case = DeclarationCase(StartCase(key=CaseKey(ebc_code=EBC, order_no="CW-1")))
        self.collected = collected
        self.versions: dict[DocumentKind, int] = {}
        self.now = AT
        self.said = 0

    # --- documents and filing ----------------------------------------------------------------------------------------

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
                on_file=tuple(on_file(kind, version) for kind, version in self.versions.items()),
                refused=(refusal(refused, ("document.kind", "order")),) if refused else (),
                missing=missing,
                judgement=judgement(str(sorted(self.versions.items())), matched=matched) if judged else None,
                remind_at=AT + timedelta(hours=24),
                give_up_at=AT + timedelta(hours=72),
                answer_by=self.now,
            ),
            self.now,
        )

    def receipt(self, kind: DocumentKind, status: str, seconds: int = 0) -> None:
        """Customs answers about a document; of the list by its numbers."""
        self.said += 1
        numbers = {"pre_no": PRE_NO, "invt_no": INVT_NO} if kind is LIST else {}
        answer = CustomsReceipt(about=kind, status=status, at=self.now + timedelta(seconds=seconds), **numbers)
        self.case.take_news(CustomsNews(receipts=(answer,)), self.now)

    def begin(self) -> tuple[DocumentOnFile, ...]:
        """The next sending begins, as the workflow's first chapters do it; what goes, if anything."""
        case = self.case
        if case.state is State.MATCHED and case.documents_to_send and not case.list_filed:
            going = case.documents_to_send
        elif case.state is State.MATCHED and not case.unaccepted_documents and not case.list_filed:
            case.list_filed = True
            going = lists(case)
        elif case.list_filed and LIST in case.to_resend and not case.over and case.release is None:
            going = lists(case)
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

    def give_up(self) -> None:
        """The clock of a missing document or a correction runs out."""
        if self.case.state in (State.SUBMITTED, State.MATCH_FAILED) and not self.case.over and self.case.examination:
            self.case.give_up(self.now)

    # --- control -----------------------------------------------------------------------------------------------------

    def instruct(self, number: str, draw: Draw | None = None) -> None:
        """Customs orders an inspection."""
        order = ControlInstruction(instruction_id=number, issued_at=self.now, issuer="2991", draw=draw)
        self.case.take_instruction(order)

    def attend(self, number: str) -> None:
        """Somebody of the enterprise will be there."""
        here = PresenceConfirmation(instruction_id=number, actor=EBC, attendant="Li")
        if not refuse_presence(self.case, here, self.now):
            self.case.take_presence(here, self.now)

    def result(self, number: str, outcome: InspectionOutcome) -> None:
        """Customs has inspected."""
        self.case.take_result(
            InspectionResult(instruction_id=number, outcome=outcome, recorded_at=self.now, officer="7")
        )

    def dispose(self, disposition: Disposition, number: str = "D-1", instruction: str = "") -> None:
        """Customs decides about goods; 0.2 did not know decisions, so a list of it was long released by then."""
        if not self.collected:
            self.open_window()
        due_by = self.now + timedelta(days=3) if disposition is Disposition.SUPPLY_LICENCE else None
        self.case.take_disposition(
            DispositionOrder(
                decision_id=number,
                instruction_id=instruction,
                disposition=disposition,
                at=self.now,
                officer="7",
                due_by=due_by,
            )
        )

    def supply(self) -> None:
        """The licence is handed in."""
        licence = LicenceSupply(actor=EBC, licence_type="CITES", licence_no="C-1")
        if refuse_licence(self.case, licence) is None:
            self.case.take_licence(licence)

    def hold(self, number: str, *, lifted: bool) -> None:
        """Customs holds it without inspecting it, or lets it go."""
        self.case.take_hold(CustomsHold(hold_id=number, at=self.now, lifted=lifted))

    def leave(self) -> None:
        """The goods pass the gate."""
        left = GoodsExit(actor="w", exited_at=self.now)
        if refuse_exit(self.case, left, self.now) is None:
            assert not self.case.frozen
            self.case.take_exit(left)

    # --- changes -----------------------------------------------------------------------------------------------------

    def modify(self) -> None:
        """Somebody wants the filed list modified."""
        listed = LISTED.model_copy(update={"app_time": self.now, "pre_no": PRE_NO, "invt_no": INVT_NO})
        request = ModifyRequest(declaration_list=listed, sender=Sender(code=EBC), reason="r")
        if not refuse_modify(self.case, request, self.now):
            assert self.case.release is None
            assert self.case.correction_ordered or not self.case.frozen
            version = self.versions.get(LIST, 0) + 1
            self.case.begin_modification(request, ("lines[0].hs_code",), on_file(LIST, version), self.now)

    def cancel(self) -> None:
        """Somebody wants it cancelled."""
        if refuse_cancel(self.case, self.now):
            return
        assert not self.case.frozen
        request = CancelRequest(actor="operator-7", reason="r")
        if self.case.list_filed:
            self.case.begin_cancellation(request, self.now)
        else:
            self.case.cancel(request, self.now)

    def file_change(self, refused: str = "") -> None:
        """The change goes to customs, whose door takes or refuses it."""
        if self.case.change_to_file and not self.case.over:
            self.case.begin_filing_change()
            if refused:
                self.case.refuse_change(refused, self.now)

    def answer_cancellation(self, status: str) -> None:
        """Customs answers the application to cancel."""
        self.said += 1
        receipt = CustomsReceipt(about=ApplicationKind.CANCELLATION, status=status, at=self.now, cop_no="CX-1")
        self.case.take_news(CustomsNews(receipts=(receipt,)), self.now)

    def settle_change(self) -> None:
        """The modification that was decided is settled in the register."""
        decided = self.case.change_to_settle
        if decided is None:
            return
        if decided.outcome == "APPROVED":
            self.versions[LIST] = self.versions.get(LIST, 0) + 1
        documents = tuple(on_file(kind, version) for kind, version in self.versions.items())
        self.case.settle_change(judgement(f"change {decided.number} {decided.outcome}", matched=True), documents)

    # --- after the release -------------------------------------------------------------------------------------------

    def open_window(self) -> None:
        """The clocks of the release are set, once."""
        case = self.case
        if case.release is not None and case.clocks is None and case.change_to_settle is None:
            case.collected = self.collected
            if not case.over:
                case.take_clocks(clocks_of(case.release.at), self.now)

    def ask_return(self, lines: tuple[ReturnLine, ...] = ()) -> None:
        """The enterprise applies for a return."""
        request = ReturnRequest(actor="a", reason="r", lines=lines)
        if refuse_return(self.case, request, self.now) is None:
            assert not self.case.frozen
            if self.case.collected:
                self.case.open_return(request, self.now)
            else:
                self.case.apply_return(request, self.now)

    def end_return(self, state: ReturnState) -> None:
        """The oldest return that is under way ends."""
        if self.case.open_returns:
            record = self.case.open_returns[0]
            confirmed = record.lines if state is ReturnState.CONFIRMED else ()
            ended = {"state": state, "confirmed": confirmed, "ended_at": self.now}
            self.case.take_return(record.model_copy(update=ended))
            self.case.settle(self.now)

    def arrive(self, *, original: bool) -> None:
        """The goods of a list of 0.2 are back."""
        arrival = ReturnArrival(actor="w", arrived_at=self.now, original_goods=original)
        if refuse_arrival(self.case, arrival, self.now) is None:
            self.case.confirm_arrival(arrival, self.now)

    def pay(self, outcome: PaymentOutcome) -> None:
        """The collection's attempt, or of a list of 0.2 its own."""
        clocks = self.case.clocks
        if self.case.over or clocks is None or self.now < clocks.tax_window_opens:
            return
        paid = self.now if outcome is PaymentOutcome.PAID else None
        payment = TaxPayment(outcome=outcome, paid_at=paid, amount=Decimal(1) if paid else Decimal(0))
        if self.case.collected:
            self._hear_of_tax(payment)
            return
        if self.case.return_is_open:
            self.case.expire_return()
        self.case.take_payment(payment, self.now)

    def _hear_of_tax(self, payment: TaxPayment) -> None:
        if self.case.blocks:
            return  # no batch draws it
        settled = payment.outcome in (PaymentOutcome.PAID, PaymentOutcome.NOT_DUE) and not self.case.return_is_open
        news_id = f"{payment.outcome}|{self.now.isoformat()}"
        self.case.take_tax_news(
            TaxNews(news_id=news_id, payment=payment, open=Decimal(0), settled=settled, at=self.now)
        )
        self.case.settle(self.now)

    def wait(self, hours: int) -> None:
        """Time goes by."""
        self.now += timedelta(hours=hours)

    # --- the way out -------------------------------------------------------------------------------------------------

    def bring_to_an_end(self) -> None:
        """What the parties can always do: correct and wait, let customs decide, let the tax be paid."""
        for _ in range(30):
            if self.case.over:
                return
            self.wait(1)
            self._bring_on()
        raise AssertionError(f"no way out of {self.case.state}, {self.case.detail}")

    def _bring_on(self) -> None:
        case = self.case
        if case.state in (State.SUBMITTED, State.MATCH_FAILED):
            self.examine(tuple(DocumentKind), matched=True)
        elif case.open_for_change:
            self.end_sending(self.begin(), None)
            self.wait(1)
            for kind in THREE_DOCUMENTS:
                self.receipt(kind, "120")
        elif case.release is None:
            self.receipt(LIST, "800")
        elif case.change_to_settle is not None:
            self.settle_change()
        elif case.clocks is None:
            self.open_window()
        else:
            self._end_after_release(case.clocks)

    def _end_after_release(self, clocks: LegalClocks) -> None:
        case = self.case
        for number in tuple(case.holds):
            self.hold(number, lifted=True)
        for each in case.instructions:
            self.result(each.instruction_id, InspectionOutcome.NORMAL)
        if case.collected and case.state is State.DETAINED:
            self.dispose(Disposition.RELEASE, f"D-{self.now.isoformat()}")
        if case.open_change is not None:
            self.file_change()
            self.answer_cancellation("100")
        self.end_return(ReturnState.EXPIRED)
        self.now = max(self.now, clocks.held_tax_paid_at, clocks.payment_before)
        self.pay(PaymentOutcome.PAID)


def matched() -> Driver:
    """A list that matched; its three documents are with customs."""
    driver = Driver()
    driver.examine(tuple(DocumentKind), matched=True)
    driver.end_sending(driver.begin(), None)
    return driver


def filed() -> Driver:
    """A list that customs has accepted, by both its numbers."""
    driver = matched()
    for kind in THREE_DOCUMENTS:
        driver.receipt(kind, "120")
    driver.end_sending(driver.begin(), None)
    driver.receipt(LIST, "120")
    driver.wait(1)
    return driver


def released() -> Driver:
    """A released list in its return window."""
    driver = filed()
    driver.receipt(LIST, "800")
    driver.open_window()
    driver.wait(1)
    assert driver.case.detail is Detail.RETURN_OPEN
    return driver


def judgement(snapshot: str, *, matched: bool) -> Judgement:
    """What the comparison said, told apart by a word."""
    return Judgement(matched=matched, identity=IdentityOutcome.VERIFIED, snapshot=snapshot)


def on_file(kind: DocumentKind, version: int) -> DocumentOnFile:
    """A stored document."""
    return DocumentOnFile(
        kind=kind, guid="g", content_hash=f"{kind}{version}", version=version, sender=Sender(code="c")
    )


def lists(case: DeclarationCase) -> tuple[DocumentOnFile, ...]:
    """The list that is on file."""
    return tuple(document for document in case.documents if document.kind is LIST)


def clocks_of(released_at: datetime) -> LegalClocks:
    """The deadlines of a release of two lines: two pieces and one."""
    goods = (ReleasedLine(gnum=1, qty=Decimal(2)), ReleasedLine(gnum=2, qty=Decimal(1)))
    return legal_clocks(released_at, CALENDAR, profile="SEED").model_copy(update={"goods": goods})
