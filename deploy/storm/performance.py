"""The storm itself: everything is handed in, customs speaks, lists are changed and returned, taxes are paid."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

import httpx
from sqlmodel import select
from temporalio.service import RPCError

from clearway.client import ClearwayClient
from clearway.contracts.documents import Document
from clearway.contracts.keys import ID_PREFIX, RETURN_PREFIX, CaseKey, CollectionKey
from clearway.contracts.states import State
from clearway.errors import ClearwayError
from deploy.collection import Collection
from deploy.play import Act, Play
from deploy.report import Chapter as Bar
from deploy.report import Progression
from deploy.stack import Stack
from deploy.storm.cast import Part
from deploy.storm.faults import Chapter
from deploy.storm.handing_in import Counter
from deploy.storm.watch import Standing, Watch
from deploy.unexpected import Unexpected
from models.tables import TaxDue

HANDED_IN_AT_ONCE, ACTED_AT_ONCE = 12, 32
"""Lists under way at the same time: what two cores carry; and such as mostly wait for customs."""
STANDSTILL, LOOK = 600.0, 1.0
"""Seconds for which a list or a collection may stand still, and between two looks. A worker or a platform may be away;
and a list may stand in line behind thousands whose tax was just paid, five minutes on a machine that has other work."""
HURRY = 8.0
"""Seconds after which somebody looks why something asked for is not done."""
TROUBLES = (Unexpected, ClearwayError, RPCError, RuntimeError, httpx.HTTPError)


@dataclass
class Passage:
    """A chapter while it is under way."""

    title: Chapter
    count: int
    bar: Bar
    reached: Callable[[Chapter, int, int], None]
    done: int = 0

    def advance(self, order_no: str, told: str, by: int = 1) -> None:
        """So much more is done."""
        self.done += by
        self.bar.advance(order_no, told, by)
        self.reached(self.title, self.done, self.count)


@dataclass
class Storm:
    """The stage, and everybody on it."""

    stack: Stack
    client: ClearwayClient
    watch: Watch
    counter: Counter
    parts: Sequence[Part]
    progress: Progression
    reached: Callable[[Chapter, int, int], None]
    """Told how far it has come: chapter, how many of its lists are done, and of how many."""
    mended: Callable[[], Awaitable[None]]
    """Waits until everything that broke is mended."""
    collections: list[Collection] = field(default_factory=list)
    trouble: list[str] = field(default_factory=list)
    """What went wrong with no single list."""
    chapter: Chapter | None = None
    """What is under way."""
    seconds: dict[Chapter, float] = field(default_factory=dict)
    """How long each chapter took, real time."""
    _began: float = 0.0

    async def run(self) -> None:
        """Everything, until every list is where it ends or nothing moves any more."""
        try:
            await self._run()
        finally:
            self._close()

    async def _run(self) -> None:
        late = await self._hand_in()
        await self._each(Chapter.LATE, [part for part in self.parts if late.get(part.order_no)], self._later(late))
        await self._rest(Chapter.CUSTOMS_SPEAKS, lambda part: part.story.rests)
        async with self.watch.clerk():
            await self._acts(Chapter.ASKED, lambda part: part.story.then)
        await self._rest(Chapter.CUSTOMS_ANSWERS, lambda part: part.story.settles)
        async with self.watch.clerk():
            await self._acts(Chapter.RETURN_WINDOW, lambda part: part.story.later)
        await self._rest(Chapter.BEFORE_THE_NIGHTS, lambda _: None)
        await self.mended()
        await self._open_collections()
        await self._nights(Chapter.DAY_31, lambda each: each.first_nights)
        await self._nights(Chapter.DEADLINES, lambda each: each.last_night)
        async with self.watch.clerk():
            await self._acts(Chapter.DAY_45, lambda part: part.story.last)
        await self.mended()
        await self._nights(Chapter.ONE_NIGHT_MORE, lambda each: each.one_night_more)
        await self._rest(Chapter.THE_END, lambda part: part.story.ends)

    async def _hand_in(self) -> dict[str, list[Document]]:
        late: dict[str, list[Document]] = {}

        async def hand_in(part: Part) -> str:
            late[part.order_no] = await self.counter.hand_in(part)
            return part.way.name

        await self._each(Chapter.HANDED_IN, self.parts, hand_in)
        return late

    def _later(self, late: dict[str, list[Document]]) -> Callable[[Part], Awaitable[str]]:
        async def hand_in(part: Part) -> str:
            for document in late[part.order_no]:
                await self.counter.hand_in_one(part, document)
            return "late"

        return hand_in

    async def _acts(self, title: Chapter, chosen: Callable[[Part], Act | None]) -> None:
        async def act(part: Part) -> str:
            done = chosen(part)
            assert done is not None  # chosen for it
            play = self._play(part)
            hurrying = asyncio.create_task(self._hurry(play))
            try:
                await done(play)
            finally:
                hurrying.cancel()
            part.sample = play.sample
            if play.attempt > 1:
                part.keys.append(play.key)
            return "done"

        await self._each(title, [part for part in self.parts if chosen(part) and not part.trouble], act, ACTED_AT_ONCE)

    async def _hurry(self, play: Play) -> None:
        """Let the list and its returns not wait for long where somebody was away."""
        while True:
            await asyncio.sleep(HURRY)
            listed = play.key.workflow_id
            returns = f'WorkflowId STARTS_WITH "{RETURN_PREFIX}{listed.removeprefix(ID_PREFIX)}/"'
            with suppress(RPCError):
                found = [each.id async for each in self.client.temporal.list_workflows(returns)]
                await self.watch.hasten([listed, *found])

    def _play(self, part: Part) -> Play:
        return Play(
            self.client,
            part.sample,
            self.stack.gateway,
            self.stack.simulator_url,
            attempt=len(part.keys),
            patience=STANDSTILL,
            look=LOOK,
        )

    async def _each(
        self,
        title: Chapter,
        parts: Sequence[Part],
        step: Callable[[Part], Awaitable[str]],
        at_once: int = HANDED_IN_AT_ONCE,
    ) -> None:
        chapter = self._open(title, len(parts))
        turns = asyncio.Semaphore(at_once)

        async def in_turn(part: Part) -> None:
            async with turns:
                try:
                    told = await step(part)
                except TROUBLES as error:
                    told = _told(error)
                    part.trouble.append(f"{title}: {told}")
                chapter.advance(part.order_no, told)

        await asyncio.gather(*(in_turn(part) for part in parts))

    async def _rest(self, title: Chapter, wanted: Callable[[Part], State | None]) -> None:
        """Wait until nothing moves any more; the bar shows how many lists are where they rest."""
        resting = {part.keys[-1].workflow_id: (part, state) for part in self.parts if (state := wanted(part))}
        chapter = self._open(title, len(resting))
        done = 0

        def left(standings: dict[str, Standing]) -> list[str]:
            return [
                each
                for each, (part, state) in resting.items()
                if each not in standings or standings[each].state not in part.allowed(state)
            ]

        def show(open_lists: int) -> None:
            nonlocal done
            if (more := len(resting) - open_lists - done) > 0:
                chapter.advance("", f"{open_lists} lists under way", more)
                done += more

        await self.watch.rest(left, show)

    def _open(self, title: Chapter, count: int, of_what: str = "lists") -> Passage:
        self._close()
        self.chapter, self._began = title, time.monotonic()
        self.reached(title, 0, count)
        return Passage(title, count, self.progress.open(title, count, of_what), self.reached)

    def _close(self) -> None:
        """Note how long the chapter took that was under way."""
        if self.chapter:
            self.seconds[self.chapter] = time.monotonic() - self._began

    async def _open_collections(self) -> None:
        for key, lists in (await asyncio.to_thread(self._first_and_last)).items():
            clocks = [(await self.client.view(each)).clocks for each in lists]
            known = [each for each in clocks if each is not None]
            self.collections.append(Collection(self.client, key, known, patience=STANDSTILL, look=LOOK))

    def _first_and_last(self) -> dict[CollectionKey, list[CaseKey]]:
        """Of each collection the lists that are payable first and last, due first and last."""
        with self.watch.database.reading() as session:
            found = dict[CollectionKey, list[TaxDue]]()
            for row in session.exec(select(TaxDue)):
                found.setdefault(CollectionKey(agent=row.agent, customs=row.customs), []).append(row)
        ends = {}
        for key, rows in found.items():
            by_day, by_deadline = sorted(rows, key=_payable), sorted(rows, key=_deadline)
            chosen = {row.workflow_id for row in (by_day[0], by_day[-1], by_deadline[0], by_deadline[-1])}
            ends[key] = [CaseKey.of(each) for each in sorted(chosen)]
        return ends

    async def _nights(self, title: Chapter, until: Callable[[Collection], datetime]) -> None:
        chapter = self._open(title, len(self.collections), "collections")
        self.reached(title, 1, 1)

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
