"""A released list: its deadlines, its returns as workflows of their own, and the tax that its agent pays (B.8, B.9)."""

from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.exceptions import ChildWorkflowError
from temporalio.workflow import ChildWorkflowHandle, ParentClosePolicy

with workflow.unsafe.imports_passed_through():
    from activities.goods_returns import ReturnDesk
    from activities.legal_clocks import LegalCalendar
    from clearway.contracts import names
    from clearway.contracts.base import SHANGHAI
    from clearway.contracts.case import Answer, ReturnArrival, ReturnRequest
    from clearway.contracts.collection import DueAlarm, TaxNews
    from clearway.contracts.facts import LegalClocks
    from clearway.contracts.goods_return import ReturnRecord, ReturnState, StartReturn
    from clearway.contracts.keys import ReturnKey
    from clearway.contracts.urgency import Urgency
    from models.case_refusals import refuse_arrival, refuse_return
    from models.return_work import CloseReturn, OpenReturn
    from models.work import BlockRequest, ReleaseFact
    from workflows.conduct import DESK_RETRIES, DESK_TIMEOUT, ranked, refuse, wait
    from workflows.goods_return import GoodsReturnWorkflow
    from workflows.list_chapter import ListChapter

COLLECTED = "collected-by-agent"
"""Patch of 0.3, none for course 1: returns are workflows of their own, and the agent's collection pays the tax."""


class SettlementChapter(ListChapter):
    """From the release to the end: nothing returned is taxed, nothing retained goes untaxed."""

    @workflow.update(name=names.REQUEST_RETURN)
    async def request_return(self, request: ReturnRequest) -> Answer:
        """Apply to return goods, all or part; each application becomes a workflow of its own."""
        now = workflow.now()
        if not self.case.collected:
            self.case.apply_return(request, now)
            self._show()
            return self.case.answer()
        if known := self.case.asked_before(request):
            return self._told_of(known)
        record = self.case.open_return(request, now)
        key = ReturnKey(case=self.case.key, number=record.number)
        problems = await workflow.execute_local_activity_method(
            ReturnDesk.open_return,
            OpenReturn(
                key=key,
                lines=record.lines,
                actor=record.actor,
                reason=record.reason,
                now=now,
                profile=self.case.profile,
            ),
            start_to_close_timeout=DESK_TIMEOUT,
            retry_policy=DESK_RETRIES,
            summary=f"Register return {record.number} and hold the tax of its goods",
        )
        if problems:
            why = ", ".join(each.code for each in problems)
            refused = {"state": ReturnState.REFUSED, "why": why, "ended_at": now}
            self.case.take_return(record.model_copy(update=refused))
            self._show()
            return self.case.answer(problems)
        assert self.case.clocks is not None  # a return needs a release
        child = await workflow.start_child_workflow(
            GoodsReturnWorkflow.run,
            StartReturn(
                key=key,
                actor=record.actor,
                reason=record.reason,
                lines=record.lines,
                applied_at=record.applied_at,
                clocks=self.case.clocks,
                profile=self.case.profile,
                pre_no=self.case.pre_no,
                invt_no=self.case.invt_no,
            ),
            id=key.workflow_id,
            parent_close_policy=ParentClosePolicy.ABANDON,
            priority=ranked(Urgency.PRESSING),
            static_summary=f"Return {record.number} of order {self.case.key.order_no}",
        )
        self._aside(self._follow(key, child))
        self._show()
        return self._told_of(record)

    @request_return.validator
    def _may_return(self, request: ReturnRequest) -> None:
        refuse(refuse_return(self.case, request, workflow.now()))

    @workflow.update(name=names.CONFIRM_RETURN_ARRIVAL)
    async def confirm_return_arrival(self, arrival: ReturnArrival) -> Answer:
        """Confirm that the goods of a list released under 0.2 are back; later returns take this themselves."""
        self.case.confirm_arrival(arrival, workflow.now())
        self._show()
        return self.case.answer()

    @confirm_return_arrival.validator
    def _may_arrive(self, arrival: ReturnArrival) -> None:
        refuse(refuse_arrival(self.case, arrival, workflow.now()))

    @workflow.signal(name=names.TAX_NEWS)
    def tax_news(self, news: TaxNews) -> None:
        """What the collection says of this list's tax."""
        self.case.take_tax_news(news)
        self.case.settle(workflow.now())
        self._show()

    @workflow.signal(name=names.DUE_ALARM)
    def due_alarm(self, due: DueAlarm) -> None:
        """A legal day comes near and something is open."""
        self.case.take_due_alarm(due)
        self._show()

    async def _open_return_window(self) -> None:
        """Fix every deadline that the release starts, once, and open what the list owes."""
        await workflow.wait_condition(lambda: self.case.change_to_settle is None and not self._desk.locked())
        self.case.collected = self.case.course >= 1 or workflow.patched(COLLECTED)
        clocks = await self._legal_clocks("Set the return and tax deadlines of this release")
        if not clocks.goods:  # 0.1 judged it and kept nothing that a collection could pay by: it pays by itself
            self.case.collected = False
        if not self.case.over:  # a cancellation may have been approved meanwhile
            self.case.take_clocks(clocks, workflow.now())
        self._show()

    async def _keep_until_settled(self) -> None:
        """Sleep while goods may come back and the agent's collection pays; keep batches off what is blocked."""
        clocks, noted = self.case.clocks, self.case.blocks
        if noted:
            noted = await self._note_blocks()
        while not self.case.over:
            assert clocks is not None  # set on opening
            if self.case.blocks != noted:
                noted = await self._note_blocks()
            elif self.case.can_settle:
                self.case.settle(workflow.now())
            elif self.case.tax_settled or workflow.now() >= clocks.payment_before:
                await workflow.wait_condition(lambda: self._moves_on(noted))  # noqa: B023  awaited before the next turn
            elif not await wait(
                lambda: self._moves_on(noted) or self.case.tax_settled,  # noqa: B023  awaited before the next turn
                until=clocks.payment_before,
                why=f"returns until {_day(clocks.return_application_before)}; tax until {clocks.payment_deadline}",
            ):
                clocks = await self._miss_deadline(clocks)

    def _moves_on(self, noted: frozenset[str]) -> bool:
        return self.case.over or self.case.can_settle or self.case.blocks != noted

    async def _miss_deadline(self, clocks: LegalClocks) -> LegalClocks:
        """Nobody paid in time; or the holidays announced since have moved the deadline."""
        if clocks.provisional:
            settled = await self._legal_clocks("Settle the deadlines by the holidays announced since")
            self.case.settle_clocks(settled)
            clocks = settled
        if workflow.now() >= clocks.payment_before:
            self.case.miss_deadline()
        self._show()
        return clocks

    async def _note_blocks(self) -> frozenset[str]:
        blocks = self.case.blocks
        told = ", ".join(sorted(blocks))
        await workflow.execute_local_activity_method(
            LegalCalendar.note_blocks,
            BlockRequest(key=self.case.key, reasons=tuple(sorted(blocks)), now=workflow.now()),
            start_to_close_timeout=DESK_TIMEOUT,
            retry_policy=DESK_RETRIES,
            summary=f"Keep the tax out of batches: {told}" if blocks else "Let batches take the tax again",
        )
        return blocks

    async def _follow(self, key: ReturnKey, child: ChildWorkflowHandle[GoodsReturnWorkflow, ReturnRecord]) -> None:
        """Wait for the end of a return; one that was ended by hand is closed like one that was withdrawn."""
        try:
            record = await child
        except ChildWorkflowError:
            why = "its workflow was ended by hand"
            closed = await workflow.execute_local_activity_method(
                ReturnDesk.close_return,
                CloseReturn(
                    key=key, state=ReturnState.WITHDRAWN, why=why, now=workflow.now(), profile=self.case.profile
                ),
                start_to_close_timeout=DESK_TIMEOUT,
                retry_policy=DESK_RETRIES,
                summary=f"Close return {key.number}: {why}",
            )
            left = {"confirmed": closed.confirmed, "tax_due": closed.tax_due, "refund": closed.refund}
            ended = {"state": ReturnState.WITHDRAWN, "why": why, "ended_at": workflow.now()}
            record = self.case.returns[key.number].model_copy(update=ended | left)
        self.case.take_return(record)
        self.case.settle(workflow.now())
        self._show()

    async def _legal_clocks(self, summary: str) -> LegalClocks:
        assert self.case.release is not None  # the state says so
        return await workflow.execute_local_activity_method(
            LegalCalendar.set_legal_clocks,
            ReleaseFact(
                key=self.case.key,
                released_at=self.case.release.at,
                now=workflow.now(),
                profile=self.case.profile,
                collected=self.case.collected,
            ),
            start_to_close_timeout=DESK_TIMEOUT,
            retry_policy=DESK_RETRIES,
            summary=summary,
        )

    def _told_of(self, record: ReturnRecord) -> Answer:
        return self.case.answer().model_copy(update={"goods_return": record.workflow_id})


def _day(exclusive: datetime) -> str:
    return f"{(exclusive - timedelta(seconds=1)).astimezone(SHANGHAI):%Y-%m-%d} 24:00"
