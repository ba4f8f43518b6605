"""What follows a release: deadlines, returns, and the tax that the withholding agent's collection pays (B.8, B.9)."""

from datetime import datetime

from clearway.contracts.case import ReturnRequest
from clearway.contracts.collection import DueAlarm, TaxNews
from clearway.contracts.facts import LegalClocks, PaymentOutcome, TaxPayment
from clearway.contracts.goods_return import RETURN_ENDS, ReturnLine, ReturnRecord, ReturnState
from clearway.contracts.keys import ReturnKey
from clearway.contracts.states import Detail, State
from models.case_file import CaseFile


class SettledCase(CaseFile):
    """A released list's deadlines, returns and tax."""

    def take_clocks(self, clocks: LegalClocks, at: datetime) -> None:
        """Record the deadlines that the release fixed; the return window is open from now on."""
        self.clocks = clocks
        if clocks.provisional:
            self.raise_alarm("CALENDAR_PROVISIONAL")
        if self.state is State.DETAINED:  # customs disposed of the goods in the same moment
            if self.detail in (Detail.RELEASE_ORDERED, Detail.REMOVAL_ORDERED):
                self.enter("let_go", at, self.reason)
                self.detail = self.detail_after_release
            return
        self.enter("open_return_window", at)
        self.detail = self.detail_after_release
        late = self.abnormal_at_release
        if self.collected and late is not None:
            self.drop_alarms("ABNORMAL_AFTER_RELEASE")
            self.enter("detain", late.recorded_at, f"inspection abnormal: {late.finding}".strip(": "))
            self.detail = Detail.INSPECTED_ABNORMAL

    def settle_clocks(self, clocks: LegalClocks | None) -> None:
        """Take deadlines computed again after the year's holidays were announced (RULEBOOK C.8)."""
        if clocks is not None and self.clocks is not None and self.clocks.provisional:
            self.clocks = clocks.model_copy(update={"goods": clocks.goods or self.clocks.goods})
            if not clocks.provisional:
                self.drop_alarms("CALENDAR_PROVISIONAL")

    def open_return(self, request: ReturnRequest, at: datetime) -> ReturnRecord:
        """Register a return, so that no other one takes the same goods; its tax is held from now on."""
        number = len(self.returns) + 1
        record = ReturnRecord(
            number=number,
            workflow_id=ReturnKey(case=self.key, number=number).workflow_id,
            state=ReturnState.APPLIED,
            lines=request.lines or self.returnable,
            applied_at=at,
            reason=request.reason,
            actor=request.actor,
        )
        self.returns[number] = record
        if request.request_id:
            self.return_requests[request.request_id] = number, request
        if self.state is State.RETURN_WINDOW:
            self.detail = Detail.RETURN_APPLIED
        return record

    def asked_before(self, request: ReturnRequest) -> ReturnRecord | None:
        """The return that was opened when this was asked before."""
        number, _ = self.return_requests.get(request.request_id, (0, request))
        return self.returns.get(number)

    def take_return(self, record: ReturnRecord) -> None:
        """Record how a return ended; when all goods are back and nothing was paid, the list ends without tax."""
        self.returns[record.number] = record
        self.refund = max(self.refund, record.refund)
        if self.refund:
            self.raise_alarm("REFUND_REQUESTED")
        if record.state is ReturnState.NOT_ORIGINAL:
            self.raise_alarm("RETURN_NOT_ORIGINAL")
        if self.over:
            return
        if self.detail is Detail.RETURN_APPLIED:
            self.detail = self.detail_after_release
        self.reason = f"return {record.number} {record.state}" + (f": {record.why}" if record.why else "")

    def take_tax_news(self, news: TaxNews) -> None:
        """Record what the collection says of this list's tax; the same news again changes nothing."""
        if news.news_id in self.tax_news:
            return
        self.tax_news.append(news.news_id)
        payment = news.payment
        self.payment = self._with_earlier(payment)
        self.tax_open = news.open
        self.tax_settled = self.tax_settled or news.settled
        self.guarantee_called = self.guarantee_called or news.called
        if payment.differs:
            self.raise_alarm("BILL_DIFFERS")
        if news.called:
            self.raise_alarm("GUARANTEE_CALLED")
        self.settle_clocks(payment.clocks)
        if self.over:
            return
        if payment.outcome in (PaymentOutcome.BILL_MISSING, PaymentOutcome.REFUSED):
            self.reason = payment.reason
            self.raise_alarm(payment.outcome)
        else:
            days = [each for each in self.alarms if each.startswith("DAY_")]
            self.drop_alarms("OVERDUE", *days, PaymentOutcome.BILL_MISSING, PaymentOutcome.REFUSED)
        if self.state is State.RETURN_WINDOW and self.detail in (Detail.RETURN_OPEN, Detail.RETURN_CONFIRMED):
            self.detail = Detail.TAX_WINDOW

    def take_due_alarm(self, due: DueAlarm) -> None:
        """A legal day comes near and something is open: show it."""
        if self.over or self.tax_settled:
            return
        if due.alarm.startswith("DAY_"):
            self.drop_alarms(*(each for each in self.alarms if each.startswith("DAY_")))
        self.raise_alarm(due.alarm)
        if due.alarm == "OVERDUE":
            self.miss_deadline()

    def miss_deadline(self) -> None:
        """The payment deadline is over and tax is unpaid."""
        self.raise_alarm("OVERDUE")
        if self.state is State.RETURN_WINDOW and not self.return_is_open:
            self.detail = Detail.OVERDUE

    def settle(self, at: datetime) -> None:
        """End the list once no return is open and no tax is left, in the one way that is lawful; else nothing."""
        if not self.can_settle:
            return
        if self.everything_is_back and not self.tax_was_paid:
            self.enter("confirm_return", at, "all goods are back in time; no tax is due")
        else:
            self.enter("settle_tax", at, self._told_of_tax())

    @property
    def can_settle(self) -> bool:
        """No return is open, nothing holds the list, and its tax is settled or not due any more."""
        if self.state is not State.RETURN_WINDOW or self.open_returns or self.blocks:
            return False
        return self.tax_settled or (self.everything_is_back and not self.tax_was_paid)

    @property
    def tax_was_paid(self) -> bool:
        """Something was paid for this list, or taken from the guarantee; a return may know it before the news comes."""
        return self.guarantee_called or bool(self.payment and self.payment.amount) or self.refund > 0

    @property
    def open_returns(self) -> tuple[ReturnRecord, ...]:
        """Returns that are under way."""
        return tuple(each for each in self.returns.values() if each.state not in RETURN_ENDS)

    @property
    def returnable(self) -> tuple[ReturnLine, ...]:
        """What of the released goods is neither back nor on its way back."""
        released = {line.gnum: line.qty for line in self.clocks.goods} if self.clocks else {}
        for each in self.returns.values():
            for line in each.confirmed if each.state in RETURN_ENDS else each.lines:
                released[line.gnum] = released.get(line.gnum, 0) - line.qty
        return tuple(ReturnLine(gnum=gnum, qty=qty) for gnum, qty in sorted(released.items()) if qty > 0)

    @property
    def everything_is_back(self) -> bool:
        """Every released unit was returned and confirmed."""
        return bool(self.returns) and not self.open_returns and not self.returnable

    def _with_earlier(self, payment: TaxPayment) -> TaxPayment:
        """A second payment of a list, as after a return that expired, adds to the first."""
        before = self.payment
        if before is None or before.outcome is not PaymentOutcome.PAID:
            return payment
        if payment.outcome is not PaymentOutcome.PAID:
            return before
        return payment.model_copy(update={"amount": before.amount + payment.amount})

    def _told_of_tax(self) -> str:
        payment = self.payment
        if payment is None or payment.outcome is PaymentOutcome.NOT_DUE:
            return "no tax is due"
        if self.guarantee_called:
            return "customs took the tax from the guarantee"
        fee = payment.late_fee
        late = "" if fee is None else " late"
        charged = "" if fee is None else ", late fee waived" if fee.waived else f", late fee {fee.due} CNY"
        refund = f"; {self.refund:.2f} CNY to be claimed back" if self.refund else ""
        return f"tax paid{late}{charged}{refund}"
