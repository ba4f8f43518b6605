"""A proactive report of a suspected violation or smuggling, and what becomes of it (RULEBOOK B.16; seeds S0.11, S4.18).

Nobody may tip off the subject: a report is known everywhere by a hash, and only the report itself, which goes to
customs, names who wrote it.
"""

import hashlib
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from clearway.contracts.base import ONE_LINE, Contract, Instant
from clearway.contracts.keys import CaseKey
from clearway.contracts.parties import Sender
from clearway.contracts.problems import Problem

REPORT_PREFIX = "suspicion-report/"
REPORT_NO = r"^[0-9a-f]{24}$"
PARTY_CODE = r"^[^|\x00-\x1f\x7f-\x9f]*$"
"""A code in one line, without the sign that parts it from the report's number where both are hashed."""


class ReportKey(Contract):
    """Business key of a report: who wrote it, and under which number. Shown to its reporter only."""

    reporter: str = Field(min_length=1, max_length=18, pattern=PARTY_CODE, repr=False)
    report_id: str = Field(min_length=1, max_length=60, pattern=ONE_LINE, repr=False)

    @property
    def report_no(self) -> str:
        """The number by which everybody else knows the report: 24 hex digits of a SHA-256 over the key."""
        return hashlib.sha256(f"{self.reporter}|{self.report_id}".encode()).hexdigest()[:24]

    @property
    def workflow_id(self) -> str:
        """The workflow id: `suspicion-report/{report_no}`."""
        return REPORT_PREFIX + self.report_no


class AffectedList(Contract):
    """A Declaration List that the report is about."""

    ebc_code: str = Field(min_length=1, max_length=18, pattern=ONE_LINE)
    order_no: str = Field(min_length=1, max_length=60, pattern=ONE_LINE)
    attempt: int | None = Field(None, ge=1, le=99, description="Which copy of the list; left out, the newest there is")


class SuspicionReport(Contract):
    """What a registered party reports of its own accord; it never shows in a log, not even by accident."""

    report_id: str = Field(
        min_length=1, max_length=60, pattern=ONE_LINE, repr=False, description="The reporter's own number"
    )
    reporter: str = Field(
        min_length=1, max_length=18, pattern=PARTY_CODE, repr=False, description="Customs or credit code"
    )
    subject: str = Field(min_length=1, max_length=200, repr=False, description="Who is suspected: code or description")
    facts: str = Field(min_length=1, max_length=4000, repr=False, description="What was seen, where and when")
    evidence: tuple[Annotated[str, StringConstraints(min_length=1, max_length=200)], ...] = Field(
        (), max_length=50, repr=False, description="Where the evidence is: file numbers, photographs, addresses"
    )
    lists: tuple[AffectedList, ...] = Field((), max_length=100, repr=False, description="Lists that customs may hold")
    at: Instant = Field(description="When the reporter wrote it")

    @property
    def key(self) -> ReportKey:
        """Its business key."""
        return ReportKey(reporter=self.reporter, report_id=self.report_id)


class ReportState(StrEnum):
    """States of a report; the last three end it."""

    SUBMITTED = "submitted"
    ACKNOWLEDGED = "acknowledged"
    LIFTED = "lifted"
    CASE_OPENED = "case_opened"
    REFUSED = "refused"


REPORT_ENDS = frozenset({ReportState.LIFTED, ReportState.CASE_OPENED, ReportState.REFUSED})


class StartReport(Contract):
    """Input of the workflow: nothing that tells who reports whom."""

    report_no: str = Field(pattern=REPORT_NO, description="`ReportKey.report_no`, as in the workflow id")


class SubmitReport(Contract):
    """The report handed in by its reporter."""

    report: SuspicionReport
    sender: Sender = Field(repr=False)


class ReportAcknowledgement(Contract):
    """Customs has the report."""

    number: str = Field(min_length=1, max_length=60, description="Customs' own number of the report")
    at: Instant


class ReportOutcome(StrEnum):
    """What customs says of a report."""

    ACKNOWLEDGED = "ACKNOWLEDGED"
    LIFTED = "LIFTED"
    """Nothing in it: the lists are let go."""
    CASE_OPENED = "CASE_OPENED"
    """A case is opened: the lists stay held until customs disposes of them."""


class ReportDecision(Contract):
    """Customs' act, as its signal brings it; the same id twice is one act."""

    decision_id: str = Field(min_length=1, max_length=60)
    decision: ReportOutcome
    at: Instant
    officer: str = Field(min_length=1, max_length=60, description="Customs office or officer id")


class HoldOutcome(StrEnum):
    """What became of the hold of one list."""

    HELD = "HELD"
    NOT_RUNNING = "NOT_RUNNING"
    """The list is over, or nobody declared it: there was nothing to hold."""
    LIFTED = "LIFTED"


class ListHold(Contract):
    """One affected list, and whether it is held."""

    key: CaseKey
    outcome: HoldOutcome
    at: datetime


class ReportPassage(Contract):
    """The report entered a state."""

    state: ReportState
    at: datetime
    why: str = ""


class ReportAnswer(Contract):
    """Answer to a report handed in: taken or refused, where it stands, and every problem at once."""

    accepted: bool
    workflow_id: str
    state: ReportState
    problems: tuple[Problem, ...] = ()


class ReportView(Contract):
    """Where a report stands; neither who wrote it, nor of whom, nor what."""

    report_no: str
    state: ReportState
    acknowledgement: ReportAcknowledgement | None = None
    lists: tuple[ListHold, ...] = ()
    decisions: tuple[ReportDecision, ...] = ()
    reason: str = ""
    alarms: tuple[str, ...] = ()
    passages: tuple[ReportPassage, ...] = ()

    @property
    def workflow_id(self) -> str:
        """The workflow id."""
        return REPORT_PREFIX + self.report_no
