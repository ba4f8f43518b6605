"""What the workflow of a suspicion report asks of its activities, and what they answer (RULEBOOK B.16)."""

from pydantic import Field

from clearway.contracts.base import Contract, Instant
from clearway.contracts.keys import CaseKey
from clearway.contracts.problems import Problem
from clearway.contracts.reports import REPORT_PREFIX, ReportAcknowledgement, ReportView, SubmitReport


class StoreReport(Contract):
    """A report handed in to the workflow of this number."""

    report_no: str
    request: SubmitReport
    now: Instant


class ReportOnFile(Contract):
    """What was made of it; with problems nothing changed."""

    problems: tuple[Problem, ...] = ()
    known: bool = Field(False, description="A report of this number is on file, this one or another")
    lists: tuple[CaseKey, ...] = Field((), description="The lists of the report on file, each copy named")
    ending: ReportView | None = Field(None, description="How the report on file ended, if its life is over")


class FileReport(Contract):
    """A stored report to be filed with customs."""

    report_no: str
    now: Instant

    @property
    def workflow_id(self) -> str:
        """Under which it is stored."""
        return REPORT_PREFIX + self.report_no


class ReportFiling(Contract):
    """How customs answered: it has the report, or it will not have it."""

    acknowledgement: ReportAcknowledgement | None = None
    refused: str = Field("", description="Customs' code of the refusal; its words are not kept, they may name somebody")


class CloseReport(Contract):
    """The end of a report, for the register that outlives the workflow."""

    view: ReportView
    now: Instant
