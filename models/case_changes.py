"""Modification and cancellation of a filed list: applied for, filed, and decided by customs (RULEBOOK B.4)."""

from datetime import datetime

from clearway.contracts.case import AppliedChange, CancelRequest, ModifyRequest
from clearway.contracts.customs import CustomsReceipt
from clearway.contracts.facts import DocumentOnFile, Judgement
from clearway.contracts.states import Detail, State
from models.case_file import APPROVED, CANCELLATION, MODIFICATION, OVERTAKEN, REFUSED, CaseFile
from models.change_effects import ChangeEffect, cancellation_effect
from models.return_status import Effect


class ChangedCase(CaseFile):
    """Changes that customs decides on, one at a time."""

    def begin_modification(
        self, request: ModifyRequest, changed: tuple[str, ...], document: DocumentOnFile, at: datetime
    ) -> None:
        """Record a modification that is to be filed; until customs decides, the list stands as it was."""
        self.changes.append(
            AppliedChange(
                number=self.next_change,
                kind=MODIFICATION,
                actor=request.sender.code,
                reason=request.reason,
                requested_at=at,
                since=min(request.declaration_list.app_time, at),  # a clock that runs ahead overlooks no answer
                changed=changed,
            )
        )
        self.change_document = document
        self._await_decision(Detail.MODIFICATION_FILED)

    def begin_cancellation(self, request: CancelRequest, at: datetime) -> None:
        """Record an application to cancel the filed list."""
        self.changes.append(
            AppliedChange(
                number=self.next_change,
                kind=CANCELLATION,
                actor=request.actor,
                reason=request.reason,
                requested_at=at,
                since=at,
            )
        )
        self._await_decision(Detail.CANCELLATION_FILED)

    def cancel(self, request: CancelRequest, at: datetime) -> None:
        """End a case that is not filed, at the enterprise's or operator's request."""
        self.enter("cancel", at, f"cancelled by {request.actor}: {request.reason}")

    def begin_filing_change(self) -> None:
        """The change goes to customs now; an answer may come before the filing is recorded."""
        self.change_to_file = False

    def note_filed_change(self, number: int, cop_no: str) -> None:
        """Customs has the change; an application is known by a number of its own."""
        self.changes[number - 1] = self.changes[number - 1].model_copy(update={"cop_no": cop_no})

    def refuse_change(self, why: str, at: datetime) -> None:
        """Customs refused the change, or would not even take it: the list stands as it was."""
        self._decide(REFUSED, why, at)

    def take_cancellation_receipt(self, receipt: CustomsReceipt) -> None:
        """Customs' answer to the application to cancel (receipt 624)."""
        effect = cancellation_effect(receipt.status)
        if effect is ChangeEffect.UNKNOWN:
            self.raise_alarm("UNKNOWN_RECEIPT")
        change = self.open_change
        if self.over or change is None or change.kind != CANCELLATION:
            return
        number = receipt.cop_no or change.cop_no
        if number in {each.cop_no for each in self.changes[:-1]} - {""} or (change.cop_no and number != change.cop_no):
            return  # it answers an earlier application
        change = self.changes[-1] = change.model_copy(update={"cop_no": number})  # also where it overtakes our filing
        told = f"{receipt.status} {receipt.info}".strip()
        if effect is ChangeEffect.RESEND:
            self.change_to_file = True
            self.change_resent = True
        elif effect is ChangeEffect.REFUSE:
            self._decide(REFUSED, told, receipt.at)
        elif effect is ChangeEffect.APPROVE:
            self._decide(APPROVED, told, receipt.at)
            self.enter("cancel", receipt.at, f"cancelled by {change.actor}: {change.reason}")

    def answers_modification(self, receipt: CustomsReceipt, effect: Effect) -> bool:
        """Take a receipt of the list that speaks of the open modification; False where it speaks of the list itself.

        What customs did before the change was submitted cannot be about it.
        """
        change = self.open_change
        if change is None or change.kind != MODIFICATION or receipt.at < change.since:
            return False
        told = f"{receipt.status} {receipt.info}".strip()
        if effect is Effect.REJECT:
            self._decide(REFUSED, told, receipt.at)
            return True
        if effect is Effect.RESEND:
            self.change_to_file = True
            self.change_resent = True
            return True
        if effect is Effect.ACCEPT:
            self._decide(APPROVED, told, receipt.at)
        return False

    def overtake_changes(self, at: datetime) -> None:
        """Customs released the list before it decided the modification: what was released is the list as it was."""
        if self.open_change is not None and self.open_change.kind == MODIFICATION:
            self._decide(OVERTAKEN, "released before it was decided", at)

    def settle_change(self, judgement: Judgement | None, documents: tuple[DocumentOnFile, ...]) -> None:
        """Record what the decided modification left: the judgement and the documents that stand now."""
        self.change_to_settle = self.change_document = None
        if judgement is not None:
            self.judgement = judgement
        if self.examination is not None:
            self.examination = self.examination.model_copy(update={"on_file": documents})

    def _await_decision(self, detail: Detail) -> None:
        self.change_to_file = True
        self.change_resent = False
        self.detail_before_change = self.detail
        self.detail = detail
        self.drop_alarms("CHANGE_REFUSED")

    def _decide(self, outcome: str, why: str, at: datetime) -> None:
        change = self.open_change
        assert change is not None  # only an open one is decided
        self.changes[-1] = change.model_copy(update={"outcome": outcome, "why": why, "decided_at": at})
        self.change_to_file = False
        if change.kind == MODIFICATION:
            self.change_to_settle = self.changes[-1]
        if self.detail in (Detail.MODIFICATION_FILED, Detail.CANCELLATION_FILED):
            self.detail = self.detail_before_change
            if outcome == APPROVED and self.detail is Detail.MODIFICATION_ORDERED:
                self.detail = Detail.DETAINED  # corrected as ordered: customs is next
        if self.release is not None and self.detail is not Detail.INSPECTION and self.state is State.RETURN_WINDOW:
            self.detail = self.detail_after_release
        if outcome in (REFUSED, OVERTAKEN):
            self.raise_alarm("CHANGE_REFUSED")
            self.reason = f"{change.kind} {outcome.lower()}: {why}"
