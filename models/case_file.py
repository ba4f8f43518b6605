"""The record of a Declaration List: everything known of it, and what can be read off without changing anything.

Nothing in this module or in `models.case` decides money, a limit or a date: those come in as facts (DESIGN law 1).
"""

from datetime import datetime

from clearway.contracts.case import (
    Passage,
    ReturnCase,
    StartCase,
)
from clearway.contracts.customs import (
    ControlInstruction,
    CustomsReceipt,
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
from clearway.contracts.problems import Problem
from clearway.contracts.states import ENDS, Detail, State
from models.lifecycle import DeclarationListChart


class CaseFile:
    """What a list's workflow carries from the first document to the end."""

    def __init__(self, start: StartCase) -> None:
        self.key = start.key
        self.profile = start.profile
        self.chart = DeclarationListChart()
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
        self.release: CustomsReceipt | None = None
        self.refused_by: CustomsReceipt | None = None  # the receipt that rejected the list
        self.grants: dict[str, GuaranteeHold] = {}  # by the id of the hold that was waited for
        self.instructions: list[ControlInstruction] = []
        self.inspection_results: list[InspectionResult] = []
        self.customs_inspects = False
        self.bills: list[TaxBillNotice] = []
        self.clocks: LegalClocks | None = None
        self.goods_return: ReturnCase | None = None
        self.payment: TaxPayment | None = None
        self.reason = ""
        self.alarms: list[str] = []
        self.passages: list[Passage] = []
        self._seen: set[str] = set()

    @property
    def state(self) -> State:
        """The published state."""
        return State(next(iter(self.chart.configuration)).id)

    @property
    def over(self) -> bool:
        """The case has reached an end."""
        return self.given_up or self.state in ENDS

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
    def awaits_guarantee(self) -> bool:
        """The list matched, but its tax is not secured yet (RULEBOOK B.9.2)."""
        hold = self.judgement.guarantee if self.judgement else None
        return hold is not None and hold.outcome is GuaranteeOutcome.AWAITING and self.state is State.MATCHED

    @property
    def return_is_open(self) -> bool:
        """A return was applied for and the goods are still travelling."""
        return self.goods_return is not None and self.goods_return.outcome == "APPLIED"

    @property
    def _refusals(self) -> tuple[Problem, ...]:
        return tuple(problem for _, problem in self.refused_documents.values())

    # --- the two small changes that every other one is made of -----------------------------------------------------

    def enter(self, event: str, at: datetime, why: str = "") -> None:
        """Take a transition of the chart; raises if the state does not admit the event."""
        self.chart.send(event)
        if self.state in ENDS:
            self.detail = Detail.CLOSED
        if self.state is not State.MATCHED:
            self.drop_alarms("AWAITING_GUARANTEE")
        self.reason = why
        self.passages.append(Passage(state=self.state, at=at, why=why))

    def chart_admits(self, event: str) -> bool:
        """Whether the chart has a transition for the event from the present state."""
        return any(each.id == event for each in self.chart.enabled_events())

    def raise_alarm(self, alarm: str) -> None:
        """Show an alarm that operators can filter by."""
        if alarm not in self.alarms:
            self.alarms.append(alarm)

    def drop_alarms(self, *alarms: str) -> None:
        """Take alarms back whose cause is gone."""
        self.alarms = [each for each in self.alarms if each not in alarms]
