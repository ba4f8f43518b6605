"""What happens at the same moment around and after a release: each race is run at least 200 times, in shuffled order.

Each runs 160 times without a server, by the workflows' own code on a database (`lives.py`): every update, signal,
activity, answer and piece of news lands in an order that a seed chooses. And it runs 40 times on the real server, by
calls that are really concurrent. The races that end in the ledgers, of returns with each other and with the batch, run
40 times more by threads on PostgreSQL.

Whatever the order, the outcome is lawful and the books balance to the fen (`reference.py`, `models/ledger/check`).
The seed is printed; `RACE_SEED` runs one again.
"""

import asyncio
import contextlib
import os
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest
from pydantic import BaseModel
from sqlmodel import func, select
from temporalio.client import Client
from temporalio.testing import ActivityEnvironment

from activities.collection import CollectionDesk
from activities.goods_returns import ReturnDesk
from clearway.client import ClearwayClient
from clearway.contracts import names
from clearway.contracts.base import SHANGHAI
from clearway.contracts.case import Answer, CancelRequest, CaseView, GoodsExit, ReturnRequest
from clearway.contracts.customs import (
    ControlInstruction,
    CustomsNews,
    CustomsReceipt,
    InspectionOutcome,
    InspectionResult,
)
from clearway.contracts.documents import THREE_DOCUMENTS, ApplicationKind, DocumentKind
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
from tests.desk import INVT_NO, LIST, PATIENCE, PRE_NO, Desk
from tests.postgres import new_database as new_postgres
from tests.returns_desk import ReturnsCounter, lines, release, two_lines
from tests.standins import RecordingCustoms, ScriptedBank
from tests.workflows.lives import ROOT, Ended, Listed, Rejected, World, new_database
from tests.workflows.reference import NOTHING, books_of, faults_of_bank, faults_of_books, price_of, tax_of
from tests.workflows.server_by_hand import Work

SEED = int(os.environ.get("RACE_SEED") or random.SystemRandom().randrange(10**6))
LISTS, ROUNDS = 8, 20
"""Without a server: so many lists race in so many worlds, 160 times in all."""
ON_SERVER = 40
GOODS = {1: Decimal(2), 2: Decimal(1)}
A_DAY, A_SECOND = timedelta(days=1), timedelta(seconds=1)
CANCELLATION = ApplicationKind.CANCELLATION
OVER = "E_ALREADY_ENDED"
Move = Callable[[], object]


@pytest.fixture(autouse=True)
def _told_seed() -> None:
    """A failure shows what was printed."""
    print(f"RACE_SEED={SEED}")  # noqa: T201  the way to run a failure again


def _faults(database: Database, cases: Sequence[str], bank: ScriptedBank) -> list[str]:
    with database.transaction() as session:
        return faults_of_books(session, cases) + faults_of_bank(session, bank, quiet=True)


# --- without a server ------------------------------------------------------------------------------------------------


def _saved(folder: Path, *statuses: str, days: int) -> World:
    """Lists that customs has stored, or released some days ago; made once, copied for each round."""
    folder.mkdir()
    world = World(new_database(folder), LISTS)
    for listed in world.lists:
        world.hand_in(listed, *DocumentKind)
        world.settle_down()
        world.receipts(listed, "120", about=THREE_DOCUMENTS)
        world.settle_down()
        world.receipts(listed, *statuses, at=world.now - days * A_DAY)
        world.settle_down()
    return world


@pytest.fixture(scope="module")
def filed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Lists with customs."""
    world = _saved(tmp_path_factory.mktemp("races") / "filed", "2", "120", days=0)
    yield world
    world.close()


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Lists released 30 days ago."""
    world = _saved(tmp_path_factory.mktemp("races") / "released", "2", "120", "399", "800", days=30)
    yield world
    world.close()


def _copies(world: World, folder: Path) -> Iterator[tuple[World, random.Random]]:
    for number in range(ROUNDS):
        of_round = folder / str(number)
        of_round.mkdir()
        copy = world.copy(of_round)
        with contextlib.closing(copy):
            yield copy, random.Random(f"{SEED}/{number}")
            faults = _faults(copy.database, [each.id for each in copy.lists], copy.bank)
            assert not faults, (number, faults)


def _shuffle(world: World, chance: random.Random, parties: Sequence[Sequence[Move]]) -> None:
    """Let every party make its moves in its own order, and all else land whenever chance lets it."""
    left = [list(moves) for moves in parties if moves]
    while left or world.server.open_work or world.unheard or world.waiting_news():
        choices: list[Move] = [partial(_next, party) for party in left]
        choices += [partial(_work, world, work, chance) for work in world.server.open_work]
        choices += [partial(world.hear, place) for place in range(len(world.unheard))]
        choices += [partial(world.deliver, number) for number in world.waiting_news()[:2]]
        chance.choice(choices)()
        left = [moves for moves in left if moves]


def _next(party: list[Move]) -> None:
    party.pop(0)()


def _work(world: World, work: Work, chance: random.Random) -> None:
    """An answer may be lost, so that it is done again, and may be heard of later."""
    world.carry_out(work, twice=chance.random() < 0.2, hear=chance.random() < 0.7)


def _view(world: World, listed: Listed) -> CaseView:
    view = world.view(listed)
    assert view is not None
    return view


def test_a_return_on_day_30_races_the_batch_of_day_31(released: World, tmp_path: Path) -> None:
    """The buyer applies in the last second of day 30; the collection draws at 02:00 of the next day."""
    seen = set()
    for world, chance in _copies(released, tmp_path):
        first = _view(world, world.lists[0]).clocks
        assert first is not None
        last_second = first.return_application_before - A_SECOND
        world.pass_time(last_second - world.now)
        for listed in world.lists:
            world.bill(listed, Decimal("45.50"))
        night = [partial(_tick, world, last_second + later) for later in (A_SECOND, timedelta(hours=3))]
        _shuffle(world, chance, [night, *([partial(_apply, world, listed)] for listed in world.lists)])
        opened = {listed.id: world.returns(listed) for listed in world.lists}
        _shuffle(world, chance, [_come_back(world, listed, last_second) for listed in world.lists])
        world.pass_time(timedelta(days=2))
        for listed in world.lists:
            view = _view(world, listed)
            with world.database.transaction() as session:
                books = books_of(session, listed.id)
            back = {1: Decimal(1), 2: NOTHING} if opened[listed.id] else {}
            kept = {gnum: qty - back.get(gnum, NOTHING) for gnum, qty in GOODS.items()}
            assert view.state is State.TAXED
            assert books.due is not None
            assert books.due.paid - books.due.refund == books.due.due == tax_of(kept)
            assert (books.quota, books.guarantee) == (price_of(kept), NOTHING)
            seen.add((bool(back), books.due.paid))
    whole, retained = tax_of(GOODS), tax_of({1: Decimal(1), 2: Decimal(1)})
    assert seen == {(False, whole), (True, whole), (True, retained)}  # refused; too late for the batch; in time


def _apply(world: World, listed: Listed) -> None:
    request = ReturnRequest(actor=EBC, reason="wrong size", lines=lines(_1="1"))
    assert _ask(world, listed, names.REQUEST_RETURN, request) in ("taken", "E_RETURN_LATE_APPLY", OVER)


def _ask(world: World, listed: Listed, name: str, request: BaseModel) -> str:
    """Whether a request is taken, or the code of its refusal."""
    try:
        world.ask(listed.id, name, request)
    except Rejected as refused:
        return refused.code
    except Ended:
        return OVER
    return "taken"


def _tick(world: World, moment: datetime) -> None:
    while world.server.advance(moment):
        pass


def _come_back(world: World, listed: Listed, accepted_at: datetime) -> list[Move]:
    keys = world.returns(listed)
    return [
        move
        for key in keys
        for move in (
            partial(world.return_receipt, listed, key, "120", at=accepted_at),
            partial(world.arrive, key),
            partial(world.look_at, key, original=True),
        )
    ]


def test_a_cancellation_races_the_release(filed: World, tmp_path: Path) -> None:
    """Customs' answers to the list and to the application, in every order and batching; what customs says, holds."""
    seen = set()
    for world, chance in _copies(filed, tmp_path):
        said = {listed.id: chance.choice(("399", "100")) for listed in world.lists}
        parties: list[list[Move]] = []
        for listed in world.lists:
            parties += _cancel_and_release(world, listed, said[listed.id], chance)
        _shuffle(world, chance, parties)
        for listed in world.lists:
            view = _view(world, listed)
            with world.database.transaction() as session:
                books = books_of(session, listed.id)
            was_released = any(each.state is State.RELEASED for each in view.passages)
            seen.add((view.state, was_released))
            if said[listed.id] == "399":
                assert view.state is State.CANCELLED
                assert (books.quota, books.guarantee) == (NOTHING, NOTHING)
                assert books.due is None or books.due.state == "void"
            else:
                assert view.state is State.RETURN_WINDOW
                assert (books.quota, books.guarantee) == (price_of(GOODS), tax_of(GOODS))
                assert books.due is not None
                assert (books.due.state, books.due.blocked) == ("open", "")
    assert seen == {(State.CANCELLED, True), (State.CANCELLED, False), (State.RETURN_WINDOW, True)}


def _cancel_and_release(world: World, listed: Listed, answer: str, chance: random.Random) -> list[list[Move]]:
    """Receipt 624 only after the application; with it, before or after it the receipts of the list."""

    def tell(*receipts: tuple[DocumentKind | ApplicationKind, str]) -> None:
        found = tuple(
            CustomsReceipt(about=about, status=status, at=world.now, pre_no=PRE_NO, invt_no=INVT_NO)
            for about, status in receipts
        )
        with contextlib.suppress(Ended):
            world.tell(listed, listed.id, names.CUSTOMS_NEWS, CustomsNews(receipts=found))

    def cancel() -> None:
        world.ask(listed.id, names.CANCEL, CancelRequest(actor=EBC, reason="not wanted any more"))

    one_by_one: list[Move] = [lambda: tell((LIST, "399")), lambda: tell((LIST, "800"))]
    together: list[Move] = [lambda: tell((LIST, "800"), (LIST, "399"))]
    news = chance.choice((one_by_one, one_by_one[::-1], together))
    if chance.random() < 0.3:  # customs' two offices speak in one message
        return [[cancel, lambda: tell((LIST, "399"), (CANCELLATION, answer), (LIST, "800"))]]
    return [[cancel, lambda: tell((CANCELLATION, answer))], news]


def test_an_inspection_races_the_exit(released: World, tmp_path: Path) -> None:
    """Instructed first, the goods stay; gone first, customs is told so."""
    seen = set()
    for world, chance in _copies(released, tmp_path):
        order: dict[str, list[str]] = {listed.id: [] for listed in world.lists}
        parties: list[list[Move]] = []
        for listed in world.lists:
            parties.append([partial(_instruct, world, listed, order[listed.id])])
            parties.append([partial(_leave, world, listed, order[listed.id])])
        _shuffle(world, chance, parties)
        for listed in world.lists:
            view = _view(world, listed)
            gone_first = order[listed.id] == ["taken", "instructed"]
            seen.add(gone_first)
            assert order[listed.id] == (["taken", "instructed"] if gone_first else ["instructed", "E_UNDER_CONTROL"])
            assert (view.exited_at is not None) == gone_first == ("CONTROL_AFTER_EXIT" in view.alarms)
            with world.database.transaction() as session:
                due = books_of(session, listed.id).due
            assert due is not None
            assert due.blocked == "control"
    assert seen == {True, False}


def _instruct(world: World, listed: Listed, order: list[str]) -> None:
    order.append("instructed")
    world.instruct(listed, "K-1", presence=True)


def _leave(world: World, listed: Listed, order: list[str]) -> None:
    order.append(_ask(world, listed, names.CONFIRM_EXIT, GoodsExit(actor=WAREHOUSE, exited_at=world.now)))


def test_two_partial_returns_race_for_the_same_unit(released: World, tmp_path: Path) -> None:
    """There is one unit of line 2: one application gets it, the other is refused."""
    for world, chance in _copies(released, tmp_path):
        answers: dict[str, list[str]] = {listed.id: [] for listed in world.lists}
        parties = [
            [partial(_want_the_unit, world, listed, answers[listed.id])] for listed in world.lists for _ in range(2)
        ]
        _shuffle(world, chance, parties)
        for listed in world.lists:
            view = _view(world, listed)
            assert sorted(answers[listed.id]) == ["E_QTY_EXCEEDS", "taken"]
            assert [each.state for each in view.returns] == [ReturnState.APPLIED]
            with world.database.transaction() as session:
                due = books_of(session, listed.id).due
            assert due is not None
            assert due.held == tax_of({2: Decimal(1)})


def _want_the_unit(world: World, listed: Listed, answers: list[str]) -> None:
    request = ReturnRequest(actor=EBC, reason="wrong size", lines=lines(_2="1"))
    answers.append(_ask(world, listed, names.REQUEST_RETURN, request))


# --- by threads, on PostgreSQL ---------------------------------------------------------------------------------------


@pytest.fixture
def postgres(postgres_url: str) -> Iterator[Database]:
    """An empty database with the sample registry, on a real server."""
    opened = Database(new_postgres(postgres_url))
    load(opened, read(ROOT / "deploy" / "registry.yaml"))
    yield opened
    opened.close()


def test_returns_and_batches_of_threads_leave_the_books_even(postgres: Database) -> None:
    """Two applications for one unit of each list and the night's batch, all at once; then relief, and more nights."""
    chance, bank, customs = random.Random(SEED), PurseBank(), RecordingCustoms()
    desk, collection = ReturnDesk(postgres, customs), CollectionDesk(postgres, bank)
    at = datetime(2026, 3, 10, 9, tzinfo=SHANGHAI)
    samples = [two_lines(f"P{number}", at) for number in range(ON_SERVER)]
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
    assert not _faults(postgres, [sample.key.workflow_id for sample in samples], bank)
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


# --- on the real server ----------------------------------------------------------------------------------------------


@pytest.fixture
async def counter(temporal: Client, database: Database) -> AsyncIterator[ReturnsCounter]:
    """A desk with a worker, on the real server."""
    queue = f"test-races-{SEED}-{random.SystemRandom().randrange(10**9)}"
    desk = Desk(ClearwayClient(temporal, task_queue=queue), database, queue=queue)
    async with desk.worker():
        yield ReturnsCounter(desk)
        await desk.end_collections()


async def _filed(counter: ReturnsCounter) -> list[SampleSet]:
    """Lists that customs has stored: all are driven at once, and asked nothing meanwhile."""
    desk, samples = counter.desk, [counter.sample() for _ in range(ON_SERVER)]
    answers = await asyncio.gather(*(desk.declare(sample) for sample in samples))
    assert all(answer.accepted for answer in answers)
    await _with_customs(desk, 3 * ON_SERVER)
    await asyncio.gather(*(desk.receipts(sample.key, "120", about=THREE_DOCUMENTS) for sample in samples))
    await _with_customs(desk, 4 * ON_SERVER)
    await asyncio.gather(*(desk.receipts(sample.key, "2", "120") for sample in samples))
    return samples


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

    await asyncio.gather(*(race(sample) for sample in samples for race in (cancel, let_go)))
    cancelled = [sample for sample in samples if said[sample.key] == "399"]
    kept = [sample for sample in samples if said[sample.key] == "100"]
    for sample in cancelled:
        view = CaseView.model_validate(await desk.handle(sample.key).result())
        assert view.state is State.CANCELLED
    views = [await desk.client.wait_for(sample.key, State.RETURN_WINDOW, timeout=PATIENCE) for sample in kept]
    assert {view.state for view in views} == {State.RETURN_WINDOW}
    assert all(view.changes[-1].outcome == "REFUSED" for view in views)
    await _until(lambda: _unblocked(desk.database, kept))
    assert not _faults(desk.database, [sample.key.workflow_id for sample in samples], desk.bank)
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
    day_30 = datetime.now(UTC) + timedelta(minutes=2) - 30 * A_DAY
    await asyncio.gather(*(desk.receipts(sample.key, "399", "800", at=day_30) for sample in samples))
    await _until(lambda: _owing(desk.database) == ON_SERVER)
    await _inspect_and_leave(counter, samples, chance)
    for sample in samples:
        desk.bill(sample.key, "45.50", payment_order="")
    first = await desk.client.wait_for(samples[0].key, State.RETURN_WINDOW, timeout=PATIENCE)
    assert first.clocks is not None
    night = first.clocks.tax_window_opens + timedelta(hours=2, seconds=1)
    opened = await _want_one_unit_twice(counter, samples, chance, night)
    await asyncio.gather(*(_bring_back(counter, key) for key in opened))
    await desk.collect(night + A_DAY)
    whole, part = tax_of(GOODS), tax_of({1: Decimal(2)})
    for sample in samples:
        view = CaseView.model_validate(await desk.handle(sample.key).result())
        assert view.state is State.TAXED
        assert [each.state for each in view.returns] == [ReturnState.CONFIRMED]
        with desk.database.transaction() as session:
            books = books_of(session, sample.key.workflow_id)
        assert books.due is not None
        assert (books.quota, books.guarantee, books.due.due) == (price_of({1: Decimal(2)}), NOTHING, part)
        assert (books.due.paid, books.due.refund) in ((part, NOTHING), (whole, whole - part))
        assert await desk.failures(sample.key) == []
    assert not _faults(desk.database, [sample.key.workflow_id for sample in samples], desk.bank)


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

    await asyncio.gather(*(race(sample) for sample in samples))
    assert seen == {True, False}


async def _want_one_unit_twice(
    counter: ReturnsCounter, samples: Sequence[SampleSet], chance: random.Random, night: datetime
) -> list[ReturnKey]:
    async def apply(sample: SampleSet) -> Answer | str:
        wanted = {"actor": EBC, "reason": "wrong size", "lines": lines(_2="1")}
        return await _soon(chance, lambda: counter.client.request_return(sample.key, **wanted))  # type: ignore[arg-type]

    async def race(sample: SampleSet) -> ReturnKey:
        answers = await asyncio.gather(apply(sample), apply(sample))
        assert "E_QTY_EXCEEDS" in answers
        [taken] = [each.goods_return for each in answers if isinstance(each, Answer)]
        assert taken is not None
        return ReturnKey.of(taken)

    *opened, _ = await asyncio.gather(*(race(sample) for sample in samples), counter.desk.collect(night))
    return [key for key in opened if key is not None]


async def _bring_back(counter: ReturnsCounter, key: ReturnKey) -> None:
    await counter.filed(key)
    await counter.receipt(key, "120", at=datetime.now(UTC))
    await counter.arrive(key)
    await counter.check(key)
    assert (await counter.ended(key)).state is ReturnState.CONFIRMED
