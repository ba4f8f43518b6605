"""The whole stack as one side: documents over HTTP, signed filings, customs at once, the collection pays on day 31."""

import asyncio
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Self

import httpx
from sqlmodel import col, select
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from bench.cpu import move_to
from bench.database_work import DatabaseWork
from bench.lifecycles import at_once, ended
from bench.sides import A_KEY
from bench.traffic import Traffic, traffic_at
from clearway.client import ClearwayClient
from clearway.connection import PAYLOAD_KEYS
from clearway.contracts.case import CaseKey
from clearway.contracts.documents import Document
from clearway.contracts.keys import CollectionKey
from clearway.contracts.states import State
from clearway.messages import Transfer, write
from clearway.testing import SampleSet
from deploy.collection import A_NIGHT
from deploy.collection import Collection as Nights
from deploy.play import clock_of, move_clock
from deploy.ports import Ports
from deploy.stack import Stack
from models.database import Database
from models.tables import CaseRecord

AS_IN_PRODUCTION = {"CLEARWAY_SIMULATOR_PAUSE_MS": "0", PAYLOAD_KEYS: A_KEY}
"""The simulated customs answers without a pause; payloads are packed and encrypted."""
LOOK = 0.05
PATIENCE = 120.0
A_BATCH = 10.0
"""Seconds that a night's batch may take until its lists are over, before another night is let pass."""


class WholeStack:
    """Gateway, worker, simulator and a server of their own, as `make up` starts them."""

    def __init__(self, folder: Path, core: int | None) -> None:
        self._stack = Stack(folder, Ports.free(), settings=AS_IN_PRODUCTION)
        self._core = core
        self._open = ExitStack()
        self.processes: dict[str, int] = {}

    async def __aenter__(self) -> Self:
        starting = asyncio.create_task(asyncio.to_thread(self._open.enter_context, self._stack))
        try:
            await asyncio.shield(starting)
        except asyncio.CancelledError:  # its processes would outlive us
            await starting
            self._open.close()
            raise
        self.processes = {
            "server" if child.name == "temporal" else child.name: child.pid
            for child in self._stack.children
            if child.pid
        }
        move_to(self.processes["server"], self._core)
        self._database = Database(self._stack.database_url)
        self._open.callback(self._database.close)
        self._client: Client = await self._stack.connect()
        self._http = httpx.AsyncClient(base_url=self._stack.gateway_url, timeout=PATIENCE)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()
        await asyncio.to_thread(self._open.close)

    async def live_all(self, lists: Sequence[SampleSet], number: int, done: Callable[[], None]) -> list[str]:
        """Hand all of them in, so many at once, until they are in the return window; then let the night of day 31 come.

        Raises TimeoutError with what is missing.
        """
        workflow_ids = await at_once(lists, number, self._open_window, done)
        await self._collect(lists[0], workflow_ids)
        for each in workflow_ids:
            await ended(self._client.get_workflow_handle(each))
        return workflow_ids

    async def database_work(self) -> DatabaseWork | None:
        """Not counted: gateway and worker are not ours to look into."""
        return None

    async def traffic(self, workflow_ids: Sequence[str]) -> Traffic | None:
        """What the lists left; the collection's own history is not among it."""
        return await traffic_at(self._client, workflow_ids)

    async def _open_window(self, sample: SampleSet) -> str:
        """The four documents, each by its own party, in a message of its own."""
        for each in sample.transmissions:
            await self._hand_in(each.document, each.sender.code)
        await self._hand_in(sample.declaration_list, sample.declaration_list.agent_code)
        await self._until((sample.key.workflow_id,), State.RETURN_WINDOW, PATIENCE)
        return sample.key.workflow_id

    async def _hand_in(self, document: Document, sender: str) -> None:
        transfer = Transfer(cop_code=sender, cop_name="示例企业", dxp_id="DXPENT0000000003")
        content = write([document], guid=document.guid, transfer=transfer)
        headers = {"content-type": "application/xml", "X-Clearway-Sender": sender}
        answer = await self._http.post("/documents", content=content, headers=headers)
        if answer.status_code not in (200, 202):
            raise RuntimeError(f"{document.kind} was answered with {answer.status_code}: {answer.text[:500]}")

    async def _collect(self, one: SampleSet, workflow_ids: Sequence[str]) -> None:
        """Nights pass on the collection's own clock until it has paid for all."""
        declared, client = one.declaration_list, ClearwayClient(self._client)
        clocks = (await client.view(CaseKey.of(workflow_ids[-1]))).clocks
        assert clocks is not None  # its window is open
        key = CollectionKey(agent=declared.assure_code, customs=declared.customs_code)
        nights = Nights(client, key, [clocks])
        deadline = time.monotonic() + PATIENCE
        while True:
            now = await self._clock(nights, deadline)
            await move_clock(client, nights.handle, max(nights.first_nights, now + A_NIGHT))
            try:
                await self._until(workflow_ids, State.TAXED, A_BATCH)
                return
            except TimeoutError:
                if time.monotonic() > deadline:
                    raise

    async def _clock(self, nights: Nights, deadline: float) -> datetime:
        """The instant on the collection's clock; it is opened a moment after its first list is released."""
        while True:
            try:
                return await clock_of(nights.client, nights.handle)
            except RPCError as error:
                if error.status is not RPCStatusCode.NOT_FOUND or time.monotonic() > deadline:
                    raise
            await asyncio.sleep(LOOK)

    async def _until(self, workflow_ids: Collection[str], state: State, seconds: float) -> None:
        """Until all the lists are in a state, by the register, which is one short look. Raises TimeoutError."""
        deadline = time.monotonic() + seconds
        while left := self._not_yet(workflow_ids, state):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{left} of {len(workflow_ids)} lists are not {state} after {seconds:.0f} s")
            await asyncio.sleep(LOOK)

    def _not_yet(self, workflow_ids: Collection[str], state: State) -> int:
        with self._database.reading() as session:
            reached = session.exec(
                select(CaseRecord.workflow_id).where(
                    col(CaseRecord.workflow_id).in_(workflow_ids), CaseRecord.state == state
                )
            ).all()
        return len(workflow_ids) - len(reached)
