"""A suspicion report's surroundings: a reporter whose code shows nowhere else, and a counter that plays customs."""

import asyncio
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from temporalio.client import WorkflowHandle

from clearway.client import ClearwayClient
from clearway.contracts.keys import CaseKey
from clearway.contracts.parties import Sender
from clearway.contracts.reports import (
    AffectedList,
    ReportAnswer,
    ReportDecision,
    ReportKey,
    ReportOutcome,
    ReportView,
    SuspicionReport,
)
from models.database import Database
from models.tables import Enterprise, SuspicionRecord
from tests.desk import Desk
from tests.patience import PATIENCE, answered

REPORTER = "3301960S77"


def register(database: Database, code: str = REPORTER, **changes: Any) -> None:
    """Enter a site operator into the register."""
    given: dict[str, Any] = {"name": "示例监管场所", "roles": "SITE", "registered_from": date(2014, 1, 1)}
    with database.transaction() as session:
        session.merge(Enterprise(code=code, **(given | changes)))


def report(*lists: CaseKey, **changes: Any) -> SuspicionReport:
    """A new report of the site operator about these lists, written a little before now."""
    given: dict[str, Any] = {
        "report_id": f"SR-{uuid.uuid4().hex[:12]}",
        "reporter": REPORTER,
        "subject": "示例可疑收货人",
        "facts": "Parcels of one consignee are opened and repacked behind the site.",
        "evidence": ("photo-17", "photo-18"),
        "lists": tuple(AffectedList(ebc_code=each.ebc_code, order_no=each.order_no) for each in lists),
        "at": datetime.now(UTC) - timedelta(minutes=10),
    }
    return SuspicionReport(**(given | changes))


@dataclass
class ReportCounter:
    """Drives suspicion reports at a desk."""

    desk: Desk

    @property
    def client(self) -> ClearwayClient:
        """The library."""
        return self.desk.client

    async def submit(self, told: SuspicionReport, sender: str | None = None) -> ReportAnswer:
        """Hand a report in, in the reporter's name."""
        return await self.client.report_suspicion(told, sender=Sender(code=sender or told.reporter))

    async def decide(
        self, key: ReportKey, decision: ReportOutcome, *, number: str = "", at: datetime | None = None
    ) -> None:
        """Customs decides, as the inbox delivers it."""
        told = ReportDecision(
            decision_id=number or uuid.uuid4().hex, decision=decision, at=at or datetime.now(UTC), officer="2991-7"
        )
        await self.client.decide_report(key.workflow_id, told)

    def handle(self, key: ReportKey) -> WorkflowHandle[Any, Any]:
        """The workflow of a report."""
        return self.client.temporal.get_workflow_handle(key.workflow_id)

    async def until(self, key: ReportKey, holds: Callable[[ReportView], bool]) -> ReportView:
        """The first view for which something holds."""
        async with asyncio.timeout(PATIENCE):
            while True:
                view = await answered(lambda: self.client.view_report(key))
                if holds(view):
                    return view
                await asyncio.sleep(0.05)

    async def ended(self, key: ReportKey) -> ReportView:
        """The report once its workflow is over."""
        async with asyncio.timeout(PATIENCE):
            await self.handle(key).result()
        return await self.client.view_report(key)

    def record(self, key: ReportKey) -> SuspicionRecord | None:
        """What the register holds of it."""
        with self.desk.database.transaction() as session:
            return session.get(SuspicionRecord, key.workflow_id)
