"""Watching the storm: where every list stands, whether the world is quiet, and what customs lost."""

import asyncio
import math
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import httpx
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, func, select
from temporalio.service import RPCError

from clearway.client import ClearwayClient
from clearway.contracts import names
from deploy.play import hasten
from models.database import Database
from models.inbox import ItemState, RawState
from models.tables import InboxItem, RawMessage

LOOK, AT_MOST = 1.0, 0.2
"""Real seconds between two looks; more where a look itself would take more than this part of the time."""
CALM, PATIENCE = 4.0, 240.0
"""For so many seconds nothing must be new before the world counts as quiet; longer while lists must move on, for an
outside call that was under way when a worker died is given up after a minute, and tried again later and later."""
STILL, AT_ONCE = 6.0, 16
"""Seconds after which a list that has not moved may wait for its next try; so many are looked after at a time."""
FAILURES = ("Failed", "TimedOut", "Terminated", "Canceled")
"""How no workflow of ours may end."""
FAILING_TASKS = "workflow tasks that fail"
ASK_AGAIN = 3.0
"""Seconds after which somebody who waits asks customs for what was lost."""


@dataclass(frozen=True)
class Standing:
    """Where one list stands, as the register of all workflows shows it."""

    state: str
    detail: str
    awaited: str
    over: bool


@dataclass
class Watch:
    """Looks at the whole stack from outside, and cheaply: no list is asked itself."""

    client: ClearwayClient
    http: httpx.AsyncClient
    database: Database
    gateway_url: str
    simulator_url: str
    asked: int = 0
    """Things that customs sent again when it was asked."""
    _since: float = field(default_factory=time.monotonic)
    """Since when nothing has been new."""
    _before: tuple[object, ...] = field(default=())

    async def standings(self) -> dict[str, Standing]:
        """Every Declaration List by its workflow id."""
        query = f'WorkflowType="{names.DECLARATION_LIST}"'
        found = {}
        async for each in self.client.temporal.list_workflows(query, page_size=1000):
            told = {pair.key.name: str(pair.value) for pair in each.typed_search_attributes}
            found[each.id] = Standing(
                told.get("CustomsState", ""),
                told.get("CustomsDetail", ""),
                told.get("AwaitedFrom", ""),
                each.close_time is not None,
            )
        return found

    async def server(self) -> Counter[str]:
        """What went wrong with workflows, as the server sees it: how they ended, and tasks that fail and are tried."""
        wrong = Counter[str]()
        for status in FAILURES:
            found = await self.client.temporal.count_workflows(f'ExecutionStatus="{status}"')
            wrong[status] += found.count
        turns = asyncio.Semaphore(AT_ONCE)

        async def fails(workflow_id: str) -> bool:
            async with turns:
                told = await self.client.temporal.get_workflow_handle(workflow_id).describe()
            return told.raw_description.pending_workflow_task.attempt > 1

        running = self.client.temporal.list_workflows('ExecutionStatus="Running"', page_size=1000)
        wrong[FAILING_TASKS] = sum(await asyncio.gather(*[fails(each.id) async for each in running]))
        return +wrong

    async def post(self) -> Mapping[str, Any]:
        """How customs' post stands."""
        return await self._read(f"{self.simulator_url}/customs/post")

    async def payments(self) -> Mapping[str, Any]:
        """What the bank paid."""
        return await self._read(f"{self.simulator_url}/bank/payments")

    async def turned_away(self) -> int:
        """How many requests met a platform that was down."""
        return int((await self._read(f"{self.simulator_url}/outages"))["turned_away"])

    async def ask_for_lost(self) -> int:
        """Ask customs for what never arrived; how much that was."""
        if not (await self.post())["lost"]:
            return 0
        answer = await self.http.post(f"{self.simulator_url}/customs/post/lost", timeout=None)  # when all is sent
        sent = int(answer.raise_for_status().json()["sent"])
        self.asked += sent
        return sent

    async def calm(self, left: int) -> float:
        """For how many seconds nobody has said, sent or read anything, and nothing was under way."""
        health, post = await self._read(f"{self.simulator_url}/health"), await self.post()
        counts: tuple[int | None, ...] = (1,)
        with suppress(SQLAlchemyError):  # cut off: nobody knows
            counts = await asyncio.to_thread(self._counts)
        under_way, shown = health["conversations"] or any(counts[:2]), (left, post["said"], post["heard"], *counts[2:])
        if shown != self._before or under_way:
            self._since = time.monotonic()
        self._before = shown
        return time.monotonic() - self._since

    def _counts(self) -> tuple[int | None, ...]:
        """What waits in the inbox, and how far it has come: nothing that grows with the number of lists to ask."""
        with self.database.reading() as session:
            return (
                _count(session, col(RawMessage.state) == RawState.STORED),
                _count(session, col(InboxItem.state) == ItemState.WAITING),
                session.exec(select(func.max(RawMessage.id))).one(),
                session.exec(select(func.max(InboxItem.id))).one(),
            )

    async def rest(self, holds: Callable[[dict[str, Standing]], Collection[str]], shown: Callable[[int], None]) -> None:
        """Wait until no list is left that must move on, or the world is quiet and nothing more will come.

        `holds` gives those that must still move; customs is asked for what was lost whenever all is quiet.
        """
        left: Collection[str] = ()
        looked, cost, hastened = -math.inf, 0.0, -math.inf
        while True:
            began = time.monotonic()
            if began - looked >= cost / AT_MOST:
                left = holds(await self.standings())
                shown(len(left))
                looked, cost = time.monotonic(), time.monotonic() - began
            calm = await self.calm(len(left))
            if calm >= CALM and await self.ask_for_lost():
                self._since = time.monotonic()
            elif calm >= STILL and time.monotonic() >= hastened + STILL and left:
                await self.hasten(left)
                hastened = time.monotonic()
            elif calm >= (PATIENCE if left else CALM + cost / AT_MOST):
                return
            await asyncio.sleep(LOOK)

    async def hasten(self, workflow_ids: Iterable[str]) -> None:
        """Let activities be tried again now that wait long for that, since somebody was away."""
        turns = asyncio.Semaphore(AT_ONCE)

        async def in_turn(workflow_id: str) -> None:
            async with turns:
                with suppress(RPCError, RuntimeError):  # it ended, or is moved by somebody else
                    await hasten(self.client, self.client.temporal.get_workflow_handle(workflow_id))

        await asyncio.gather(*(in_turn(each) for each in workflow_ids))

    @asynccontextmanager
    async def clerk(self) -> AsyncIterator[None]:
        """While somebody waits for answers, a clerk asks for lost ones every now and then."""

        async def ask() -> None:
            while True:
                await asyncio.sleep(ASK_AGAIN)
                with suppress(httpx.HTTPError):
                    await self.ask_for_lost()

        task = asyncio.create_task(ask())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _read(self, url: str) -> Mapping[str, Any]:
        answer = await self.http.get(url)
        read = answer.raise_for_status().json()
        assert isinstance(read, dict)
        return read


def _count(session: Session, holds: Any) -> int:
    return session.exec(select(func.count()).where(holds)).one()
