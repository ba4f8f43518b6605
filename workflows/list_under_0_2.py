"""Lists released under 0.2: returned as a whole, their tax paid by themselves. Their lives go on as they began."""

from datetime import datetime, timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.tax_payment import TaxOffice
    from clearway.contracts.base import SHANGHAI
    from clearway.contracts.facts import LegalClocks, PaymentOutcome, TaxPayment
    from clearway.contracts.urgency import Urgency
    from models.work import PayRequest
    from workflows.conduct import OUTSIDE_RETRIES, OUTSIDE_TIMEOUT, bank_queue, ranked, wait
    from workflows.list_settlement import SettlementChapter

SETTLE_CLOCKS = "settle-provisional-clocks"
"""Patch of 0.2: a return that travels past day 30 looks again at deadlines that were provisional."""


class EarlierListsChapter(SettlementChapter):
    """The return window and the tax of a list whose release came before its agent's collection."""

    async def _keep_whole_return_window(self) -> None:
        """Thirty days in which the goods may go back; a return still travelling then holds the tax (D-13)."""
        clocks = self.case.clocks
        assert clocks is not None  # set on opening
        await wait(
            lambda: self.case.over,
            until=clocks.tax_window_opens,
            why=f"30-day return window, until {_day(clocks.return_application_before)}",
        )
        if self.case.return_is_open and clocks.provisional and workflow.patched(SETTLE_CLOCKS):
            self.case.settle_clocks(await self._legal_clocks("Settle the deadlines by the holidays announced since"))
            clocks = self.case.clocks or clocks
        if self.case.return_is_open:
            await wait(
                lambda: not self.case.return_is_open,
                until=clocks.held_tax_paid_at,
                why=f"returned goods on their way, until {_day(clocks.return_arrival_before)}",
            )
        if self.case.return_is_open:
            self.case.expire_return()

    async def _pay_own_tax(self) -> None:
        """Pay within [D0+31, D0+46), rolled over holidays; without a bill wait until 48 hours before the deadline."""
        while not self.case.over:
            clocks, now = self.case.clocks, workflow.now()
            assert clocks is not None  # set on opening
            tax = self.case.judgement.tax if self.case.judgement else None
            bills = len(self.case.bills)
            payment = await workflow.execute_activity_method(
                TaxOffice.pay_tax,
                PayRequest(
                    key=self.case.key,
                    assessed=tax.total if tax else 0,
                    lines=len(tax.lines) if tax else 1,
                    profile=self.case.profile,
                    guarantor=self.case.examination.guarantor if self.case.examination else "",
                    now=now,
                    without_bill=now >= clocks.payment_guard_at,
                    deadline=clocks.payment_deadline,
                    provisional_since=clocks.released_at if clocks.provisional else None,
                ),
                task_queue=bank_queue(),
                start_to_close_timeout=OUTSIDE_TIMEOUT,
                retry_policy=OUTSIDE_RETRIES,
                priority=ranked(Urgency.DEADLINE),
                summary="Pay the tax of this list",
            )
            self.case.take_payment(payment, workflow.now())
            if not self.case.over:
                self._show()
                await wait(
                    lambda: len(self.case.bills) > bills,  # noqa: B023  awaited before the next turn
                    until=_next_attempt(payment, workflow.now(), self.case.clocks),
                    why="the tax bill, or the next attempt to pay",
                )


def _next_attempt(payment: TaxPayment, now: datetime, clocks: LegalClocks | None) -> datetime:
    """Without a bill at the guard before the deadline, unless the bill comes first; else tomorrow."""
    assert clocks is not None  # set on opening the return window
    if payment.outcome is PaymentOutcome.BILL_MISSING and now < clocks.payment_guard_at:
        return clocks.payment_guard_at
    return now + timedelta(days=1)


def _day(exclusive: datetime) -> str:
    return f"{(exclusive - timedelta(seconds=1)).astimezone(SHANGHAI):%Y-%m-%d} 24:00"
