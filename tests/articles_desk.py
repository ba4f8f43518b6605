"""A List of Items' surroundings: a sample parcel, and a desk that plays the individual, customs and the clock."""

import asyncio
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.client import WorkflowHandle
from temporalio.testing import TimeSkipper

from clearway.client import ClearwayClient
from clearway.contracts.articles import (
    Approval,
    ArticleLine,
    ArticlesAnswer,
    ArticlesDecision,
    ArticlesKey,
    ArticlesList,
    ArticlesState,
    ArticlesView,
    CustomsArticlesDecision,
    Disposition,
)
from clearway.contracts.base import legal_day
from clearway.contracts.parties import Sender
from clearway.testing import BUYER_ID, LOG
from models.tables import ArticlesRecord
from tests.desk import Desk, events_of
from tests.patience import PATIENCE, answered

FOOD, CAMERA = "food", "cameras"


def line(gnum: int = 1, value: str = "300.00", *, qty: str = "2", **changes: Any) -> ArticleLine:
    """A line of food, taxed 13 %."""
    given = {"name": "曲奇饼干", "category": FOOD, "unit": "007", "qty": Decimal(qty), "value": Decimal(value)}
    return ArticleLine(gnum=gnum, **(given | changes))


def medicine(gnum: int = 1, value: str = "300.00") -> ArticleLine:
    """A line that needs an approval."""
    return line(gnum, value, name="处方药", category="medicines", controlled_as="medicines")


def parcel(*lines: ArticleLine, at: datetime | None = None, list_no: str = "", **changes: Any) -> ArticlesList:
    """A parcel of an individual, declared by a logistics enterprise a little before now; nothing is in its way."""
    moment = at or datetime.now(UTC) - timedelta(minutes=10)
    given: dict[str, Any] = {
        "declarant_code": LOG,
        "list_no": list_no or f"A{uuid.uuid4().hex[:12]}",
        "individual_name": "张三",
        "individual_id_number": BUYER_ID,
        "individual_telephone": "13800000000",
        "logistics_code": LOG,
        "logistics_no": "SF1234567890123",
        "departure_country": "502",
        "customs_code": "2991",
        "declared_on": legal_day(moment),
        "app_time": moment,
        "lines": lines or (line(),),
    }
    return ArticlesList(**(given | changes))


def corrected(articles: ArticlesList, **changes: Any) -> ArticlesList:
    """The list handed in again a minute later with changes."""
    return articles.model_copy(update={"app_time": articles.app_time + timedelta(minutes=1), **changes})


def approval(articles: ArticlesList, **changes: Any) -> Approval:
    """What lets the medicine of a parcel pass."""
    given = {
        "controlled_as": "medicines",
        "approval_type": "medical certificate",
        "number": "YX-2026-001",
        "issuing_department": "示例市药品监督管理局",
        "valid_to": articles.declared_on + timedelta(days=90),
        "holder_id_number": articles.individual_id_number,
        "quantity": Decimal(100),
    }
    return Approval(**(given | changes))


def key_of(articles: ArticlesList) -> ArticlesKey:
    """The key of a list."""
    return ArticlesKey(declarant_code=articles.declarant_code, list_no=articles.list_no)


@dataclass
class ArticlesCounter:
    """Drives Lists of Items at a desk."""

    desk: Desk

    @property
    def client(self) -> ClearwayClient:
        """The library."""
        return self.desk.client

    async def submit(self, articles: ArticlesList, sender: str | None = None) -> ArticlesAnswer:
        """Hand a list in, in the declarant's name."""
        return await self.client.submit_articles(articles, sender=Sender(code=sender or articles.declarant_code))

    async def approve(self, articles: ArticlesList, paper: Approval) -> ArticlesAnswer:
        """Hand an approval in."""
        return await self.client.submit_approval(key_of(articles), paper, sender=Sender(code=articles.declarant_code))

    async def decide(
        self, key: ArticlesKey, *decisions: ArticlesDecision, at: datetime | None = None, number: str = ""
    ) -> None:
        """Customs decides, as the inbox delivers it; by default each decision has a number of its own."""
        for decision in decisions:
            await self.client.decide_articles(
                key.workflow_id,
                CustomsArticlesDecision(
                    decision_id=number or uuid.uuid4().hex, decision=decision, at=at or await self.now(key), officer="7"
                ),
            )

    def handle(self, key: ArticlesKey) -> WorkflowHandle[Any, Any]:
        """The workflow of a list."""
        return self.client.temporal.get_workflow_handle(key.workflow_id)

    async def dispose(self, articles: ArticlesList, disposition: Disposition) -> ArticlesAnswer:
        """The individual chooses what becomes of the parcel."""
        return await self.client.choose_disposition(
            key_of(articles), disposition, actor="IND", reason="chosen by the individual"
        )

    async def until(self, key: ArticlesKey, holds: Callable[[ArticlesView], bool]) -> ArticlesView:
        """The first view for which something holds."""
        async with asyncio.timeout(PATIENCE):
            while True:
                view = await answered(lambda: self.client.view_articles(key))
                if holds(view):
                    return view
                await asyncio.sleep(0.05)

    async def details(self, key: ArticlesKey) -> str:
        """What the Web UI shows of it."""
        query = self.handle(key).query("__temporal_workflow_metadata", result_type=WorkflowMetadata)
        return str((await query).current_details)

    def record(self, key: ArticlesKey) -> ArticlesRecord | None:
        """What the register holds of it."""
        with self.desk.database.transaction() as session:
            return session.get(ArticlesRecord, key.workflow_id)

    async def ended(self, key: ArticlesKey) -> ArticlesView:
        """The list once its workflow is over."""
        await self.handle(key).result()
        return await self.client.view_articles(key)

    async def now(self, key: ArticlesKey) -> datetime:
        """This list's clock."""
        return await TimeSkipper(self.client.temporal).get_current_time(self.handle(key))

    async def forward_to(self, key: ArticlesKey, moment: datetime) -> None:
        """Move this list's clock to an instant."""
        left = moment - await self.now(key)
        if left > timedelta(0):
            await TimeSkipper(self.client.temporal).fast_forward(self.handle(key), left)

    async def events(self, key: ArticlesKey) -> list[str]:
        """Names of the history's events."""
        return await events_of(self.handle(key))


def states(view: ArticlesView) -> list[ArticlesState]:
    """The states passed through, in order."""
    return [passage.state for passage in view.passages]
