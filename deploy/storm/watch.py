"""Watching the storm: where every list stands, whether the world is quiet, and what customs lost."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import httpx
from sqlmodel import Session, col, func, select
from temporalio.client import Client

from clearway.contracts import names
from models.database import Database
from models.inbox import ItemState, RawState
from models.sent_messages import READY
from models.tables import InboxItem, RawMessage, SentMessage

LOOK = 1.0
"""Real seconds between two looks."""
CALM, PATIENCE = 4, 45
"""So many looks in a row must show nothing new before the world counts as quiet; more while lists must move on."""
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

    temporal: Client
    http: httpx.AsyncClient
    database: Database
    gateway_url: str
    simulator_url: str
    asked: int = 0
    """Things that customs sent again when it was asked."""
    _calm: int = 0
    _before: tuple[object, ...] = field(default=())

    async def standings(self) -> dict[str, Standing]:
        """Every Declaration List by its workflow id."""
        query = f'WorkflowType="{names.DECLARATION_LIST}"'
        found = {}
        async for each in self.temporal.list_workflows(query, page_size=1000):
            told = {pair.key.name: str(pair.value) for pair in each.typed_search_attributes}
            found[each.id] = Standing(
                told.get("CustomsState", ""),
                told.get("CustomsDetail", ""),
                told.get("AwaitedFrom", ""),
                each.close_time is not None,
            )
        return found

    async def post(self) -> Mapping[str, Any]:
        """How customs' post stands."""
        return await self._read(f"{self.simulator_url}/customs/post")

    async def payments(self) -> Mapping[str, Any]:
        """What the bank paid."""
        return await self._read(f"{self.simulator_url}/bank/payments")

    async def ask_for_lost(self) -> int:
        """Ask customs for what never arrived; how much that was."""
        if not (await self.post())["lost"]:
            return 0
        answer = await self.http.post(f"{self.simulator_url}/customs/post/lost")
        sent = int(answer.raise_for_status().json()["sent"])
        self.asked += sent
        return sent

    async def count_calm(self) -> int:
        """For how many looks nobody has said, sent or read anything, and nothing was under way."""
        health, post = await self._read(f"{self.simulator_url}/health"), await self.post()
        counts = await asyncio.to_thread(self._counts)
        under_way, shown = health["conversations"] or any(counts[:2]), (post["said"], post["heard"], *counts[2:])
        self._calm = self._calm + 1 if shown == self._before and not under_way else 0
        self._before = shown
        return self._calm

    def _counts(self) -> tuple[int, ...]:
        with self.database.transaction() as session:
            return (
                _count(session, col(RawMessage.state) == RawState.STORED),
                _count(session, col(InboxItem.state) == ItemState.WAITING),
                _count(session, col(SentMessage.state) == READY),
                _count(session, col(RawMessage.id).is_not(None)),
                _count(session, col(InboxItem.id).is_not(None)),
                _count(session, col(SentMessage.cop_msg_id).is_not(None)),
            )

    async def rest(self, holds: Callable[[dict[str, Standing]], Collection[str]], shown: Callable[[int], None]) -> None:
        """Wait until no list is left that must move on, or the world is quiet and nothing more will come.

        `holds` gives those that must still move; customs is asked for what was lost whenever all is quiet.
        """
        while True:
            left = holds(await self.standings())
            shown(len(left))
            calm = await self.count_calm()
            if calm >= CALM and await self.ask_for_lost():
                self._calm = 0
            elif calm >= (PATIENCE if left else CALM):
                return
            await asyncio.sleep(LOOK)

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
