"""What a Declaration List's workflow carries: recorded facts and the chart, changed only by the methods here.

Nothing in this module decides money, a limit or a date: those come in as facts (DESIGN law 1). It keeps the chart and
the record together, so that a receipt that comes twice, late or out of order can do nothing twice.
"""

from datetime import datetime, timedelta

from clearway.contracts.case import (
    Answer,
    Passage,
    ReturnArrival,
    ReturnCase,
    ReturnRequest,
)
from clearway.contracts.customs import (
    CustomsNews,
    CustomsReceipt,
)
from clearway.contracts.documents import ApplicationKind, DocumentKind
from clearway.contracts.facts import (
    DocumentOnFile,
    Examination,
    Filing,
    GuaranteeGranted,
    Judgement,
    PaymentOutcome,
    TaxPayment,
)
from clearway.contracts.parties import Role
from clearway.contracts.problems import Problem
from clearway.contracts.states import Detail, State
from models.case_changes import ChangedCase
from models.case_control import ControlledCase
from models.case_settlement import SettledCase
from models.refusals import refusal
from models.return_status import Effect, detail_of, effect_of, rank_of

OWNERS = {
    DocumentKind.ORDER: Role.EBC,
    DocumentKind.PAYMENT: Role.PAY,
    DocumentKind.WAYBILL: Role.LOG,
    DocumentKind.DECLARATION_LIST: Role.EBC,
}
"""Whose document it is (seed S1.1)."""

MAX_REMATCHES = 5
"""After so many failed comparisons an operator is called (RULEBOOK B.2)."""


class DeclarationCase(ControlledCase, ChangedCase, SettledCase):
    """One list, from the first document to its end."""

    def take_examination(self, examination: Examination, at: datetime) -> None:
        """Record what was made of newly arrived documents, and match or fail the list if it was judged."""
        if self.over:
            return  # it ended while they were examined
        if not self.passages:
            self.passages.append(Passage(state=self.state, at=at))
        self.examination = examination
        judgement = examination.judgement and self._with_grant(examination.judgement)
        if self.state is State.SUBMITTED and any(each.code == "E_ALREADY_ENDED" for each in examination.refused):
            self._stay_ended()
        if examination.refused or (judgement is not None and judgement == self.judgement):
            return
        if judgement is None:
            if self.state is State.SUBMITTED and DocumentKind.DECLARATION_LIST not in self.missing:
                self.detail = Detail.DOCS_PENDING
            return
        if not self.open_for_change:
            return  # customs decided while they were examined
        self.judgement = judgement
        on_file = {document.kind: document.version for document in self.documents}
        for kind, (version, _) in tuple(self.refused_documents.items()):
            if on_file.get(kind) != version:
                del self.refused_documents[kind]
        if judgement.matched and self.refused_documents:
            self.reason = self._refusals_told
        elif judgement.matched:
            self._matched(at)
        else:
            self.fail_match(at, "comparison failed: " + ", ".join(problem.code for problem in judgement.problems))

    def _stay_ended(self) -> None:
        """The register knows the end of this list from a workflow that is kept no longer: there is nothing to do."""
        self.given_up = True
        self.detail = Detail.CLOSED
        self.reason = "this list ended earlier; the register has its end"

    def _matched(self, at: datetime) -> None:
        self.drop_alarms("DOCS_REMINDER", "MATCH_FAILED", "REMATCH_LIMIT")
        if self.state is not State.MATCHED:
            self.enter("match", at)
        self._show_guarantee()

    def take_grant(self, granted: GuaranteeGranted) -> None:
        """The guarantee that the list waited for is there; a grant that overtakes the judgement is kept for it."""
        self.grants[granted.hold_id] = granted.hold
        if self.judgement is None or self._with_grant(self.judgement) is self.judgement:
            return
        self.judgement = self._with_grant(self.judgement)
        if self.state is State.MATCHED and not self.list_filed:
            self._show_guarantee()

    def _with_grant(self, judgement: Judgement) -> Judgement:
        hold = judgement.guarantee
        granted = self.grants.get(hold.hold_id) if hold else None
        return judgement.model_copy(update={"guarantee": granted}) if granted and granted != hold else judgement

    def _show_guarantee(self) -> None:
        self.drop_alarms("AWAITING_GUARANTEE")
        self.detail = Detail.AWAITING_GUARANTEE if self.awaits_guarantee else Detail.WITH_CUSTOMS
        if self.awaits_guarantee:
            self.raise_alarm("AWAITING_GUARANTEE")
        elif self.judgement and self.judgement.guarantee and self.judgement.guarantee.crossed_warning:
            self.raise_alarm("GUARANTEE_LOW")

    def fail_match(self, at: datetime, why: str) -> None:
        """The comparison failed, or customs refused one of the three documents."""
        self.failed_matches += 1
        hours = self.examination.correction_hours if self.examination else 0
        self.correct_until = at + timedelta(hours=hours)
        self.detail = Detail.CORRECTION_PENDING
        self.raise_alarm("MATCH_FAILED")
        if self.failed_matches > MAX_REMATCHES:
            self.raise_alarm("REMATCH_LIMIT")
        self.reason = why
        if self.state is not State.MATCH_FAILED:
            self.enter("fail_match", at, why)

    def begin_filing(self, documents: tuple[DocumentOnFile, ...]) -> None:
        """Documents go to customs now; an answer may come before the filing is recorded."""
        self.going = {document.kind: document.version for document in documents}
        self.to_resend.difference_update(self.going)

    def take_filing(self, filing: Filing, at: datetime) -> None:
        """Record that documents were handed to customs, or that customs would not even take the last of them."""
        on_file = {document: document for document in self.documents}  # equal ones need memory once
        documents = tuple(on_file.get(document, document) for document in filing.documents)
        self.filings.append(filing.model_copy(update={"documents": documents}))
        self.going = {}
        if not filing.refused:
            return
        last = filing.documents[-1]
        if last.kind is not DocumentKind.DECLARATION_LIST:
            self._refuse_document(last.kind, last.version, filing.refused, at)
        elif self.state is State.MATCHED and self.list_rank < rank_of("120"):
            self.enter("reject", at, filing.refused)

    def give_up(self, at: datetime) -> None:
        """End the wait for a document or a correction: the list was never declared."""
        if self.state is State.SUBMITTED:
            self.fail_match(at, "not handed in in time: " + ", ".join(self.missing))
        self.detail = Detail.DOCS_TIMEOUT
        self.given_up = True

    def take_news(self, news: CustomsNews, at: datetime) -> None:
        """Record receipts and bills; receipts already known are counted and change nothing."""
        for bill in news.bills:
            if bill not in self.bills:
                self.bills.append(bill)
        fresh = []
        for receipt in news.receipts:
            if receipt.key in self._seen:
                self.duplicate_receipts += 1
                continue
            self._seen.add(receipt.key)
            self.receipts.append(receipt)
            fresh.append(receipt)
        released = any(_is_release(receipt) for receipt in fresh)
        for receipt in sorted(fresh, key=lambda each: (rank_of(each.status), each.at)):
            match receipt.about:
                case DocumentKind.DECLARATION_LIST:
                    self._apply_to_list(receipt, released)
                case DocumentKind() as kind:
                    self._apply_to_document(kind, receipt, at)
                case ApplicationKind.CANCELLATION:
                    self.take_cancellation_receipt(receipt)
                case ApplicationKind.GOODS_RETURN:
                    self.raise_alarm("UNKNOWN_RECEIPT")  # a return hears its receipts itself

    def _apply_to_document(self, kind: DocumentKind, receipt: CustomsReceipt, at: datetime) -> None:
        effect = effect_of(kind, receipt.status)
        if effect is Effect.UNKNOWN:
            self.raise_alarm("UNKNOWN_RECEIPT")
        version = self.sent.get(kind)
        if version is None or not self.open_for_change or self.accepted_documents.get(kind) == version:
            return
        if effect is Effect.ACCEPT:
            self._accept_document(kind, version, at)
        elif effect is Effect.RESEND:
            self.to_resend.add(kind)
        elif effect is Effect.REJECT:
            self._refuse_document(kind, version, f"{receipt.status} {receipt.info}".strip(), at)

    def _accept_document(self, kind: DocumentKind, version: int, at: datetime) -> None:
        """Customs stored it; if a refusal came before that, it is void, so either order has one outcome."""
        self.accepted_documents[kind] = version
        self.to_resend.discard(kind)
        refused = self.refused_documents.pop(kind, None)
        if refused and not self.refused_documents and self.judgement and self.judgement.matched:
            self._matched(at)

    def _refuse_document(self, kind: DocumentKind, version: int, why: str, at: datetime) -> None:
        on_file = {document.kind: document.version for document in self.documents}
        if not self.open_for_change or on_file.get(kind) != version:
            return  # the case went on without it, or its correction is on file already
        self.to_resend.discard(kind)
        self.refused_documents[kind] = (
            version,
            refusal("E_CUSTOMS_REFUSED", ("document.kind", kind), ("customs", why), owner=OWNERS[kind]),
        )
        self.fail_match(at, self._refusals_told)

    @property
    def _refusals_told(self) -> str:
        told = (f"customs refused the {each.fields[0].value}: {each.fields[1].value}" for each in self._refusals)
        return "; ".join(told)

    def _apply_to_list(self, receipt: CustomsReceipt, released: bool) -> None:
        """`released`: a release came with it, and stands however the two were to arrive."""
        effect = effect_of(DocumentKind.DECLARATION_LIST, receipt.status)
        if effect is Effect.UNKNOWN:
            self.raise_alarm("UNKNOWN_RECEIPT")
            return
        if not self.list_filed or self.over or self.release is not None:
            return  # the state only moves forward; what was never filed cannot be meant
        self._note_numbers(receipt)
        if self.answers_modification(receipt, effect):
            return
        if effect is Effect.RESEND:
            if self.list_rank < rank_of("120"):
                self.to_resend.add(DocumentKind.DECLARATION_LIST)
            return
        if effect is Effect.NOTE or self._is_stale(receipt, effect):
            return
        if released and effect in (Effect.REJECT, Effect.SHIP_BACK):
            return
        self.list_rank, self.list_at = max(rank_of(receipt.status), self.list_rank), receipt.at
        self.to_resend.discard(DocumentKind.DECLARATION_LIST)
        self.customs_inspects = effect is Effect.INSPECT
        if self.state is State.DETAINED and self.dispositions:
            pass  # what customs decided says more than the receipts around it
        elif self.open_change is None or effect in (Effect.INSPECT, Effect.DETAIN):
            self.detail = detail_of(receipt.status) or self.detail
        else:
            self.detail_before_change = detail_of(receipt.status) or self.detail_before_change
        why = f"{receipt.status} {receipt.info}".strip()
        moves = {
            Effect.PASS: "pass_risk_control",
            Effect.DETAIN: "detain",
            Effect.SHIP_BACK: "ship_back",
            Effect.REJECT: "reject",
        }
        if effect is Effect.REJECT:
            self.refused_by = receipt
        if effect is Effect.RELEASE:
            self._release(receipt)
        elif effect in moves and self.chart_admits(moves[effect]):
            self.enter(moves[effect], receipt.at, why)

    def _note_numbers(self, receipt: CustomsReceipt) -> None:
        """A change of the list names it by both its numbers."""
        self.pre_no = receipt.pre_no or self.pre_no
        self.invt_no = receipt.invt_no or self.invt_no

    def _is_stale(self, receipt: CustomsReceipt, effect: Effect) -> bool:
        """Rank decides, not arrival; but a review, inspection or detention that customs ordered later is news."""
        if rank_of(receipt.status) >= self.list_rank:
            return False
        later = self.list_at is not None and receipt.at > self.list_at
        return not (later and effect in (Effect.PROGRESS, Effect.INSPECT, Effect.DETAIN))

    def _release(self, receipt: CustomsReceipt) -> None:
        if self.chart_admits("pass_risk_control"):
            self.enter("pass_risk_control", receipt.at)
        if self.chart_admits("release"):
            self.overtake_changes(receipt.at)
            self.release = receipt
            self.enter("release", receipt.at, f"{receipt.status} {receipt.info}".strip())
            self.detail = Detail.RELEASED

    def apply_return(self, request: ReturnRequest, at: datetime) -> None:
        """Record an application to return the whole list; its tax is held from now on."""
        self.goods_return = ReturnCase(applied_at=at, reason=request.reason, actor=request.actor)
        self.detail = Detail.RETURN_APPLIED

    def confirm_arrival(self, arrival: ReturnArrival, at: datetime) -> None:
        """Record the goods' arrival: the originals end the case without tax, others give no relief (seed S2.2)."""
        assert self.goods_return is not None  # the validator saw to it
        outcome = "CONFIRMED" if arrival.original_goods else "NOT_ORIGINAL"
        self.goods_return = self.goods_return.model_copy(update={"arrived_at": arrival.arrived_at, "outcome": outcome})
        if arrival.original_goods:
            self.enter("confirm_return", at, "all goods are back in time; no tax is due")
        else:
            self.raise_alarm("RETURN_NOT_ORIGINAL")

    def expire_return(self) -> None:
        """The goods did not come back by day 45: the tax is due after all."""
        assert self.goods_return is not None  # only called while a return is open
        self.goods_return = self.goods_return.model_copy(update={"outcome": "EXPIRED"})

    def take_payment(self, payment: TaxPayment, at: datetime) -> None:
        """Record an attempt to pay; a success settles the case."""
        self.payment = payment
        if payment.differs:
            self.raise_alarm("BILL_DIFFERS")
        self.settle_clocks(payment.clocks)
        if payment.outcome in (PaymentOutcome.BILL_MISSING, PaymentOutcome.REFUSED):
            overdue = self.clocks is not None and at >= self.clocks.payment_before
            self.detail = Detail.OVERDUE if overdue else Detail.TAX_WINDOW
            self.reason = payment.reason
            self.raise_alarm("OVERDUE" if overdue else payment.outcome)
            return
        self.drop_alarms("OVERDUE", PaymentOutcome.BILL_MISSING, PaymentOutcome.REFUSED)
        self.enter("settle_tax", at, self._told_of(payment))

    def _told_of(self, payment: TaxPayment) -> str:
        if payment.outcome is PaymentOutcome.NOT_DUE:
            return "no tax is due"
        late = payment.paid_at is not None and self.clocks is not None and payment.paid_at >= self.clocks.payment_before
        if not late:
            return "tax paid"
        fee = payment.late_fee
        charged = "" if fee is None else ", late fee waived" if fee.waived else f", late fee {fee.due} CNY"
        return f"tax paid late{charged}"

    # --- answers -----------------------------------------------------------------------------------------------

    def answer(self, refused: tuple[Problem, ...] = ()) -> Answer:
        """Where the case stands now, with everything that is wrong."""
        judged = self.judgement
        return Answer(
            accepted=not refused,
            workflow_id=self.key.workflow_id,
            state=self.state,
            detail=self.detail,
            missing=self.missing,
            problems=refused + self.problems,
            warnings=judged.warnings if judged else (),
        )


def _is_release(receipt: CustomsReceipt) -> bool:
    return receipt.about is DocumentKind.DECLARATION_LIST and effect_of(receipt.about, receipt.status) is Effect.RELEASE
