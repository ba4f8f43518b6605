"""Real lists through random lives on the real server: each can come to an end and be read again, and no book errs.

Workers come and go meanwhile, so that lists are replayed all the time. A life is chosen by its seed, the number in the
test's name: the same name runs the same events again.
"""

import asyncio
import contextlib
import random
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import Replayer

from clearway.client import ClearwayClient
from clearway.contracts.case import CaseView, GoodsExit, LicenceSupply, PresenceConfirmation
from clearway.contracts.customs import (
    ControlInstruction,
    CustomsHold,
    Disposition,
    DispositionOrder,
    InspectionOutcome,
    InspectionResult,
)
from clearway.contracts.documents import THREE_DOCUMENTS, ApplicationKind, DocumentKind
from clearway.contracts.keys import ReturnKey
from clearway.contracts.parties import Sender
from clearway.contracts.states import ENDS, State
from clearway.errors import AlreadyEnded, NotFound, Refused
from clearway.payloads import DATA_CONVERTER
from clearway.testing import AGENT, EBC, WAREHOUSE, corrected
from models.collection.calls import call_guarantee
from models.database import Database
from models.ledger.transfers import Conflict
from tests.desk import INVT_NO, LIST, PRE_NO, Desk
from tests.patience import PATIENCE, answered
from tests.returns_desk import ReturnsCounter, lines
from tests.workflows.reference import faults_of_bank, faults_of_books, faults_of_filings, faults_of_lives
from workflows.declaration_list import DeclarationListWorkflow

LISTS, STEPS = 6, 16
LIST_CODES = ("3", "4", "100", "120", "120", "300", "399", "500", "501", "777", "-621013")
DOCUMENT_CODES = ("3", "4", "100", "120", "120", "120", "-301010")
CHANGE_CODES = ("4", "100", "120", "399")
RETURN_CODES = ("4", "100", "120", "120", "120", "399")
RELEASED_AGO = timedelta(days=28)
"""We hear late of releases, so that no test has to live through a whole month."""

Events = tuple[Callable[[], Awaitable[object]], ...]


class Life:
    """One list and the chance that rules it."""

    def __init__(self, counter: ReturnsCounter, seed: int) -> None:
        self.counter, self.desk, self.client = counter, counter.desk, counter.client
        self.chance = random.Random(seed)
        self.sample = counter.sample().changed(DocumentKind.WAYBILL, insured_fee=None)
        self.key, self.id = self.sample.key, self.sample.key.workflow_id
        self.said: list[str] = []
        self.count = 0

    @property
    def now(self) -> datetime:
        """A moment of its own for everything that is said, so that nothing is said twice."""
        self.count += 1
        return datetime.now(UTC) + timedelta(milliseconds=self.count)

    async def view(self) -> CaseView:
        """The case. Workers that leave may take the question with them, three in a row longer than the server waits."""
        return await answered(lambda: self.client.view(self.key))

    async def live(self) -> None:
        """Random events; first, mostly, all that leads to the release."""
        await self.desk.declare(self.sample)
        for step in (self.documents_stored, self.list_stored, self.released)[: self.chance.randint(0, 4)]:
            await self.happen(step)
        before: Events = (
            *(self.documents_answered,) * 3,
            *(self.list_answered,) * 3,
            self.correct,
            self.modify,
            self.released,
        )
        after: Events = (*(self.ask_return,) * 3, *(self.on_return,) * 5, self.leave, self.call_guarantee)
        always: tuple[Callable[..., Awaitable[object]], ...] = (
            *(self.instruct, self.inspect, self.inspect, self.dispose, self.hold, self.cancel, self.later),
            *(self.cancellation_answered, self.attend, self.supply_licence, self.news),
        )
        for _ in range(STEPS):
            view = await self.view()
            fitting = after if view.clocks else before
            await self.happen(self.chance.choice((*always, *fitting, self.released)))

    async def happen(self, event: Callable[[], Awaitable[object]]) -> None:
        """It may come too late, or be refused."""
        self.said.append(getattr(event, "__name__", "event"))
        try:
            await event()
        except Refused:
            pass
        except RPCError as error:  # the clock of a workflow that is over
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise

    async def to_the_end(self) -> None:
        """Whatever brings the list to its end, but for the tax."""
        give_up_at = time.monotonic() + PATIENCE
        while time.monotonic() < give_up_at:
            if not await self.lives(self.id):
                return
            with contextlib.suppress(AlreadyEnded, Refused):
                view = await self.view()
                if view.state is State.RETURN_WINDOW and not self.frozen(view):
                    return
                await self.bring_on(view)
            await asyncio.sleep(0.1)
        view = await self.view()
        raise AssertionError(f"{view.state}, {view.detail} never ends after {self.said}")

    def frozen(self, view: CaseView) -> bool:
        """Held, under control or about to be changed, as anyone can see."""
        change = view.changes[-1].outcome if view.changes else ""
        return view.held_by_customs or change == "FILED" or bool(self.uninspected(view))

    def uninspected(self, view: CaseView) -> list[str]:
        """Instructions without a result."""
        known = {each.instruction_id for each in view.inspection_results}
        return [each.instruction_id for each in view.instructions if each.instruction_id not in known]

    async def bring_on(self, view: CaseView) -> None:
        """The lawful next step from wherever the list stands."""
        filed = any(document.kind is LIST for filing in view.filings for document in filing.documents)
        await self.hold(lifted=True)
        for name in self.uninspected(view):
            await self.inspect(name, InspectionOutcome.NORMAL)
        if view.changes and view.changes[-1].outcome == "FILED":
            modifies = view.changes[-1].kind == "modification"
            await self.answer("100", LIST if modifies else ApplicationKind.CANCELLATION)
        if view.state in (State.SUBMITTED, State.MATCH_FAILED):
            for kind in THREE_DOCUMENTS:
                await self.correct(kind)
        elif view.state is State.MATCHED and not filed:
            await self.documents_stored()
            await self.desk.forward(self.key, timedelta(minutes=6))
        elif view.state is State.DETAINED:
            await self.dispose(Disposition.RELEASE)
            await self.released()
        elif view.state is not State.RETURN_WINDOW:
            await self.released()

    async def end_returns(self) -> None:
        """Goods that arrived are checked; what is still on its way expires."""
        view = await self.view()
        for each in view.returns:
            key = ReturnKey.of(each.workflow_id)
            with contextlib.suppress(Refused):
                if not await self.lives(each.workflow_id):
                    continue
                await self.counter.receipt(key, "120", at=each.applied_at)
                await self.counter.check(key)
            assert view.clocks is not None
            if await self.lives(each.workflow_id):
                await self.counter.forward_to(key, view.clocks.return_arrival_before + timedelta(seconds=1))
                await self.counter.ended(key)

    async def last_view(self) -> CaseView:
        """The case once it is over."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                await self.desk.handle(self.key).result()
                return await self.view()
        view = await self.view()
        raise AssertionError(f"{view.state}, {view.detail}, {view.tax_open} never ends after {self.said}")

    async def lives(self, workflow_id: str) -> bool:
        """Whether a workflow is not over."""
        handle = self.client.temporal.get_workflow_handle(workflow_id)
        return (await handle.describe()).close_time is None

    # --- customs ----------------------------------------------------------------------------------------------------

    async def answer(self, status: str, *about: DocumentKind | ApplicationKind, at: datetime | None = None) -> None:
        """Customs' answer, never twice the same."""
        await self.desk.receipts(self.key, status, about=about, at=at or self.now)

    async def documents_stored(self) -> None:
        """The three documents are with customs."""
        await self.answer("120", *THREE_DOCUMENTS)

    async def list_stored(self) -> None:
        """So is the list."""
        await asyncio.sleep(0.3)
        await self.answer("120", LIST)

    async def released(self) -> None:
        """Customs released it some weeks ago."""
        await self.answer("800", LIST, at=self.now - RELEASED_AGO)

    async def documents_answered(self) -> None:
        """Customs on some of the documents."""
        about = self.chance.sample(THREE_DOCUMENTS, self.chance.randint(1, 3))
        await self.answer(self.chance.choice(DOCUMENT_CODES), *about)

    async def list_answered(self) -> None:
        """Customs on the list, filed or not."""
        await self.answer(self.chance.choice(LIST_CODES), LIST)

    async def cancellation_answered(self) -> None:
        """Customs on an application to cancel, made or not."""
        await self.answer(self.chance.choice(CHANGE_CODES), ApplicationKind.CANCELLATION)

    async def instruct(self) -> None:
        """Customs orders an inspection."""
        name = self.chance.choice(("K-1", "K-2"))
        instruction = ControlInstruction(instruction_id=name, issued_at=self.now, issuer="2991")
        await self.client.instruct(self.id, instruction)

    async def inspect(self, name: str = "", outcome: InspectionOutcome | None = None) -> None:
        """Customs has inspected, ordered or not."""
        found = outcome or self.chance.choice((*InspectionOutcome, InspectionOutcome.NORMAL))
        which = name or self.chance.choice(("K-1", "K-2"))
        result = InspectionResult(instruction_id=which, outcome=found, recorded_at=self.now, officer="7")
        await self.client.record_inspection(self.id, result)

    async def dispose(self, disposition: Disposition | None = None) -> None:
        """Customs decides what becomes of goods, detained or not; mostly they are let go."""
        decided = disposition or self.chance.choice((*Disposition, *(Disposition.RELEASE,) * 9))
        order = DispositionOrder(decision_id=f"D-{self.count}", disposition=decided, at=self.now, officer="7")
        await self.client.dispose(self.id, order)

    async def hold(self, *, lifted: bool | None = None) -> None:
        """Customs holds it, or lets it go."""
        goes = self.chance.random() < 0.6 if lifted is None else lifted
        await self.client.hold(self.id, CustomsHold(hold_id="H-1", at=self.now, lifted=goes))

    async def call_guarantee(self) -> None:
        """Customs takes the tax from the guarantee, if it can; rarely."""
        if self.chance.random() < 0.8:
            return
        with contextlib.suppress(Conflict), self.desk.database.transaction() as session:
            call_guarantee(session, self.id, self.now, f"call-{self.id}")

    # --- enterprises ------------------------------------------------------------------------------------------------

    async def correct(self, kind: DocumentKind | None = None) -> None:
        """A lawful correction that changes nothing compared."""
        document = getattr(self.sample, kind or self.chance.choice(THREE_DOCUMENTS))
        change = corrected(document, note=f"correction {self.count}")
        await self.desk.transmit(self.sample, change.model_copy(update={"app_time": self.now}))

    async def modify(self) -> None:
        """Another price."""
        fee = Decimal(self.chance.choice(("0.00", "10.00", "90.00")))
        change = corrected(self.sample.declaration_list, insured_fee=fee, pre_no=PRE_NO, invt_no=INVT_NO)
        change = change.model_copy(update={"app_time": self.now})
        await self.client.modify(change, sender=Sender(code=AGENT), reason="insured after all")

    async def cancel(self) -> None:
        """Sometimes the buyer thinks better of it."""
        if self.chance.random() < 0.3:
            await self.client.cancel(self.key, actor=EBC, reason="not wanted any more")

    async def attend(self) -> None:
        """Somebody will be there."""
        confirmation = PresenceConfirmation(instruction_id="K-1", actor=EBC, attendant="staff 7")
        await self.client.confirm_presence(self.key, confirmation)

    async def supply_licence(self) -> None:
        """A licence, wanted or not."""
        await self.client.supply_licence(self.key, LicenceSupply(actor=EBC, licence_type="import", licence_no="1"))

    async def leave(self) -> None:
        """The goods go to the buyer."""
        await self.client.confirm_exit(self.key, GoodsExit(actor=WAREHOUSE, exited_at=datetime.now(UTC)))

    async def ask_return(self) -> None:
        """A return of one unit, of all of a line, or of everything that is left."""
        wanted = self.chance.choice(((), lines(_1="1"), lines(_1="2"), lines(_2="1")))
        await self.client.request_return(self.key, actor=EBC, reason="wrong size", lines=wanted)

    async def on_return(self) -> None:
        """Something happens to the newest return."""
        view = await self.view()
        if not view.returns:
            return
        key = ReturnKey.of(view.returns[-1].workflow_id)
        events: tuple[Callable[[], Awaitable[object]], ...] = (
            lambda: self.counter.receipt(key, self.chance.choice(RETURN_CODES)),
            lambda: self.counter.arrive(key),
            lambda: self.counter.check(key, original=self.chance.random() < 0.7),
            lambda: self.client.withdraw_return(key, actor=EBC, reason="kept"),
        )
        [event] = self.chance.choices(events, (4, 3, 3, 1))
        with contextlib.suppress(NotFound):  # the list has registered it and not started it yet
            await event()

    # --- time ---------------------------------------------------------------------------------------------------------

    async def later(self) -> None:
        """Time goes by for the list; the server never answers where its life ends meanwhile."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(10):
                await self.desk.forward(self.key, timedelta(minutes=self.chance.choice((6, 60, 600))))

    async def news(self) -> None:
        """The dispatcher brings what our ledger and our collection have to say; a bank may refuse the next payment."""
        self.desk.bank.refusals = self.chance.choice((0, 1))
        await self.desk.deliver_own_news()


@pytest.fixture
async def counter(temporal: Client, database: Database) -> AsyncIterator[ReturnsCounter]:
    """A desk whose workers come and go."""
    queue = f"test-{uuid.uuid4()}"
    desk = Desk(ClearwayClient(temporal, task_queue=queue), database, queue=queue)
    over = asyncio.Event()

    async def work() -> None:
        while not over.is_set():
            async with desk.worker(max_cached_workflows=3):
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(over.wait(), timeout=2)

    working = asyncio.create_task(work())
    yield ReturnsCounter(desk)
    await desk.end_collections()
    over.set()
    await working


@pytest.mark.parametrize("seed", range(2))
async def test_every_list_can_be_brought_to_an_end(counter: ReturnsCounter, seed: int) -> None:
    desk, lives = counter.desk, [Life(counter, seed * LISTS + number) for number in range(LISTS)]
    async with asyncio.timeout(4 * PATIENCE):
        await asyncio.gather(*(life.live() for life in lives))
        desk.bank.refusals = 0
        for end in (Life.to_the_end, Life.end_returns):
            await asyncio.gather(*(end(life) for life in lives))
        await desk.deliver_own_news()
        if desk.collections:
            await desk.collect(datetime.now(UTC) - RELEASED_AGO + timedelta(days=60))
        views = [await life.last_view() for life in lives]
    for life, view in zip(lives, views, strict=True):
        assert view.state in ENDS or view.detail in ("DOCS_TIMEOUT", "CONFISCATED"), (view.state, life.said)
        assert await desk.failures(life.key) == [], life.said
        history = await desk.handle(life.key).fetch_history()
        await Replayer(workflows=[DeclarationListWorkflow], data_converter=DATA_CONVERTER).replay_workflow(history)
    with desk.database.transaction() as session:
        faults = faults_of_books(session, [life.id for life in lives]) + faults_of_bank(session, desk.bank, quiet=True)
    assert not [*faults, *faults_of_lives(views), *faults_of_filings(desk.customs.filed)]
