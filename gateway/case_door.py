"""What the gateway needs of the cases; the real one is `clearway.client.ClearwayClient`."""

from typing import Protocol

from clearway.contracts.articles import CustomsArticlesDecision
from clearway.contracts.case import Answer, CaseKey, CaseView, Transmission
from clearway.contracts.collection import CollectNow, DueAlarm, TaxNews
from clearway.contracts.customs import ControlInstruction, CustomsHold, CustomsNews, DispositionOrder, InspectionResult
from clearway.contracts.documents import DeclarationList, Document
from clearway.contracts.facts import GuaranteeGranted
from clearway.contracts.parties import Sender
from clearway.contracts.reports import ReportAnswer, ReportDecision, SuspicionReport


class CaseDoor(Protocol):
    """Every call raises ClearwayError: NotFound, AlreadyEnded, or ServiceUnavailable when it should be tried again."""

    async def transmit(
        self, document: Document, *, sender: Sender, key: CaseKey | None = None, profile: str = "SEED"
    ) -> Answer:
        """Hand one document to its case, which an order or a list opens."""

    async def declare(
        self,
        declaration_list: DeclarationList,
        *,
        sender: Sender,
        documents: tuple[Transmission, ...] = (),
        attempt: int = 1,
        profile: str = "SEED",
    ) -> Answer:
        """Hand in the list, with documents that its sender holds."""

    async def view(self, key: CaseKey) -> CaseView:
        """The whole case."""

    async def deliver(self, workflow_id: str, news: CustomsNews) -> None:
        """Tell a list or a return what customs said."""

    async def instruct(self, workflow_id: str, instruction: ControlInstruction) -> None:
        """Tell a case that customs holds it for inspection."""

    async def record_inspection(self, workflow_id: str, result: InspectionResult) -> None:
        """Tell a case what the inspection found."""

    async def dispose(self, workflow_id: str, order: DispositionOrder) -> None:
        """Tell a case what customs does with goods found abnormal."""

    async def hold(self, workflow_id: str, hold: CustomsHold) -> None:
        """Tell a case that customs holds it without inspecting it, or lets it go."""

    async def grant_guarantee(self, workflow_id: str, granted: GuaranteeGranted) -> None:
        """Tell a case that its tax is secured now."""

    async def tell_tax(self, workflow_id: str, news: TaxNews) -> None:
        """Tell a case what became of its tax."""

    async def tell_due_alarm(self, workflow_id: str, alarm: DueAlarm) -> None:
        """Tell a case that one of its legal days comes near."""

    async def collect(self, workflow_id: str, now: CollectNow) -> None:
        """Tell a tax collection, which this starts if it does not run, that something may be due."""

    async def decide_articles(self, workflow_id: str, decision: CustomsArticlesDecision) -> None:
        """Tell an individual's List of Items what customs decided."""

    async def report_suspicion(self, report: SuspicionReport, *, sender: Sender) -> ReportAnswer:
        """Hand in a suspicion report, which opens its own workflow."""

    async def decide_report(self, workflow_id: str, decision: ReportDecision) -> None:
        """Tell a suspicion report what customs decided."""
