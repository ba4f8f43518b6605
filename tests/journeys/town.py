"""The whole town: gateway with its own dispatcher, worker and simulated outside world, talking over real HTTP only."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
from sqlmodel import col, select
from temporalio.client import Client
from temporalio.testing import TimeSkipper

from clearway.client import ClearwayClient
from clearway.contracts.case import CaseKey, CaseView
from clearway.contracts.keys import CollectionKey
from clearway.contracts.states import State
from clearway.messages import Transfer
from clearway.testing import EBC, SampleSet
from connectors.bank import BankClient
from connectors.customs import CustomsClient
from connectors.customs.reports import ReportsClient
from connectors.customs.transports import HttpTransport
from connectors.identity import IdentityClient
from gateway.app import create_app
from gateway.settings import GatewaySettings
from models.collection import dues
from models.database import Database
from models.inbox import ItemState
from models.ledger.accounts import balance
from models.ledger.check import check
from models.ledger.guarantee import guarantee_account
from models.tables import InboxItem, TaxDue
from simulator.app import create_app as create_world
from simulator.settings import Settings
from tests.connectors.conformance.servers import serve
from tests.desk import Desk
from tests.listening import listening
from tests.patience import PATIENCE, until
from tests.returns_desk import two_lines

TRANSFER = Transfer(cop_code="3301960T01", cop_name="Clearway", dxp_id="DXPENT0000000001")
COLLECTION = CollectionKey(agent=EBC, customs="2991")


@dataclass
class Town:
    """Lists live here without anybody handing anything on by hand."""

    desk: Desk
    gateway: httpx.AsyncClient

    @property
    def client(self) -> ClearwayClient:
        """The library."""
        return self.desk.client

    @property
    def database(self) -> Database:
        """The business database."""
        return self.desk.database

    def sample(self, word: str = "", **changes: Any) -> SampleSet:
        """A new order of two lines; the word says what customs makes of it."""
        name = f"J{uuid.uuid4().hex[:12]}" + (f"-{word}" if word else "")
        return two_lines(name, datetime.now(UTC) - timedelta(minutes=10), **changes)

    async def declare(self, sample: SampleSet) -> None:
        """The list and its three documents."""
        answer = await self.desk.declare(sample)
        assert answer.accepted, answer.problems

    async def released(self, sample: SampleSet) -> CaseView:
        """Declared, and released by customs."""
        await self.declare(sample)
        return await self.client.wait_for(sample.key, State.RETURN_WINDOW, timeout=PATIENCE)

    async def customs_says(self, path: str, **body: Any) -> None:
        """Customs' officers send JSON."""
        answer = await self.gateway.post(path, json=body)
        assert answer.status_code == 202, answer.text

    async def ended(self, key: CaseKey) -> CaseView:
        """The list once its workflow is over."""
        async with asyncio.timeout(PATIENCE):
            await self.desk.handle(key).result()
        return await self.client.view(key)

    async def pay_day(self, moment: datetime) -> None:
        """The collection, which the gateway started, lives until an instant on its own clock."""
        handle = self.client.temporal.get_workflow_handle(COLLECTION.workflow_id)
        skipper = TimeSkipper(self.client.temporal)
        now = await skipper.get_current_time(handle)
        if moment > now:
            await skipper.fast_forward(handle, moment - now)

    async def when(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds in the database."""
        async with asyncio.timeout(PATIENCE):
            while True:
                if await asyncio.to_thread(holds):
                    return
                await asyncio.sleep(0.05)

    def named_in(self, kind: str) -> set[str]:
        """The lists for which there is news of a kind."""
        with self.database.transaction() as session:
            return set(session.exec(select(InboxItem.workflow_id).where(InboxItem.kind == kind)))  # type: ignore[arg-type]

    def due(self, key: CaseKey) -> TaxDue:
        """What a list owes now."""
        with self.database.transaction() as session:
            row = dues.find(session, key.workflow_id)
            assert row is not None
            return row

    def secured(self) -> Decimal:
        """What of the agent's guarantee is occupied."""
        with self.database.transaction() as session:
            return balance(session, guarantee_account(EBC).id).reserved

    async def leave_no_trace(self, *keys: CaseKey) -> None:
        """The books balance, no news is parked or undeliverable, and no workflow task failed."""
        with self.database.transaction() as session:
            assert check(session) == []
        with self.database.transaction() as session:
            odd = select(InboxItem).where(col(InboxItem.state).in_((ItemState.PARKED, ItemState.UNDELIVERABLE)))
            assert [(item.kind, item.address, item.fault) for item in session.exec(odd)] == []
        for key in keys:
            assert await self.desk.failures(key) == []


@asynccontextmanager
async def a_town(temporal: Client, database: Database) -> AsyncIterator[Town]:
    """A town on a database with the sample registry; everything in it ends with the context."""
    queue = f"test-{uuid.uuid4()}"
    desk = Desk(ClearwayClient(temporal, task_queue=queue), database, queue=queue)
    settings = GatewaySettings(poll_seconds=0.05, ride_seconds=1)
    app = create_app(database, desk.client, settings, lambda: datetime.now(UTC))
    async with listening(app) as url:
        world = create_world(Settings(gateway_url=url, pause_ms=1, retry_first_ms=1))
        with serve(world) as outside, httpx.Client(trust_env=False) as http:
            desk.customs = CustomsClient(HttpTransport(outside, http), TRANSFER)  # type: ignore[assignment]  # the real one
            desk.reports = ReportsClient(outside, http)  # type: ignore[assignment]
            desk.bank = BankClient(outside, http)  # type: ignore[assignment]
            desk.authority = IdentityClient(outside, http)  # type: ignore[assignment]
            async with desk.worker(), httpx.AsyncClient(base_url=url, trust_env=False) as gateway:
                yield Town(desk, gateway)
                desk.collections.add(COLLECTION.workflow_id)
                await _end(desk)


async def _end(desk: Desk) -> None:
    """The collection, if a release started it."""
    with desk.database.transaction() as session:
        started = session.exec(select(TaxDue).limit(1)).first() is not None
    if started:
        await until(lambda: not _wakes(desk), "the collection is not woken")  # a later word would start it again
        await desk.end_collections()


def _wakes(desk: Desk) -> bool:
    """Whether the dispatcher is still to wake a collection."""
    with desk.database.transaction() as session:
        waiting = select(InboxItem).where(InboxItem.kind == "collect", InboxItem.state == ItemState.WAITING)
        return session.exec(waiting.limit(1)).first() is not None
