"""Delivery: what waits for a case goes to it in as few calls as its order allows, until the case has it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import TypeVar

from clearway.contracts.case import Answer, CaseKey, Transmission
from clearway.contracts.customs import CustomsNews
from clearway.contracts.problems import Problem
from clearway.contracts.reports import ReportAnswer
from clearway.errors import ClearwayError, ServiceUnavailable
from gateway.case_door import CaseDoor
from gateway.news import Kind, News, Submission, news_from
from gateway.refusals import Code, refusal
from gateway.settings import GatewaySettings
from gateway.together import Together
from gateway.tracing import Tracing
from models.database import Database
from models.inbox import (
    ItemState,
    Mark,
    due_cases,
    due_items,
    mark_items,
    number_of,
    one_item,
    traces_of,
    waiting_for,
)
from models.tables import InboxItem

T = TypeVar("T", bound=Answer | ReportAnswer | None)
K = TypeVar("K", str, int)

log = logging.getLogger(__name__)

_LONGEST_FAULT = 300
_SHARED_CALLS = {Kind.RECEIPT: "customs", Kind.BILL: "customs", Kind.COLLECT: "collect"}
_NEWS = tuple(kind for kind in Kind if kind not in (Kind.DOCUMENT, Kind.REPORT))


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
        self._marks: Together[Mark, None] = Together(self._mark)

    async def deliver_news(self) -> int:
        """Deliver to every case with news due, together with all other news that waits for it; how many cases."""
        due = await asyncio.to_thread(self._due_news)
        await self._take_turns(tuple(due), lambda workflow_id: self._deliver_to(workflow_id, due[workflow_id]))
        return len(due)

    async def hand_in_due(self) -> int:
        """Hand in the documents and reports that the door could not; how many."""
        documents = await asyncio.to_thread(self._due_items, Kind.DOCUMENT)
        await self._take_turns(documents, self.hand_in)
        reports = await asyncio.to_thread(self._due_items, Kind.REPORT)
        await self._take_turns(reports, self.hand_in_report)
        return len(documents) + len(reports)

    async def hand_in(self, item_id: int) -> Answer:
        """Hand a document to its case now. Raises ClearwayError; ServiceUnavailable leaves it waiting for later."""
        waiting = await asyncio.to_thread(self._waiting_one, item_id)
        return await self._carry([waiting], self._submit(waiting))

    async def hand_in_report(self, item_id: int) -> ReportAnswer:
        """Hand a suspicion report in now. Raises as `hand_in` does."""
        waiting = await asyncio.to_thread(self._waiting_one, item_id)
        told = waiting.news.report
        if told is None:
            raise ValueError(f"item {item_id} is no report")
        return await self._carry([waiting], self._cases.report_suspicion(told.report, sender=told.sender))

    async def _take_turns(self, due: Sequence[K], work: Callable[[K], Awaitable[object]]) -> None:
        """Do the work for each, some at a time; no failure of one keeps the others from their turn."""
        turns = asyncio.Semaphore(self._settings.parallel)

        async def in_turn(each: K) -> None:
            async with turns:
                await work(each)

        ends = await asyncio.gather(*(in_turn(each) for each in due), return_exceptions=True)
        for each, end in zip(due, ends, strict=True):
            if end is not None and not isinstance(end, ClearwayError):
                log.error("nothing could be delivered to %s: %s", each, type(end).__name__)

    async def _deliver_to(self, workflow_id: str, waiting: Sequence[Waiting]) -> None:
        for batch in _in_order(waiting):
            try:
                await self._carry(batch, self._call(workflow_id, batch))
            except ServiceUnavailable:
                return  # the rest stays behind it, in order
            except ClearwayError:
                continue

    def _call(self, workflow_id: str, batch: Sequence[Waiting]) -> Awaitable[None]:
        """The one call that carries a batch."""
        cases, news = self._cases, batch[-1].news
        if news.control:
            return cases.instruct(workflow_id, news.control)
        if news.result:
            return cases.record_inspection(workflow_id, news.result)
        if news.disposition:
            return cases.dispose(workflow_id, news.disposition)
        if news.hold:
            return cases.hold(workflow_id, news.hold)
        if news.articles:
            return cases.decide_articles(workflow_id, news.articles)
        if news.report_decision:
            return cases.decide_report(workflow_id, news.report_decision)
        return self._call_of_ours(workflow_id, batch)

    def _call_of_ours(self, workflow_id: str, batch: Sequence[Waiting]) -> Awaitable[None]:
        """The call for news of our ledger and our collection, or for customs' receipts and bills."""
        cases, news = self._cases, batch[-1].news
        if news.grant:
            return cases.grant_guarantee(workflow_id, news.grant)
        if news.tax:
            return cases.tell_tax(workflow_id, news.tax)
        if news.due_alarm:
            return cases.tell_due_alarm(workflow_id, news.due_alarm)
        if news.collect:
            return cases.collect(workflow_id, news.collect)  # the latest of a batch says it for all
        receipts = tuple(waiting.news.receipt for waiting in batch if waiting.news.receipt)
        bills = tuple(waiting.news.bill for waiting in batch if waiting.news.bill)
        return cases.deliver(workflow_id, CustomsNews(receipts=receipts, bills=bills))

    async def _submit(self, waiting: Waiting) -> Answer:
        submission, key, profile = _submission_of(waiting), CaseKey.of(waiting.workflow_id), self._settings.profile
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
            await self._put_off(batch, _told(error.problems))
            raise
        except ClearwayError as error:
            await self._give_up(batch, _told(error.problems))
            raise
        except Exception as error:  # noqa: BLE001
            # A defect of ours or a time-out: keep the news, say only the fault's name (its text may be personal).
            log.warning("delivery of %d items failed: %s", len(batch), type(error).__name__)
            await self._put_off(batch, type(error).__name__)
            raise ServiceUnavailable((refusal(Code.UNAVAILABLE),)) from None
        refused = "" if answer is None or answer.accepted else _told(answer.problems)
        await self._mark_delivered(batch, refused)
        return answer

    def _due_items(self, kind: Kind) -> Sequence[int]:
        with self._database.reading() as session:
            return due_items(session, kind, self._clock(), self._settings.batch)

    def _due_news(self) -> dict[str, list[Waiting]]:
        """All that waits for the cases with news due, longest due first; a case whose news cannot be read waits."""
        with self._database.reading() as session:
            due = due_cases(session, _NEWS, self._clock(), self._settings.batch)
            if not due:
                return {}
            rows = waiting_for(session, due, _NEWS)
            traces = traces_of(session, due)
        waiting: dict[str, list[Waiting]] = {workflow_id: [] for workflow_id in due}
        for item, arrived_in in rows:
            try:
                one = _waiting_item(item, arrived_in, traces)
            except ValueError:  # kept by another release; what comes after it must not overtake it
                log.error("item %s cannot be read: nothing is delivered to %s", item.id, item.workflow_id)
                waiting.pop(item.workflow_id or "", None)
            else:
                if one.workflow_id in waiting:
                    waiting[one.workflow_id].append(one)
        return waiting

    def _waiting_one(self, item_id: int) -> Waiting:
        with self._database.reading() as session:
            item, arrived_in = one_item(session, item_id)
            return _waiting_item(item, arrived_in, {})

    async def _mark_delivered(self, batch: Sequence[Waiting], fault: str) -> None:
        await self._marks.do(Mark(_numbers(batch), ItemState.DELIVERED, self._clock(), fault))

    async def _give_up(self, batch: Sequence[Waiting], fault: str) -> None:
        await self._marks.do(Mark(_numbers(batch), ItemState.UNDELIVERABLE, None, fault))

    async def _put_off(self, batch: Sequence[Waiting], fault: str) -> None:
        tries = max(waiting.tries for waiting in batch) + 1
        due = self._clock() + self._settings.pause_after(tries)
        await self._marks.do(Mark(_numbers(batch), ItemState.WAITING, due, fault))

    def _mark(self, marks: Sequence[Mark]) -> Sequence[None]:
        with self._database.transaction() as session:
            mark_items(session, marks)
        return [None] * len(marks)


def _numbers(batch: Sequence[Waiting]) -> tuple[int, ...]:
    return tuple(waiting.item_id for waiting in batch)


def _in_order(waiting: Sequence[Waiting]) -> list[list[Waiting]]:
    """By the sender's own time; side by side, receipts and bills share one signal, and so does news to collect."""
    ordered = sorted(waiting, key=lambda one: (one.news.at, one.item_id))
    batches: list[list[Waiting]] = []
    for together, group in groupby(ordered, key=lambda one: _SHARED_CALLS.get(one.news.kind)):
        members = list(group)
        batches += [members] if together else [[member] for member in members]
    return batches


def _submission_of(waiting: Waiting) -> Submission:
    if waiting.news.submission is None:
        raise ValueError(f"item {waiting.item_id} is no document")
    return waiting.news.submission


def _waiting_item(item: InboxItem, arrived_in: str | None, traces: Mapping[tuple[str, str], str | None]) -> Waiting:
    news = news_from(item.payload)
    if item.workflow_id is None:
        raise ValueError(f"item {item.id} has no case")
    filed = traces.get((item.workflow_id, news.receipt.about)) if news.receipt else None
    return Waiting(number_of(item), item.workflow_id, item.tries, news, arrived_in, filed)


def _told(problems: Sequence[Problem]) -> str:
    """The problems in one line for the inbox: codes and texts, which never hold personal values."""
    return "; ".join(f"{problem.code}: {problem.message_en}" for problem in problems)[:_LONGEST_FAULT]
