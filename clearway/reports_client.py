"""What a registered party does to report a suspected violation, and customs to decide on it (RULEBOOK B.16)."""

from clearway.calls import Calls, Opening
from clearway.contracts import names
from clearway.contracts.parties import Sender
from clearway.contracts.reports import (
    ReportAnswer,
    ReportDecision,
    ReportKey,
    ReportView,
    StartReport,
    SubmitReport,
    SuspicionReport,
)
from clearway.contracts.urgency import Urgency


class ReportCalls(Calls):
    """The calls about suspicion reports; part of `ClearwayClient`."""

    async def report_suspicion(self, report: SuspicionReport, *, sender: Sender) -> ReportAnswer:
        """Hand in a report; the same again, even after its end, gets the same answer.

        The answer lists every problem at once: a reporter that is not registered, another's report, other content under
        its number. Raises ServiceUnavailable, and AlreadyEnded when the report ended this very moment: ask again.
        """
        key = report.key
        start = StartReport(report_no=key.report_no)
        pressing = Urgency.PRESSING
        opening = Opening(names.SUSPICION_REPORT, key.workflow_id, start, opens_again=True, urgency=pressing)
        request = SubmitReport(report=report, sender=sender)
        return await self._open_with(opening, "Suspicion report", names.SUBMIT_REPORT, request, ReportAnswer)

    async def decide_report(self, workflow_id: str, decision: ReportDecision) -> None:
        """Hand customs' decision to a report (the inbox does this)."""
        await self._signal(workflow_id, names.REPORT_DECISION, decision)

    async def view_report(self, key: ReportKey) -> ReportView:
        """Where a report stands. Raises NotFound, ServiceUnavailable."""
        return await self._read(key.workflow_id, ReportView)
