"""A return of goods of a released list: the application, the journey, the check, the relief (RULEBOOK B.8)."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from activities.goods_returns import ReturnDesk
    from clearway.contracts import names
    from clearway.contracts.customs import CustomsNews
    from clearway.contracts.goods_return import (
        AdmitLateReturn,
        ArrivedGoods,
        GoodsCheck,
        ReturnRecord,
        ReturnShipment,
        ReturnView,
        StartReturn,
        WithdrawReturn,
    )
    from clearway.contracts.urgency import Urgency, urgency_before
    from models.return_case import GoodsReturnCase, Step
    from models.return_narrative import return_attributes, return_markdown, return_view
    from models.return_refusals import (
        refuse_admission,
        refuse_arrival,
        refuse_check,
        refuse_shipment,
        refuse_withdrawal,
    )
    from models.return_work import CloseReturn, FileReturn, SettleGoods
    from workflows.conduct import (
        DESK_RETRIES,
        DESK_TIMEOUT,
        OUTSIDE_RETRIES,
        OUTSIDE_TIMEOUT,
        Noticeboard,
        customs_queue,
        ranked,
        refuse,
        wait,
    )

RESEND_PAUSE = timedelta(minutes=5)
"""Pause before an application is sent again that customs could not take for technical reasons."""


@workflow.defn(name=names.GOODS_RETURN)
class GoodsReturnWorkflow:
    """One return. Sites, enterprises and operators act by updates, customs by signals, anyone reads by the query."""

    @workflow.init
    def __init__(self, start: StartReturn) -> None:
        self.case = GoodsReturnCase(start)
        self._board = Noticeboard()

    @workflow.run
    async def run(self, start: StartReturn) -> ReturnRecord:
        """The story of a return, which ends in a named state; its list learns of it by the result."""
        self._show()
        beside = [asyncio.create_task(self._pursue_application()), asyncio.create_task(self._await_deadline())]
        await self._see_it_through(beside)
        for task in beside:
            task.cancel()
        await self._close()
        return self.case.record()

    # --- chapters ------------------------------------------------------------------------------------------------

    async def _pursue_application(self) -> None:
        """Hand the application to customs, and again after a pause where it could not be taken."""
        await self._file_application()
        while True:
            await workflow.wait_condition(lambda: self.case.to_resend)
            until = workflow.now() + RESEND_PAUSE
            why = "customs could not take it; a pause before sending again"
            if not await wait(lambda: not self.case.to_resend, until=until, why=why):
                await self._file_application()

    async def _see_it_through(self, beside: Sequence[asyncio.Task[None]]) -> None:
        """Goods travel, arrive and are checked, in any order and in parts, until nothing is open any more."""
        while not self.case.over:
            await workflow.wait_condition(
                lambda: self.case.over or bool(self.case.due_step) or any(_failed(task) for task in beside)
            )
            for task in filter(_failed, beside):
                task.result()  # a defect of ours shows as one, instead of a return that waits for ever
            if step := self.case.due_step:
                await self._settle(step)

    async def _await_deadline(self) -> None:
        """The end of day 45: what has not arrived by then does not count any more."""
        before = self.case.clocks.return_arrival_before
        await workflow.sleep(
            max(before - workflow.now(), timedelta(0)),
            summary=f"returned goods back until {before - timedelta(seconds=1):%Y-%m-%d} 24:00",
        )
        self.case.expire(workflow.now())
        self._show()

    async def _settle(self, step: Step) -> None:
        """What a check changes in the books, in one transaction."""
        self.case.settling = step.check
        settlement = await workflow.execute_local_activity_method(
            ReturnDesk.settle_goods,
            SettleGoods(
                key=self.case.start.key,
                step=step.number,
                lines=step.check.lines,
                original=step.check.original,
                now=workflow.now(),
                profile=self.case.start.profile,
            ),
            start_to_close_timeout=DESK_TIMEOUT,
            retry_policy=DESK_RETRIES,
            summary="Give the original goods their relief"
            if step.check.original
            else "Let the tax of other goods stand",
        )
        self.case.take_settlement(settlement, workflow.now())
        self._show()

    async def _close(self) -> None:
        """Let open handlers finish, write the end into the register, show the end."""
        await workflow.wait_condition(workflow.all_handlers_finished)
        self.case.closing = await workflow.execute_local_activity_method(
            ReturnDesk.close_return,
            CloseReturn(
                key=self.case.start.key,
                state=self.case.state,
                why=self.case.why,
                accepted_at=self.case.accepted_at,
                now=workflow.now(),
                profile=self.case.start.profile,
            ),
            start_to_close_timeout=DESK_TIMEOUT,
            retry_policy=DESK_RETRIES,
            summary="Write the end into the register of returns",
        )
        self._show()

    # --- updates: sites, enterprises and operators act -----------------------------------------------------------

    @workflow.update(name=names.NOTE_RETURN_SHIPMENT)
    async def note_return_shipment(self, shipment: ReturnShipment) -> ReturnView:
        """The buyer sent the goods off."""
        self.case.note_shipment(shipment, workflow.now())
        return self._shown()

    @note_return_shipment.validator
    def _may_ship(self, shipment: ReturnShipment) -> None:
        refuse(refuse_shipment(self.case, shipment))

    @workflow.update(name=names.CONFIRM_RETURN_ARRIVAL)
    async def confirm_return_arrival(self, arrival: ArrivedGoods) -> ReturnView:
        """Goods passed the gate of the original zone, centre or site."""
        self.case.take_arrival(arrival, workflow.now())
        return self._shown()

    @confirm_return_arrival.validator
    def _may_arrive(self, arrival: ArrivedGoods) -> None:
        refuse(refuse_arrival(self.case, arrival, workflow.now()))

    @workflow.update(name=names.CHECK_RETURNED_GOODS)
    async def check_returned_goods(self, check: GoodsCheck) -> ReturnView:
        """Goods that arrived were checked; answers once it is settled, or at once where customs has to accept first."""
        number = self.case.take_check(check, workflow.now())
        self._show()
        await workflow.wait_condition(
            lambda: len(self.case.settlements) >= number or not (self.case.settling or self.case.due_step)
        )
        return return_view(self.case)

    @check_returned_goods.validator
    def _may_check(self, check: GoodsCheck) -> None:
        refuse(refuse_check(self.case, check, workflow.now()))

    @workflow.update(name=names.WITHDRAW_RETURN)
    async def withdraw_return(self, request: WithdrawReturn) -> ReturnView:
        """The applicant takes the application back."""
        self.case.withdraw(request, workflow.now())
        return self._shown()

    @withdraw_return.validator
    def _may_withdraw(self, request: WithdrawReturn) -> None:
        refuse(refuse_withdrawal(self.case))

    @workflow.update(name=names.ADMIT_LATE_RETURN)
    async def admit_late_return(self, admission: AdmitLateReturn) -> ReturnView:
        """An operator shows that the platform delays customs' answer: the application counts as made (D-20)."""
        self.case.admit(admission)
        return self._shown()

    @admit_late_return.validator
    def _may_admit(self, admission: AdmitLateReturn) -> None:
        refuse(refuse_admission(self.case, admission))

    # --- the signal: customs answers; the query ------------------------------------------------------------------

    @workflow.signal(name=names.CUSTOMS_NEWS)
    def customs_news(self, news: CustomsNews) -> None:
        """Receipts for the application, as the inbox read them."""
        self.case.take_news(news, workflow.now())
        self._show()

    @workflow.query(name=names.VIEW)
    def view(self) -> ReturnView:
        """The whole return."""
        return return_view(self.case)

    # --- how it is done --------------------------------------------------------------------------------------------

    async def _file_application(self) -> None:
        self.case.to_resend = False  # an answer may come before the filing is recorded
        start, now = self.case.start, workflow.now()
        try:
            filing = await workflow.execute_activity_method(
                ReturnDesk.file_return_application,
                FileReturn(
                    key=start.key,
                    lines=start.lines,
                    reason=start.reason,
                    applied_at=start.applied_at,
                    pre_no=start.pre_no,
                    invt_no=start.invt_no,
                    now=now,
                    profile=start.profile,
                ),
                task_queue=customs_queue(),
                start_to_close_timeout=OUTSIDE_TIMEOUT,
                retry_policy=OUTSIDE_RETRIES,
                priority=ranked(urgency_before(start.clocks.return_application_before, now, Urgency.PRESSING)),
                summary="File the application to return goods",
            )
        except ActivityError:
            if self.case.over:
                return  # taken back: there is nothing to apply for any more
            raise
        self.case.take_filing(filing, workflow.now())
        self._show()

    def _shown(self) -> ReturnView:
        self._show()
        return return_view(self.case)

    def _show(self) -> None:
        """Tell people where the return stands; filters change only when their values do."""
        self._board.show(return_markdown(self.case), return_attributes(self.case))


def _failed(task: asyncio.Task[None]) -> bool:
    return task.done() and not task.cancelled() and task.exception() is not None
