"""What happens at the same moment around and after a release, by calls that are really concurrent: 40 for each race.

The races that end in the ledgers, of returns with each other and with the batch, run by threads on PostgreSQL, too.
"""

import asyncio
import contextlib
import random
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial

import pytest
from sqlmodel import func, select
from temporalio.client import Client
from temporalio.testing import ActivityEnvironment

from activities.collection import CollectionDesk
from activities.goods_returns import ReturnDesk
from clearway.client import ClearwayClient
from clearway.contracts.base import SHANGHAI
from clearway.contracts.case import Answer, GoodsExit
from clearway.contracts.customs import (
    ControlInstruction,
    InspectionOutcome,
    InspectionResult,
)
from clearway.contracts.documents import THREE_DOCUMENTS, ApplicationKind
from clearway.contracts.goods_return import ReturnState
from clearway.contracts.keys import CollectionKey, ReturnKey
from clearway.contracts.states import State
from clearway.errors import AlreadyEnded, Refused
from clearway.testing import EBC, WAREHOUSE, SampleSet
from models.collection.work import CloseRun, PayOrders, PlanRun, SettleRows
from models.database import Database
from models.registry import load, read
from models.return_work import CloseReturn, OpenReturn, SettleGoods
from models.tables import TaxDue
from tests.collection_office import PurseBank
from tests.desk import BATCH, Desk
from tests.patience import PATIENCE
from tests.postgres import new_database as new_postgres
from tests.returns_desk import ReturnsCounter, lines, release, two_lines
from tests.sqlite import REGISTRY
from tests.standins import RecordingCustoms
from tests.workflows.races import GOODS, OVER, SEED, faults
from tests.workflows.reference import NOTHING, books_of, price_of, tax_of

LISTS, WAVE = 40, 10
A_DAY, A_SECOND = timedelta(days=1), timedelta(seconds=1)
CANCELLATION = ApplicationKind.CANCELLATION
ENDED = {OVER, "E_LIST_ENDED"}
"""How a list refuses that is over, or whose books are closed though it has not heard of that."""


@pytest.fixture
def postgres(postgres_url: str) -> Iterator[Database]:
    """An empty database with the sample registry, on a real server."""
    opened = Database(new_postgres(postgres_url))
    load(opened, read(REGISTRY))
    yield opened
    opened.close()


def test_returns_and_batches_of_threads_leave_the_books_even(postgres: Database) -> None:
    """Two applications for one unit of each list and the night's batch, all at once; then relief, and more nights."""
    chance, bank, customs = random.Random(SEED), PurseBank(), RecordingCustoms()
    desk, collection = ReturnDesk(postgres, customs), CollectionDesk(postgres, bank)
    at = datetime(2026, 3, 10, 9, tzinfo=SHANGHAI)
    samples = [two_lines(f"P{number}", at) for number in range(LISTS)]
    clocks = next(iter([release(postgres, sample, at + timedelta(hours=2)) for sample in samples]))
    night = clocks.payment_guard_at + A_SECOND
    keys = [ReturnKey(case=sample.key, number=number) for sample in samples for number in (1, 2)]
    chance.shuffle(keys)

    def apply(key: ReturnKey) -> bool:
        wanted = OpenReturn(key=key, lines=lines(_2="1"), actor=EBC, reason="small", now=night, profile="SEED")
        return not desk.open_return(wanted)

    def come_back(key: ReturnKey) -> None:
        step = {"key": key, "now": night, "profile": "SEED"}
        desk.settle_goods(SettleGoods(step=1, lines=lines(_2="1"), original=True, **step))
        desk.close_return(CloseReturn(state=ReturnState.CONFIRMED, why="", **step))

    with ThreadPoolExecutor(8) as threads:
        batch = threads.submit(_night, collection, night)
        opened = [key for key, taken in zip(keys, threads.map(apply, keys), strict=True) if taken]
        batch.result()
        batch = threads.submit(_night, collection, night + A_DAY)
        list(threads.map(come_back, opened))
        batch.result()
    _night(collection, night + 2 * A_DAY)
    assert sorted(key.case.order_no for key in opened) == sorted(sample.key.order_no for sample in samples)
    assert not faults(postgres, [sample.key.workflow_id for sample in samples], bank)
    retained = tax_of({1: Decimal(2)})
    for sample in samples:
        with postgres.transaction() as session:
            books = books_of(session, sample.key.workflow_id)
        assert books.due is not None
        assert (books.due.state, books.guarantee, books.quota) == ("settled", NOTHING, price_of({1: Decimal(2)}))
        assert books.due.paid - books.due.refund == books.due.due == retained


def _night(collection: CollectionDesk, at: datetime) -> None:
    """One run, as the collection's workflow does it."""
    key, environment = CollectionKey(agent=EBC, customs="2991"), ActivityEnvironment()
    while batch_id := environment.run(collection.plan_run, PlanRun(key=key, run_at=at, now=at)).batch_id:
        while environment.run(collection.pay_orders, PayOrders(key=key, batch_id=batch_id)).left:
            pass
        while environment.run(collection.settle_rows, SettleRows(batch_id=batch_id, now=at)).more:
            pass
    environment.run(collection.close_run, CloseRun(key=key, now=at))


@pytest.fixture
async def counter(temporal: Client, database: Database) -> AsyncIterator[ReturnsCounter]:
    """A desk with a worker, on the real server."""
    queue = f"test-{uuid.uuid4()}"
    desk = Desk(ClearwayClient(temporal, task_queue=queue), database, queue=queue)
    async with desk.worker():
        yield ReturnsCounter(desk)
        await desk.end_collections()


async def _filed(counter: ReturnsCounter) -> list[SampleSet]:
    """Lists that customs has stored: all are driven at once, and asked nothing meanwhile."""
    desk, samples = counter.desk, [counter.sample() for _ in range(LISTS)]
    for wave in _waves(samples):
        answers = await asyncio.gather(*(desk.declare(sample) for sample in wave))
        assert all(answer.accepted for answer in answers)
    await _with_customs(desk, 3 * LISTS)
    await asyncio.gather(*(desk.receipts(sample.key, "120", about=THREE_DOCUMENTS) for sample in samples))
    await _with_customs(desk, 4 * LISTS)
    await asyncio.gather(*(desk.receipts(sample.key, "2", "120") for sample in samples))
    return samples


def _waves(samples: Sequence[SampleSet]) -> list[Sequence[SampleSet]]:
    """Where only what befalls one list races: all of them at once are too much for a machine that is busy anyway."""
    return [samples[begin : begin + WAVE] for begin in range(0, len(samples), WAVE)]


async def _with_customs(desk: Desk, count: int) -> None:
    async with asyncio.timeout(PATIENCE):
        while len(desk.customs.filed) < count:  # noqa: ASYNC110  the stand-in tells nobody
            await asyncio.sleep(0.05)


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not holds():  # noqa: ASYNC110  only the database knows
            await asyncio.sleep(0.1)


def _owing(database: Database) -> int:
    """How many lists owe tax, or owed it."""
    with database.transaction() as session:
        return session.exec(select(func.count()).select_from(TaxDue)).one()


async def _soon(chance: random.Random, call: Callable[[], Awaitable[Answer | None]]) -> Answer | str:
    """Make a call within half a second; its answer, or the code of the refusal."""
    await asyncio.sleep(chance.random() / 2)
    try:
        return await call() or ""
    except Refused as refused:
        return refused.problems[0].code


async def test_on_the_real_server_a_cancellation_races_the_release(counter: ReturnsCounter) -> None:
    desk, chance = counter.desk, random.Random(SEED)
    samples = await _filed(counter)
    said = {sample.key: ("399", "100")[number % 2] for number, sample in enumerate(samples)}

    async def cancel(sample: SampleSet) -> None:
        answer = await _soon(chance, lambda: desk.client.cancel(sample.key, actor=EBC, reason="not wanted any more"))
        assert isinstance(answer, Answer), answer
        await _soon(chance, lambda: desk.receipts(sample.key, said[sample.key], about=(CANCELLATION,)))

    async def let_go(sample: SampleSet) -> None:
        for statuses in chance.choice((("399", "800"), ("800", "399"), ("399,800",))):
            with contextlib.suppress(AlreadyEnded):
                await _soon(chance, partial(desk.receipts, sample.key, *statuses.split(",")))

    for wave in _waves(samples):
        await asyncio.gather(*(race(sample) for sample in wave for race in (cancel, let_go)))
    cancelled = [sample for sample in samples if said[sample.key] == "399"]
    kept = [sample for sample in samples if said[sample.key] == "100"]
    for sample in cancelled:
        await desk.handle(sample.key).result()
        view = await desk.client.view(sample.key)
        assert view.state is State.CANCELLED
    views = [await desk.client.wait_for(sample.key, State.RETURN_WINDOW, timeout=PATIENCE) for sample in kept]
    assert {view.state for view in views} == {State.RETURN_WINDOW}
    assert all(view.changes[-1].outcome == "REFUSED" for view in views)
    await _until(lambda: _unblocked(desk.database, kept))
    assert not faults(desk.database, [sample.key.workflow_id for sample in samples], desk.bank)
    for sample in samples:
        with desk.database.transaction() as session:
            books = books_of(session, sample.key.workflow_id)
        held = (NOTHING, NOTHING) if sample in cancelled else (price_of(GOODS), tax_of(GOODS))
        assert (books.quota, books.guarantee) == held
        assert await desk.failures(sample.key) == []


def _unblocked(database: Database, samples: Sequence[SampleSet]) -> bool:
    with database.transaction() as session:
        rows = [session.get(TaxDue, sample.key.workflow_id) for sample in samples]
    return all(row is not None and not row.blocked for row in rows)


async def test_on_the_real_server_inspections_exits_returns_and_the_night_s_batch_race(counter: ReturnsCounter) -> None:
    """First inspection against exit; then, on day 30, two applications for one unit of each list and the batch."""
    desk, chance = counter.desk, random.Random(SEED)
    samples = await _filed(counter)
    day_30 = datetime.now(UTC) + timedelta(minutes=10) - 30 * A_DAY
    await asyncio.gather(*(desk.receipts(sample.key, "399", "800", at=day_30) for sample in samples))
    await _until(lambda: _owing(desk.database) == LISTS)
    await _inspect_and_leave(counter, samples, chance)
    for sample in samples:
        desk.bill(sample.key, "45.50", payment_order="")
    first = await desk.client.wait_for(samples[0].key, State.RETURN_WINDOW, timeout=PATIENCE)
    assert first.clocks is not None
    night = first.clocks.tax_window_opens + BATCH
    opened = await _want_one_unit_twice(counter, samples, chance, night)
    await asyncio.gather(*(_bring_back(counter, key) for key in opened))
    await desk.collect(night + A_DAY)
    back = {key.case for key in opened}
    for sample in samples:
        await desk.handle(sample.key).result()
        view = await desk.client.view(sample.key)
        came_back = sample.key in back
        assert view.state is State.TAXED
        assert {each.state for each in view.returns} <= {ReturnState.CONFIRMED if came_back else ReturnState.REFUSED}
        kept = GOODS | ({2: NOTHING} if came_back else {})
        with desk.database.transaction() as session:
            books = books_of(session, sample.key.workflow_id)
        assert books.due is not None
        assert (books.quota, books.guarantee, books.due.due) == (price_of(kept), NOTHING, tax_of(kept))
        # Before the batch or after it: tax that was paid for what came back is to be claimed.
        assert books.due.paid in (tax_of(kept), tax_of(GOODS))
        assert books.due.refund == books.due.paid - books.due.due
        assert await desk.failures(sample.key) == []
    assert not faults(desk.database, [sample.key.workflow_id for sample in samples], desk.bank)


async def _inspect_and_leave(counter: ReturnsCounter, samples: Sequence[SampleSet], chance: random.Random) -> None:
    client, seen = counter.client, set()

    async def instruct(sample: SampleSet) -> None:
        instruction = ControlInstruction(instruction_id="K-1", issued_at=datetime.now(UTC), issuer="2991")
        await _soon(chance, lambda: client.instruct(sample.key.workflow_id, instruction))

    async def leave(sample: SampleSet) -> Answer | str:
        left = GoodsExit(actor=WAREHOUSE, exited_at=datetime.now(UTC))
        return await _soon(chance, lambda: client.confirm_exit(sample.key, left))

    async def race(sample: SampleSet) -> None:
        _, answer = await asyncio.gather(instruct(sample), leave(sample))
        view = await client.view(sample.key)
        gone_first = isinstance(answer, Answer)
        assert gone_first or answer == "E_UNDER_CONTROL"
        assert (view.exited_at is not None) == gone_first == ("CONTROL_AFTER_EXIT" in view.alarms)
        seen.add(gone_first)
        normal = InspectionResult(
            instruction_id="K-1", outcome=InspectionOutcome.NORMAL, recorded_at=datetime.now(UTC), officer="7"
        )
        await client.record_inspection(sample.key.workflow_id, normal)

    for wave in _waves(samples):
        await asyncio.gather(*(race(sample) for sample in wave))
    assert seen == {True, False}


async def _want_one_unit_twice(
    counter: ReturnsCounter, samples: Sequence[SampleSet], chance: random.Random, night: datetime
) -> list[ReturnKey]:
    """The returns that were opened: one of a list, or none where the batch has ended the list before."""

    async def apply(sample: SampleSet) -> Answer | str:
        wanted = {"actor": EBC, "reason": "wrong size", "lines": lines(_2="1")}
        return await _soon(chance, lambda: counter.client.request_return(sample.key, **wanted))  # type: ignore[arg-type]

    async def race(sample: SampleSet) -> ReturnKey | None:
        answers = await asyncio.gather(apply(sample), apply(sample))
        taken = [each.goods_return for each in answers if isinstance(each, Answer) and each.goods_return]
        refused = [_refusal(each) for each in answers]
        if taken:
            assert sorted(refused) == ["", "E_QTY_EXCEEDS"]
            return ReturnKey.of(taken[0])
        assert set(refused) & ENDED
        assert set(refused) <= ENDED | {"E_QTY_EXCEEDS"}  # of one that comes while the other is being refused
        return None

    async def collect() -> None:
        await asyncio.sleep(chance.random() / 2)
        await counter.desk.collect(night)

    *opened, _ = await asyncio.gather(*(race(sample) for sample in samples), collect())
    return [key for key in opened if key is not None]


def _refusal(answer: Answer | str) -> str:
    """The code of a refusal, by the validator or by the books; nothing where it was taken."""
    if isinstance(answer, str):
        return answer
    return answer.problems[0].code if answer.problems else ""


async def _bring_back(counter: ReturnsCounter, key: ReturnKey) -> None:
    await counter.filed(key)
    await counter.receipt(key, "120", at=datetime.now(UTC))
    await counter.arrive(key)
    await counter.check(key)
    assert (await counter.ended(key)).state is ReturnState.CONFIRMED
