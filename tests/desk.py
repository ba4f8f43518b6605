"""A list's surroundings: the real server, a worker with real activities on a database, stand-ins outside."""

import asyncio
import contextlib
import uuid
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlmodel import col, select
from temporalio.api.enums.v1 import EventType, WorkflowTaskFailedCause
from temporalio.client import WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import TimeSkipper

from clearway.client import ClearwayClient
from clearway.contracts.case import Answer, CaseKey, CaseView
from clearway.contracts.customs import CustomsNews, CustomsReceipt
from clearway.contracts.documents import THREE_DOCUMENTS, AnyDocument, ApplicationKind, DocumentKind
from clearway.contracts.keys import CollectionKey
from clearway.contracts.parties import Sender
from clearway.contracts.states import State
from clearway.errors import AlreadyEnded
from clearway.testing import EBC, SampleSet, sample_set
from gateway.news import news_from
from models.database import Database
from models.inbox import ItemState
from models.ledger.guarantee import top_up
from models.tables import BillRecord, InboxItem
from tests.patience import PATIENCE, answered
from tests.standins import Authority, RecordingCustoms, RecordingReports, ScriptedBank
from worker import build_worker

LIST = DocumentKind.DECLARATION_LIST
BATCH = timedelta(hours=2, minutes=5)
"""From midnight until a night's batch is over for certain.

A clock moved to an instant that its workflow passes while at work may run on to the next timer: with an instant of one
second after the batch's beginning a collection was once a day ahead of its lists, none of which was ever settled.
"""
OWN_NEWS = ("tax", "due_alarm", "collect")
PRE_NO, INVT_NO = "B20260310000000001", "29912026I000000001"
"""The numbers that customs gives every list here."""


@dataclass
class Desk:
    """Drives one list at a time and plays customs by hand."""

    client: ClearwayClient
    database: Database
    queue: str
    customs: RecordingCustoms = field(default_factory=RecordingCustoms)
    reports: RecordingReports = field(default_factory=RecordingReports)
    bank: ScriptedBank = field(default_factory=ScriptedBank)
    authority: Authority = field(default_factory=Authority)
    collections: set[str] = field(default_factory=set)
    written: list[str] = field(default_factory=list)
    """Workflow ids of the suspicion reports handed in."""

    def worker(self, **options: Any) -> Any:
        """A new worker process in all but the process."""
        return build_worker(
            self.client.temporal,
            self.database,
            customs=self.customs,
            reports=self.reports,
            bank=self.bank,
            authority=self.authority,
            person_key_secret="test",
            task_queue=self.queue,
            **options,
        )

    def sample(self, **changes: Any) -> SampleSet:
        """A new order, submitted a little before now."""
        return sample_set(f"T{uuid.uuid4().hex[:12]}", at=datetime.now(UTC) - timedelta(minutes=10), **changes)

    async def declare(self, sample: SampleSet) -> Answer:
        """The list and its three documents in one call."""
        return await self.client.declare(
            sample.declaration_list,
            sender=Sender(code=sample.declaration_list.agent_code),
            documents=sample.transmissions,
        )

    async def transmit(self, sample: SampleSet, document: AnyDocument) -> Answer:
        """One document, by its own party."""
        owners = {
            "order": sample.order.ebc_code,
            "payment": sample.payment.pay_code,
            "waybill": sample.waybill.logistics_code,
            "declaration_list": sample.declaration_list.agent_code,
        }
        return await self.client.transmit(document, sender=Sender(code=owners[document.kind]), key=sample.key)

    def handle(self, key: CaseKey) -> WorkflowHandle[Any, Any]:
        """The workflow of a case."""
        return self.client.temporal.get_workflow_handle(key.workflow_id)

    async def receipts(
        self,
        key: CaseKey,
        *statuses: str,
        about: tuple[DocumentKind | ApplicationKind, ...] = (LIST,),
        at: datetime | None = None,
        info: str = "",
    ) -> None:
        """Customs' receipts, delivered as the inbox delivers them."""
        moment = at or datetime.now(UTC)
        news = CustomsNews(
            receipts=tuple(
                CustomsReceipt(about=kind, status=status, at=moment, info=info, **_numbers(kind))
                for kind in about
                for status in statuses
            )
        )
        await self.client.deliver(key.workflow_id, news)

    async def accept_documents(self, key: CaseKey) -> None:
        """Wait until the three documents are with customs, then let customs store them."""
        await self.until(key, lambda view: len(view.filings) == 1)
        await self.receipts(key, "2", "3", "120", about=THREE_DOCUMENTS)
        await self.until(key, lambda view: any(d.kind is LIST for f in view.filings for d in f.documents))

    async def release(self, key: CaseKey, *, at: datetime | None = None) -> CaseView:
        """Customs releases the list; the return window is open."""
        await self.accept_documents(key)
        await self.receipts(key, "2", "3", "120", "399", "800", at=at)
        return await self.client.wait_for(key, State.RETURN_WINDOW, timeout=PATIENCE)

    def bill(self, key: CaseKey, total: str, status: str = "1", *, payment_order: str = "E-") -> None:
        """Customs' tax bill, as the inbox keeps it; without a payment order of its own it is paid with others."""
        with self.database.transaction() as session:
            session.merge(
                BillRecord(
                    bill_no=f"B-{key.order_no}",
                    invt_no="299120261000000001",
                    workflow_id=key.workflow_id,
                    status=status,
                    total=Decimal(total),
                    payment_order_no=f"{payment_order}{key.order_no}" if payment_order else None,
                    at=datetime.now(UTC),
                )
            )

    def put_up(self, guarantor: str, amount: Decimal, *, transfer_id: str = "put-up-1") -> None:
        """A deposit of the guarantor, valid for ages."""
        with self.database.transaction() as session:
            top_up(
                session,
                guarantor=guarantor,
                amount=amount,
                transfer_id=transfer_id,
                at=datetime.now(UTC),
                form="deposit",
                valid_to=date(2099, 12, 31),
            )

    async def deliver_grants(self) -> list[str]:
        """What the gateway's dispatcher does with the ledger's news: hands it to the lists, however often."""
        with self.database.transaction() as session:
            rows = session.exec(select(InboxItem).where(InboxItem.kind == "grant").order_by(col(InboxItem.id))).all()
            found = [(str(row.workflow_id), news_from(row.payload).grant) for row in rows]
        for workflow_id, grant in found:
            assert grant is not None  # the kind says so
            await self.client.grant_guarantee(workflow_id, grant)
        return [workflow_id for workflow_id, _ in found]

    async def deliver_own_news(self, *kinds: str) -> list[str]:
        """What the dispatcher does with news of our ledger and our collection: hands it over, each piece once."""
        with self.database.transaction() as session:
            rows = session.exec(
                select(InboxItem)
                .where(col(InboxItem.kind).in_(kinds or OWN_NEWS), InboxItem.state == ItemState.WAITING)
                .order_by(col(InboxItem.id))
            ).all()
            found = [(str(row.workflow_id), news_from(row.payload)) for row in rows]
            for row in rows:
                row.state = ItemState.DELIVERED
        for workflow_id, news in found:
            with contextlib.suppress(AlreadyEnded):
                if news.tax:
                    await self.client.tell_tax(workflow_id, news.tax)
                elif news.due_alarm:
                    await self.client.tell_due_alarm(workflow_id, news.due_alarm)
                elif news.collect:
                    await self.client.collect(workflow_id, news.collect)
                    self.collections.add(workflow_id)
        return [workflow_id for workflow_id, _ in found]

    async def collect(self, moment: datetime, *, agent: str = EBC, customs: str = "2991") -> None:
        """Let the agent's collection live until an instant on its own clock, and its lists hear what it did."""
        await self.deliver_own_news("collect")
        key = CollectionKey(agent=agent, customs=customs)
        handle = self.client.temporal.get_workflow_handle(key.workflow_id)
        skipper = TimeSkipper(self.client.temporal)
        now = await skipper.get_current_time(handle)
        if moment > now:
            await skipper.fast_forward(handle, moment - now)
        async with asyncio.timeout(PATIENCE):
            while await self._runs_behind(key, moment):  # noqa: ASYNC110  only the workflow knows
                await asyncio.sleep(0.05)
        await self.deliver_own_news()

    async def _runs_behind(self, key: CollectionKey, moment: datetime) -> bool:
        view = await answered(lambda: self.client.view_collection(key))
        return view.next_run_at is None or view.next_run_at <= moment

    async def end_collections(self) -> None:
        """A collection never ends by itself, and the next test's has the same id; one may only be about to start."""
        for workflow_id in self.collections:
            async with asyncio.timeout(PATIENCE):
                while not await self._terminated(workflow_id):  # noqa: ASYNC110  the dispatcher tells nobody
                    await asyncio.sleep(0.1)

    async def _terminated(self, workflow_id: str) -> bool:
        try:
            await self.client.temporal.get_workflow_handle(workflow_id).terminate("the test is over")
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            return False
        return True

    async def until(self, key: CaseKey, holds: Any) -> CaseView:
        """The first view for which something holds."""

        async def watch() -> CaseView:
            async for view in self.client.watch(key, every=0.05):
                if holds(view):
                    return view
            raise AssertionError(f"the case ended as {view.state} before it held")

        return await answered(watch)

    async def forward(self, key: CaseKey, span: timedelta) -> None:
        """Move this case's clock."""
        await TimeSkipper(self.client.temporal).fast_forward(self.handle(key), span)

    async def forward_to(self, key: CaseKey, moment: datetime) -> None:
        """Move this case's clock to an instant."""
        now = await TimeSkipper(self.client.temporal).get_current_time(self.handle(key))
        if moment > now:
            await self.forward(key, moment - now)

    async def failures(self, key: CaseKey) -> list[str]:
        """Why workflow tasks failed; one that ended while news came in is only done again, and no failure."""
        failed = [
            event.workflow_task_failed_event_attributes
            async for event in self.handle(key).fetch_history_events()
            if event.event_type is EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED
        ]
        overtaken = WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND
        return [f"{each.cause}: {each.failure.message}" for each in failed if each.cause != overtaken]

    async def events(self, key: CaseKey) -> list[str]:
        """Names of the history's events, as `events_of` gives them."""
        return await events_of(self.handle(key))


async def events_of(handle: WorkflowHandle[Any, Any]) -> list[str]:
    """Names of a history's events, but for workflow tasks that a busy machine did not end in time and does again."""
    kept: list[str] = []
    async for event in handle.fetch_history_events():
        name = EventType.Name(event.event_type).removeprefix("EVENT_TYPE_")
        kept.append(name)
        if name == "WORKFLOW_TASK_TIMED_OUT":
            begun = len(kept) - kept[::-1].index("WORKFLOW_TASK_SCHEDULED") - 1
            kept[begun:] = [each for each in kept[begun:] if not each.startswith("WORKFLOW_TASK_")]
    return kept


def _numbers(kind: DocumentKind | ApplicationKind) -> dict[str, str]:
    return {"pre_no": PRE_NO, "invt_no": INVT_NO} if kind is LIST else {}
