"""What the workflow of a suspicion report carries: recorded facts and the chart (RULEBOOK B.16).

Neither the reporter nor what was reported is kept here. Customs may decide early, twice or in any order: each decision
is kept once, and takes effect when the report is where it can.
"""

from collections.abc import Iterable
from datetime import datetime

from clearway.contracts.reports import (
    REPORT_PREFIX,
    ListHold,
    ReportAcknowledgement,
    ReportAnswer,
    ReportDecision,
    ReportOutcome,
    ReportPassage,
    ReportState,
    ReportView,
    StartReport,
)
from models.lifecycle import Standing
from models.report_chart import SuspicionReportChart
from models.report_work import ReportFiling, ReportOnFile

EVENTS = {ReportOutcome.LIFTED: "lift", ReportOutcome.CASE_OPENED: "open_case"}
"""The decisions that end a report, and what they do to the chart."""


class ReportCase:
    """One report, from the moment it was handed in to customs' decision."""

    def __init__(self, start: StartReport) -> None:
        self.report_no = start.report_no
        self.standing = Standing(SuspicionReportChart)
        self.examined = False
        self.on_file: ReportOnFile | None = None
        self.acknowledgement: ReportAcknowledgement | None = None
        self.lists: tuple[ListHold, ...] = ()
        self.decisions: list[ReportDecision] = []
        self.reason = ""
        self.alarms: list[str] = []
        self.passages: list[ReportPassage] = []

    @property
    def state(self) -> ReportState:
        """The published state; that of an earlier life, if the report ended in one."""
        return self.earlier.state if self.earlier else ReportState(self.standing.state)

    @property
    def earlier(self) -> ReportView | None:
        """How the report ended before, if it was handed in again after its end."""
        return self.on_file.ending if self.on_file else None

    @property
    def ending(self) -> ReportDecision | None:
        """The decision that ends it: of several the latest, by customs' own time."""
        return max((each for each in self.decisions if each.decision in EVENTS), key=lambda each: each.at, default=None)

    @property
    def told_acknowledgement(self) -> ReportAcknowledgement | None:
        """Customs' acknowledgement where it came as a decision, because the answer to the filing got lost."""
        for each in self.decisions:
            if each.decision is ReportOutcome.ACKNOWLEDGED:
                return ReportAcknowledgement(number=each.decision_id, at=each.at)
        return None

    def take_report(self, stored: ReportOnFile, now: datetime) -> ReportAnswer:
        """The desk has looked at a report: what is on file stays, whatever was refused since."""
        self.examined = True
        if stored.known and self.on_file is None:
            self.on_file = stored
            if stored.ending is None:
                self._pass(now)
        return ReportAnswer(
            accepted=not stored.problems,
            workflow_id=REPORT_PREFIX + self.report_no,
            state=self.state if stored.known else ReportState.REFUSED,
            problems=stored.problems,
        )

    def refuse(self, now: datetime) -> None:
        """Nothing that could be taken was handed in."""
        self.standing.move("refuse")
        self._pass(now)

    def take_filing(self, filing: ReportFiling, now: datetime) -> None:
        """Customs has the report, or will not have it: then somebody must see to it."""
        if filing.acknowledgement is None:
            self.standing.move("refuse")
            self.reason = f"customs refused the report: {filing.refused}"
            self.raise_alarm("REPORT_REFUSED")
        else:
            self.acknowledgement = filing.acknowledgement
            self.standing.move("acknowledge")
        self._pass(now)

    def take_holds(self, holds: Iterable[ListHold]) -> None:
        """What became of the lists."""
        self.lists = tuple(holds)

    def take_decision(self, decision: ReportDecision) -> None:
        """Keep a decision once."""
        if all(each.decision_id != decision.decision_id for each in self.decisions):
            self.decisions.append(decision)

    def close(self, decision: ReportDecision, now: datetime) -> None:
        """Customs' decision ends the report."""
        self.standing.move(EVENTS[decision.decision])
        self._pass(now)

    def raise_alarm(self, alarm: str) -> None:
        """Show something that somebody must look at; it stays."""
        self.alarms.append(alarm)

    def _pass(self, now: datetime) -> None:
        self.passages.append(ReportPassage(state=self.state, at=now, why=self.reason))
