"""The record of a Declaration List: everything known of it, and what can be read off without changing anything.

Nothing in this module or in the modules `models.case…` decides money, a limit or a date: those come in as facts
(DESIGN law 1).
"""

from datetime import datetime
from decimal import Decimal

from clearway.contracts.case import (
    AppliedChange,
    Attendance,
    LicenceSupply,
    Passage,
    ReturnCase,
    ReturnRequest,
    StartCase,
)
from clearway.contracts.customs import (
    ControlInstruction,
    CustomsReceipt,
    DispositionOrder,
    InspectionResult,
    TaxBillNotice,
)
from clearway.contracts.documents import THREE_DOCUMENTS, DocumentKind
from clearway.contracts.facts import (
    DocumentOnFile,
    Examination,
    Filing,
    GuaranteeHold,
    GuaranteeOutcome,
    Judgement,
    LegalClocks,
    TaxPayment,
)
from clearway.contracts.goods_return import RETURN_ENDS, ReturnRecord
from clearway.contracts.problems import Problem
from clearway.contracts.states import ENDS, Detail, State
from models.lifecycle import DeclarationListChart, Standing

MODIFICATION, CANCELLATION = "modification", "cancellation"
FILED, APPROVED, REFUSED, OVERTAKEN = "FILED", "APPROVED", "REFUSED", "OVERTAKEN"
"""Kinds and outcomes of a change (`AppliedChange`)."""


class CaseFile:
    """What a list's workflow carries from the first document to the end."""

    def __init__(self, start: StartCase) -> None:
        self.key = start.key
        self.profile = start.profile
        self.course = start.course
        self.standing = Standing(DeclarationListChart)
        self.detail = Detail.DRAFT
        self.examination: Examination | None = None
        self.judgement: Judgement | None = None
        self.failed_matches = 0
        self.correct_until: datetime | None = None
        self.filings: list[Filing] = []
        self.accepted_documents: dict[DocumentKind, int] = {}
        self.to_resend: set[DocumentKind] = set()
        # Set when the filing begins, or when customs detains the goods before it: documents can no longer change.
        self.list_filed = False
        self.going: dict[DocumentKind, int] = {}  # versions on their way to customs this moment
        self.given_up = False
        self.receipts: list[CustomsReceipt] = []
        self.duplicate_receipts = 0
        self.refused_documents: dict[DocumentKind, tuple[int, Problem]] = {}  # with the version customs refused
        self.list_rank = -1
        self.list_at: datetime | None = None
        self.pre_no: str | None = None
        self.invt_no: str | None = None
        self.release: CustomsReceipt | None = None
        self.refused_by: CustomsReceipt | None = None  # the receipt that rejected the list
        self.grants: dict[str, GuaranteeHold] = {}  # by the id of the hold that was waited for
        self.instructions: list[ControlInstruction] = []
        self.inspection_results: list[InspectionResult] = []
        self.customs_inspects = False
        self.abnormal_at_release: InspectionResult | None = None  # heard in the moment of the release
        self.attendances: list[Attendance] = []
        self.notices_sent: dict[str, int] = {}
        self.dispositions: list[DispositionOrder] = []
        self.licences: list[LicenceSupply] = []
        self.licences_before_order = 0  # of those, the ones handed in before customs asked the last time
        self.confiscated = False
        self.holds: set[str] = set()
        self.holds_lifted: set[str] = set()  # also of those whose hold is still on its way
        self.exited_at: datetime | None = None
        self.changes: list[AppliedChange] = []
        self.change_document: DocumentOnFile | None = None  # the modified list, until customs has decided
        self.change_to_file = False
        self.change_resent = False  # customs could not take it the last time
        self.change_to_settle: AppliedChange | None = None
        self.detail_before_change = Detail.ACCEPTED
        self.bills: list[TaxBillNotice] = []
        self.clocks: LegalClocks | None = None
        # Whether the agent's collection pays this list's tax and its returns have workflows of their own: since 0.3.
        self.collected = False
        self.goods_return: ReturnCase | None = None
        self.returns: dict[int, ReturnRecord] = {}
        self.return_requests: dict[str, tuple[int, ReturnRequest]] = {}
        self.tax_news: list[str] = []
        self.tax_open: Decimal | None = None
        self.tax_settled = False
        self.guarantee_called = False
        self.refund = Decimal(0)
        self.payment: TaxPayment | None = None
        self.reason = ""
        self.alarms: list[str] = []
        self.passages: list[Passage] = []
        self._seen: set[str] = set()

    @property
    def state(self) -> State:
        """The published state."""
        return State(self.standing.state)

    @property
    def over(self) -> bool:
        """The case has reached an end."""
        return self.given_up or self.confiscated or self.state in ENDS

    @property
    def documents(self) -> tuple[DocumentOnFile, ...]:
        """The latest accepted version of every document."""
        return self.examination.on_file if self.examination else ()

    @property
    def missing(self) -> tuple[DocumentKind, ...]:
        """Documents still to come."""
        return self.examination.missing if self.examination else ()

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Everything that is wrong now: failed comparisons and documents customs refused."""
        if self.state is not State.MATCH_FAILED:
            return ()
        return (self.judgement.problems if self.judgement else ()) + self._refusals

    @property
    def gives_up_at(self) -> datetime | None:
        """When the wait for a missing document or a correction ends."""
        if self.state is State.MATCH_FAILED:
            return self.correct_until
        return self.examination.give_up_at if self.examination else None

    @property
    def unaccepted_documents(self) -> tuple[DocumentOnFile, ...]:
        """Of the three documents, the versions customs has not stored yet."""
        return tuple(
            document
            for document in self.documents
            if document.kind in THREE_DOCUMENTS and self.accepted_documents.get(document.kind) != document.version
        )

    @property
    def documents_to_send(self) -> tuple[DocumentOnFile, ...]:
        """Of those, the versions not sent yet, or to be sent again."""
        return tuple(
            document
            for document in self.unaccepted_documents
            if self.sent.get(document.kind) != document.version or document.kind in self.to_resend
        )

    @property
    def sent(self) -> dict[DocumentKind, int]:
        """The versions customs speaks of: the last ones handed over, and those on their way (answers can overtake)."""
        return {each.kind: each.version for filing in self.filings for each in filing.documents} | self.going

    @property
    def open_for_change(self) -> bool:
        """Nothing is decided yet: documents may come, fail, match and be refused."""
        before_filing = self.state in (State.SUBMITTED, State.MATCH_FAILED, State.MATCHED)
        return before_filing and not (self.over or self.list_filed)

    @property
    def under_control(self) -> bool:
        """Customs inspects or is about to: nothing may be changed, cancelled or returned (RULEBOOK B.5).

        A release ends every control ordered before it, also one whose result was never sent.
        """
        done = {result.instruction_id for result in self.inspection_results}
        released = self.release.at if self.release else None
        return self.customs_inspects or any(
            each.instruction_id not in done and (released is None or each.issued_at >= released)
            for each in self.instructions
        )

    @property
    def frozen(self) -> bool:
        """Under control, or held by customs until it has disposed of the goods."""
        return self.under_control or self.state is State.DETAINED

    @property
    def unattended(self) -> tuple[ControlInstruction, ...]:
        """Inspections that await somebody's presence and have nobody's yet."""
        attended = {each.instruction_id for each in self.attendances}
        return tuple(
            each
            for each in self.instructions
            if each.presence_required and each.instruction_id not in attended and self.stands(each)
        )

    def _ended_by(self, instruction: ControlInstruction) -> bool:
        """A release ends every control that was ordered before it."""
        return self.over or (self.release is not None and instruction.issued_at < self.release.at)

    @property
    def open_change(self) -> AppliedChange | None:
        """The modification or cancellation that customs has not decided yet."""
        return self.changes[-1] if self.changes and self.changes[-1].outcome == FILED else None

    @property
    def next_change(self) -> int:
        """The number of the next modification or cancellation."""
        return len(self.changes) + 1

    @property
    def blocks(self) -> frozenset[str]:
        """Why no batch may pay this list's tax now (RULEBOOK B.9.3, B.5, B.16)."""
        change = self.open_change
        reasons = {
            "control": self.frozen,
            "hold": bool(self.holds),
            "cancellation": change is not None and change.kind == CANCELLATION,
        }
        return frozenset(reason for reason, holds in reasons.items() if holds)

    @property
    def detail_after_release(self) -> Detail:
        """Where a released list stands when nothing else is to be told."""
        if self.collected and self.under_control:
            return Detail.INSPECTION
        if self.open_change is not None:
            return Detail.CANCELLATION_FILED
        if self.return_is_open:
            return Detail.RETURN_APPLIED
        if self.payment is not None:
            return Detail.TAX_WINDOW
        returned = any(each.confirmed for each in self.returns.values())
        return Detail.RETURN_CONFIRMED if returned else Detail.RETURN_OPEN

    @property
    def awaits_guarantee(self) -> bool:
        """The list matched, but its tax is not secured yet (RULEBOOK B.9.2)."""
        hold = self.judgement.guarantee if self.judgement else None
        return hold is not None and hold.outcome is GuaranteeOutcome.AWAITING and self.state is State.MATCHED

    @property
    def return_is_open(self) -> bool:
        """A return was applied for and has not ended."""
        if self.goods_return is not None and self.goods_return.outcome == "APPLIED":
            return True
        return any(each.state not in RETURN_ENDS for each in self.returns.values())

    def stands(self, instruction: ControlInstruction) -> bool:
        """The inspection is still to be made: it has no result, and no later release or end made it needless."""
        done = any(each.instruction_id == instruction.instruction_id for each in self.inspection_results)
        return not (done or self._ended_by(instruction))

    @property
    def _refusals(self) -> tuple[Problem, ...]:
        return tuple(problem for _, problem in self.refused_documents.values())

    # --- the two small changes that every other one is made of -----------------------------------------------------

    def enter(self, event: str, at: datetime, why: str = "") -> None:
        """Take a transition of the chart; raises if the state does not admit the event."""
        self.standing.move(event)
        if self.state in ENDS:
            self.detail = Detail.CLOSED
            self.drop_open_change(at)
        if self.state is not State.MATCHED:
            self.drop_alarms("AWAITING_GUARANTEE")
        self.reason = why
        self.passages.append(Passage(state=self.state, at=at, why=why))

    def chart_admits(self, event: str) -> bool:
        """Whether the chart has a transition for the event from the present state."""
        return self.standing.admits(event)

    def drop_open_change(self, at: datetime) -> None:
        """The list ends before customs decided its change: there is nothing left to decide."""
        if self.open_change is not None:
            ended = {"outcome": OVERTAKEN, "why": "the list ended before it was decided", "decided_at": at}
            self.changes[-1] = self.changes[-1].model_copy(update=ended)
            self.change_to_file = False

    def raise_alarm(self, alarm: str) -> None:
        """Show an alarm that operators can filter by."""
        if alarm not in self.alarms:
            self.alarms.append(alarm)

    def drop_alarms(self, *alarms: str) -> None:
        """Take alarms back whose cause is gone."""
        self.alarms = [each for each in self.alarms if each not in alarms]
