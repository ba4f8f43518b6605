"""The storm itself: everything is handed in, customs speaks, lists are changed and returned, taxes are paid."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import httpx
from sqlmodel import select
from temporalio.service import RPCError

from clearway.client import ClearwayClient
from clearway.contracts.documents import Document
from clearway.contracts.keys import CaseKey, CollectionKey
from clearway.errors import ClearwayError
from deploy.collection import Collection
from deploy.play import Act, Play
from deploy.report import Chapter, Progression
from deploy.stack import Stack
from deploy.storm.cast import Part
from deploy.storm.handing_in import Counter
from deploy.storm.watch import Standing, Watch
from deploy.unexpected import Unexpected
from models.tables import TaxDue

AT_ONCE = 8
"""Lists under way at the same time: what two cores carry."""
TROUBLES = (Unexpected, ClearwayError, RPCError, RuntimeError, httpx.HTTPError)


@dataclass
class Storm:
    """The stage, and everybody on it."""

    stack: Stack
    client: ClearwayClient
    watch: Watch
    counter: Counter
    parts: Sequence[Part]
    progress: Progression
    collections: list[Collection] = field(default_factory=list)
    trouble: list[str] = field(default_factory=list)
    """What went wrong with no single list."""
    chapter: str = "the start"
    """What is under way."""

    async def run(self) -> None:
        """Everything, until every list is where it ends or nothing moves any more."""
        late = await self._hand_in()
        await self._each("What came late", [part for part in self.parts if late.get(part.order_no)], self._later(late))
        await self._rest("Customs speaks", lambda part: part.story.rests)
        async with self.watch.clerk():
            await self._acts("Asked for, mended, attended", lambda part: part.story.then)
        await self._rest("Customs answers", lambda part: part.story.settles)
        async with self.watch.clerk():
            await self._acts("Days 0 to 30", lambda part: part.story.later)
        await self._rest("Before the nights", lambda _: None)
        await self._open_collections()
        await self._nights("Day 31: taxes are paid", lambda each: each.first_nights)
        await self._nights("Until every deadline", lambda each: each.last_night)
        async with self.watch.clerk():
            await self._acts("Day 45 and after", lambda part: part.story.last)
        await self._nights("One night more", lambda each: each.one_night_more)
        await self._rest("Every list at its end", lambda part: part.story.ends)

    async def _hand_in(self) -> dict[str, list[Document]]:
        late: dict[str, list[Document]] = {}

        async def hand_in(part: Part) -> str:
            late[part.order_no] = await self.counter.hand_in(part)
            return part.way.name

        await self._each("Handed in", self.parts, hand_in)
        return late

    def _later(self, late: dict[str, list[Document]]) -> Callable[[Part], Awaitable[str]]:
        async def hand_in(part: Part) -> str:
            for document in late[part.order_no]:
                await self.counter.hand_in_one(part, document)
            return "late"

        return hand_in

    async def _acts(self, title: str, chosen: Callable[[Part], Act | None]) -> None:
        async def act(part: Part) -> str:
            done = chosen(part)
            assert done is not None  # chosen for it
            play = self._play(part)
            await done(play)
            part.sample = play.sample
            if play.attempt > 1:
                part.keys.append(play.key)
            return "done"

        await self._each(title, [part for part in self.parts if chosen(part) and not part.trouble], act)

    def _play(self, part: Part) -> Play:
        return Play(self.client, part.sample, self.stack.gateway, self.stack.simulator_url, attempt=len(part.keys))

    async def _each(self, title: str, parts: Sequence[Part], step: Callable[[Part], Awaitable[str]]) -> None:
        chapter = self._open(title, len(parts))
        turns = asyncio.Semaphore(AT_ONCE)

        async def in_turn(part: Part) -> None:
            async with turns:
                try:
                    told = await step(part)
                except TROUBLES as error:
                    told = _told(error)
                    part.trouble.append(f"{title}: {told}")
                chapter.advance(part.order_no, told)

        await asyncio.gather(*(in_turn(part) for part in parts))

    async def _rest(self, title: str, wanted: Callable[[Part], object]) -> None:
        """Wait until nothing moves any more; the bar shows how many lists are where they rest."""
        resting = {part.keys[-1].workflow_id: wanted(part) for part in self.parts if wanted(part)}
        chapter = self._open(title, len(resting))
        done = 0

        def left(standings: dict[str, Standing]) -> list[str]:
            return [each for each, state in resting.items() if each not in standings or standings[each].state != state]

        def show(open_lists: int) -> None:
            nonlocal done
            if (more := len(resting) - open_lists - done) > 0:
                chapter.advance("", f"{open_lists} lists under way", more)
                done += more

        await self.watch.rest(left, show)

    def _open(self, title: str, count: int, of_what: str = "lists") -> Chapter:
        self.chapter = title
        return self.progress.open(title, count, of_what)

    async def _open_collections(self) -> None:
        for key, lists in (await asyncio.to_thread(self._first_and_last)).items():
            clocks = [(await self.client.view(each)).clocks for each in lists]
            known = [each for each in clocks if each is not None]
            self.collections.append(Collection(self.client, key, known))

    def _first_and_last(self) -> dict[CollectionKey, list[CaseKey]]:
        """Of each collection the lists that are payable first and last, due first and last."""
        with self.watch.database.transaction() as session:
            found = dict[CollectionKey, list[TaxDue]]()
            for row in session.exec(select(TaxDue)):
                found.setdefault(CollectionKey(agent=row.agent, customs=row.customs), []).append(row)
        ends = {}
        for key, rows in found.items():
            by_day, by_deadline = sorted(rows, key=_payable), sorted(rows, key=_deadline)
            chosen = {row.workflow_id for row in (by_day[0], by_day[-1], by_deadline[0], by_deadline[-1])}
            ends[key] = [CaseKey.of(each) for each in sorted(chosen)]
        return ends

    async def _nights(self, title: str, until: Callable[[Collection], datetime]) -> None:
        chapter = self._open(title, len(self.collections), "collections")

        async def live(collection: Collection) -> None:
            told = ""
            try:
                await collection.live_until(until(collection))
            except TROUBLES as error:
                told = _told(error)
                self.trouble.append(f"{title}: {told}")
            chapter.advance(collection.key.workflow_id, told or collection.told)

        await asyncio.gather(*map(live, self.collections))


def _payable(row: TaxDue) -> datetime:
    return row.payable_from


def _deadline(row: TaxDue) -> datetime:
    return row.pay_before


def _told(error: Exception) -> str:
    if isinstance(error, ClearwayError):
        return "; ".join(f"{each.code} {each.message_en}" for each in error.problems)
    return str(error) if isinstance(error, Unexpected) else f"{type(error).__name__}: {error}"
