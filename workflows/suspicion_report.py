"""A proactive report of a suspected violation: kept, filed with customs, its lists held until customs decides (B.16).

Nobody may tip off the subject. The history names the report by its hash; its content is in one message of the reporter
and in the database, and from there it goes to customs.
"""

import asyncio

from temporalio import workflow
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.reports import ReportDesk
    from clearway.contracts import names
    from clearway.contracts.customs import CustomsHold
    from clearway.contracts.keys import CaseKey
    from clearway.contracts.reports import (
        HoldOutcome,
        ListHold,
        ReportAnswer,
        ReportDecision,
        ReportOutcome,
        ReportState,
        ReportView,
        StartReport,
        SubmitReport,
    )
    from models.report_case import ReportCase
    from models.report_narrative import report_attributes, report_markdown, report_view
    from models.report_work import CloseReport, FileReport, ReportFiling, StoreReport
    from workflows.conduct import (
        DESK_RETRIES,
        DESK_TIMEOUT,
        OUTSIDE_RETRIES,
        OUTSIDE_TIMEOUT,
        Noticeboard,
        customs_queue,
    )


@workflow.defn(name=names.SUSPICION_REPORT)
class SuspicionReportWorkflow:
    """One report. Its reporter hands it in by an update, customs decides by a signal, anyone reads by the query."""

    @workflow.init
    def __init__(self, start: StartReport) -> None:
        self.case = ReportCase(start)
        self._desk = asyncio.Lock()  # one report at a time
        self._board = Noticeboard()

    @workflow.run
    async def run(self, start: StartReport) -> ReportView:
        """The story of a report; one that cannot be taken ends as refused, and may be handed in again."""
        await workflow.wait_condition(lambda: self.case.examined and workflow.all_handlers_finished())
        if self.case.on_file is None:
            self.case.refuse(workflow.now())
        elif self.case.earlier is None:
            await self._file_with_customs()
            if self.case.state is ReportState.ACKNOWLEDGED:
                await self._hold_lists()
                await self._wait_for_decision()
            await self._close()
        self._show()
        return report_view(self.case)

    # --- chapters ----------------------------------------------------------------------------------------------

    async def _file_with_customs(self) -> None:
        """Customs acknowledges in its answer; where the answer does not come, its own word counts as much."""
        filing = workflow.start_activity_method(
            ReportDesk.file_report,
            FileReport(report_no=self.case.report_no, now=workflow.now()),
            task_queue=customs_queue(),
            start_to_close_timeout=OUTSIDE_TIMEOUT,
            retry_policy=OUTSIDE_RETRIES,
            summary="File the report with customs",
        )
        await workflow.wait_condition(lambda: filing.done() or self.case.told_acknowledgement is not None)
        if filing.done():
            self.case.take_filing(await filing, workflow.now())
        else:
            filing.cancel()
            self.case.take_filing(ReportFiling(acknowledgement=self.case.told_acknowledgement), workflow.now())
        self._show()

    async def _hold_lists(self) -> None:
        """Hold every affected list; one that is over or unknown is recorded as such."""
        assert self.case.on_file is not None  # else it were refused
        holds = await asyncio.gather(*(self._hold(key) for key in self.case.on_file.lists))
        self.case.take_holds(holds)
        self._show()

    async def _wait_for_decision(self) -> None:
        """Customs lets the lists go, or opens a case and keeps them held; however long it takes."""
        await workflow.wait_condition(lambda: self.case.ending is not None)
        decision = self.case.ending
        assert decision is not None  # awaited
        if decision.decision is ReportOutcome.LIFTED:
            self.case.take_holds(await asyncio.gather(*(self._lift(hold) for hold in self.case.lists)))
        self.case.close(decision, workflow.now())

    async def _close(self) -> None:
        """Write the end into the register, let open handlers finish."""
        await workflow.execute_local_activity_method(
            ReportDesk.close_report,
            CloseReport(view=report_view(self.case), now=workflow.now()),
            start_to_close_timeout=DESK_TIMEOUT,
            retry_policy=DESK_RETRIES,
            summary="Write the end into the register",
        )
        await workflow.wait_condition(workflow.all_handlers_finished)

    # --- the update: the reporter; the signal: customs; the query --------------------------------------------------

    @workflow.update(name=names.SUBMIT_REPORT)
    async def submit_report(self, request: SubmitReport) -> ReportAnswer:
        """Hand the report in; the same again is answered alike, other content under its number is refused."""
        async with self._desk:
            stored = await workflow.execute_local_activity_method(
                ReportDesk.store_report,
                StoreReport(report_no=self.case.report_no, request=request, now=workflow.now()),
                start_to_close_timeout=DESK_TIMEOUT,
                retry_policy=DESK_RETRIES,
                summary="Check the report and keep it",
            )
            answer = self.case.take_report(stored, workflow.now())
        self._show()
        return answer

    @workflow.signal(name=names.REPORT_DECISION)
    def report_decision(self, decision: ReportDecision) -> None:
        """Customs has acknowledged the report, found nothing in it or opened a case, as the inbox read it."""
        self.case.take_decision(decision)

    @workflow.query(name=names.VIEW)
    def view(self) -> ReportView:
        """Where the report stands."""
        return report_view(self.case)

    # --- how it is done ----------------------------------------------------------------------------------------

    async def _hold(self, key: CaseKey) -> ListHold:
        reached = await self._tell(key, lifted=False)
        outcome = HoldOutcome.HELD if reached else HoldOutcome.NOT_RUNNING
        return ListHold(key=key, outcome=outcome, at=workflow.now())

    async def _lift(self, hold: ListHold) -> ListHold:
        if hold.outcome is not HoldOutcome.HELD:
            return hold
        reached = await self._tell(hold.key, lifted=True)
        outcome = HoldOutcome.LIFTED if reached else HoldOutcome.NOT_RUNNING
        return ListHold(key=hold.key, outcome=outcome, at=workflow.now())

    async def _tell(self, key: CaseKey, *, lifted: bool) -> bool:
        """Hold a list or let it go; whether there was one to be told."""
        hold = CustomsHold(hold_id=self.case.report_no, at=workflow.now(), lifted=lifted)
        try:
            await workflow.get_external_workflow_handle(key.workflow_id).signal(names.CUSTOMS_HOLD, hold)
        except ApplicationError:
            return False
        return True

    def _show(self) -> None:
        """Tell people where the report stands; filters change only when their values do."""
        self._board.show(report_markdown(self.case), report_attributes(self.case))
