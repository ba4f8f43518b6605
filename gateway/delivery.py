"""Delivery: what waits for a case goes to it in as few calls as its order allows, until the case has it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import TypeVar

from clearway.contracts.case import Answer, Transmission
from clearway.contracts.customs import CustomsNews
from clearway.contracts.documents import DocumentKind
from clearway.contracts.problems import Problem
from clearway.errors import ClearwayError, ServiceUnavailable
from gateway.case_door import CaseDoor
from gateway.news import Kind, News, Submission, news_from
from gateway.refusals import Code, refusal
from gateway.settings import GatewaySettings
from gateway.tracing import Tracing
from models.database import Database
from models.inbox import ItemState, due_cases, key_of, latest_filings, number_of, waiting_for
from models.tables import InboxItem, RawMessage

T = TypeVar("T", bound=Answer | None)

log = logging.getLogger(__name__)

_LONGEST_FAULT = 300


@dataclass(frozen=True)
class Waiting:
    """An item on its way, with the traces of its arrival and of the filing that it answers."""

    item_id: int
    workflow_id: str
    tries: int
    news: News
    arrived_in: str | None
    filed_in: str | None


class Delivery:
    """Hands news to cases at least once; the case itself drops what it has heard before (DESIGN law 6)."""

    def __init__(
        self,
        database: Database,
        cases: CaseDoor,
        settings: GatewaySettings,
        clock: Callable[[], datetime],
        tracing: Tracing,
    ) -> None:
        self._database = database
        self._cases = cases
        self._settings = settings
        self._clock = clock
        self._tracing = tracing

    async def deliver_due(self) -> int:
        """Deliver to every case with anything due, together with all else that waits for it; how many cases."""
        due = await asyncio.to_thread(self._due)
        turns = asyncio.Semaphore(self._settings.parallel)

        async def in_turn(workflow_id: str) -> None:
            async with turns:
                await self._deliver_to(workflow_id)

        ends = await asyncio.gather(*(in_turn(workflow_id) for workflow_id in due), return_exceptions=True)
        for workflow_id, end in zip(due, ends, strict=True):
            if end is not None:
                log.error("nothing could be delivered to %s: %s", workflow_id, type(end).__name__)
        return len(due)

    async def hand_in(self, item_id: int) -> Answer:
        """Hand a document to its case now. Raises ClearwayError; ServiceUnavailable leaves it waiting for later."""
        waiting = await asyncio.to_thread(self._waiting_one, item_id)
        return await self._carry([waiting], self._submit(waiting))

    async def _deliver_to(self, workflow_id: str) -> None:
        for batch in _in_order(await asyncio.to_thread(self._waiting, workflow_id)):
            try:
                await self._carry(batch, self._call(workflow_id, batch))
            except ServiceUnavailable:
                return  # the rest stays behind it, in order
            except ClearwayError:
                continue

    def _call(self, workflow_id: str, batch: Sequence[Waiting]) -> Awaitable[Answer | None]:
        """The one call that carries a batch."""
        first = batch[0].news
        if first.control:
            return self._cases.instruct(workflow_id, first.control)
        if first.result:
            return self._cases.record_inspection(workflow_id, first.result)
        if first.submission:
            return self._submit(batch[0])
        receipts = tuple(waiting.news.receipt for waiting in batch if waiting.news.receipt)
        bills = tuple(waiting.news.bill for waiting in batch if waiting.news.bill)
        return self._cases.deliver(workflow_id, CustomsNews(receipts=receipts, bills=bills))

    async def _submit(self, waiting: Waiting) -> Answer:
        submission, key, profile = _submission_of(waiting), key_of(waiting.workflow_id), self._settings.profile
        declaration_list, sender = submission.declaration_list, submission.sender
        if declaration_list is None:
            return await self._cases.transmit(submission.documents[0], sender=sender, key=key, profile=profile)
        others = tuple(
            Transmission(document=document, sender=sender)
            for document in submission.documents
            if document is not declaration_list
        )
        return await self._cases.declare(
            declaration_list, sender=sender, documents=others, attempt=key.attempt, profile=profile
        )

    async def _carry(self, batch: Sequence[Waiting], call: Awaitable[T]) -> T:
        """Make one call and write down how it ended. Whatever is not a refusal is tried again."""
        workflow_id, kind = batch[0].workflow_id, batch[0].news.kind
        filed = next((waiting.filed_in for waiting in batch if waiting.filed_in), None)
        arrived = [waiting.arrived_in for waiting in batch]
        try:
            with self._tracing.delivery(kind, workflow_id, filed, arrived, len(batch)):
                async with asyncio.timeout(self._settings.call_seconds):
                    answer = await call
        except ServiceUnavailable as error:
            await asyncio.to_thread(self._put_off, batch, _told(error.problems))
            raise
        except ClearwayError as error:
            await asyncio.to_thread(self._give_up, batch, _told(error.problems))
            raise
        except Exception as error:  # noqa: BLE001
            # A defect of ours or a time-out: keep the news, say only the fault's name (its text may be personal).
            log.warning("delivery of %d items failed: %s", len(batch), type(error).__name__)
            await asyncio.to_thread(self._put_off, batch, type(error).__name__)
            raise ServiceUnavailable((refusal(Code.UNAVAILABLE),)) from None
        refused = "" if answer is None or answer.accepted else _told(answer.problems)
        await asyncio.to_thread(self._mark_delivered, batch, refused)
        return answer

    def _due(self) -> Sequence[str]:
        with self._database.transaction() as session:
            return due_cases(session, self._clock(), self._settings.batch)

    def _waiting(self, workflow_id: str) -> list[Waiting]:
        with self._database.transaction() as session:
            now = self._clock()
            # A document that is not due is in the hands of the door.
            items = [
                item
                for item in waiting_for(session, workflow_id)
                if item.kind != Kind.DOCUMENT or item.deliver_by <= now
            ]
            filings = latest_filings(session, workflow_id) if any(item.kind == Kind.RECEIPT for item in items) else {}
            traces = {kind: filing.traceparent for kind, filing in filings.items()}
            return [_waiting_item(item, session.get_one(RawMessage, item.raw_id), traces) for item in items]

    def _waiting_one(self, item_id: int) -> Waiting:
        with self._database.transaction() as session:
            item = session.get_one(InboxItem, item_id)
            return _waiting_item(item, session.get_one(RawMessage, item.raw_id), {})

    def _mark_delivered(self, batch: Sequence[Waiting], fault: str) -> None:
        def mark(item: InboxItem) -> None:
            item.state = ItemState.DELIVERED
            item.delivered_at = self._clock()
            item.fault = fault

        self._write(batch, mark)

    def _give_up(self, batch: Sequence[Waiting], fault: str) -> None:
        def mark(item: InboxItem) -> None:
            if item.delivered_at is None:
                item.state = ItemState.UNDELIVERABLE
            item.fault = fault

        self._write(batch, mark)

    def _put_off(self, batch: Sequence[Waiting], fault: str) -> None:
        def mark(item: InboxItem) -> None:
            if item.delivered_at is None:
                item.state = ItemState.WAITING
            item.deliver_by = self._clock() + self._settings.pause_after(item.tries)
            item.fault = fault

        self._write(batch, mark)

    def _write(self, batch: Sequence[Waiting], mark: Callable[[InboxItem], None]) -> None:
        with self._database.transaction() as session:
            for waiting in batch:
                item = session.get_one(InboxItem, waiting.item_id)
                item.tries += 1
                mark(item)


def _in_order(waiting: Sequence[Waiting]) -> list[list[Waiting]]:
    """Documents first, then customs' news by its own time; what stands side by side in one signal goes together."""
    documents = [[one] for one in waiting if one.news.submission]
    news = sorted((one for one in waiting if not one.news.submission), key=lambda one: (_at(one), one.item_id))
    batches: list[list[Waiting]] = []
    for together, group in groupby(news, key=lambda one: one.news.kind in (Kind.RECEIPT, Kind.BILL)):
        members = list(group)
        batches += [members] if together else [[member] for member in members]
    return documents + batches


def _at(waiting: Waiting) -> datetime:
    return waiting.news.at or datetime.min.replace(tzinfo=UTC)


def _submission_of(waiting: Waiting) -> Submission:
    if waiting.news.submission is None:
        raise ValueError(f"item {waiting.item_id} is no document")
    return waiting.news.submission


def _waiting_item(item: InboxItem, raw: RawMessage, traces: dict[DocumentKind, str | None]) -> Waiting:
    news = news_from(item.payload)
    if item.workflow_id is None:
        raise ValueError(f"item {item.id} has no case")
    filed = traces.get(news.receipt.about) if news.receipt else None
    return Waiting(number_of(item), item.workflow_id, item.tries, news, raw.traceparent, filed)


def _told(problems: Sequence[Problem]) -> str:
    """The problems in one line for the inbox: codes and texts, which never hold personal values."""
    return "; ".join(f"{problem.code}: {problem.message_en}" for problem in problems)[:_LONGEST_FAULT]
