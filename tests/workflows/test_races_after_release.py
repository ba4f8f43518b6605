"""What happens at the same moment around and after a release, in orders that a seed chooses, without a server.

The workflows' own code runs on a database (`lives.py`): 160 times for each race.
"""

import contextlib
import random
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest
from pydantic import BaseModel

from clearway.contracts import names
from clearway.contracts.case import CancelRequest, CaseView, GoodsExit, ReturnRequest
from clearway.contracts.customs import (
    CustomsNews,
    CustomsReceipt,
)
from clearway.contracts.documents import THREE_DOCUMENTS, ApplicationKind, DocumentKind
from clearway.contracts.goods_return import ReturnState
from clearway.contracts.states import State
from clearway.testing import EBC, WAREHOUSE
from tests.desk import INVT_NO, LIST, PRE_NO
from tests.returns_desk import lines
from tests.sqlite import new_file
from tests.workflows.lives import Ended, Listed, Rejected, World
from tests.workflows.races import GOODS, OVER, SEED, faults
from tests.workflows.reference import NOTHING, books_of, price_of, tax_of
from tests.workflows.server_by_hand import Work

LISTS, ROUNDS = 8, 20
"""So many lists race in so many worlds, 160 times in all."""
A_DAY, A_SECOND = timedelta(days=1), timedelta(seconds=1)
CANCELLATION = ApplicationKind.CANCELLATION
Move = Callable[[], object]


def _saved(folder: Path, *statuses: str, days: int) -> World:
    """Lists that customs has stored, or released some days ago; made once, copied for each round."""
    folder.mkdir()
    world = World(new_file(folder / "lives.db"), LISTS)
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
            found = faults(copy.database, [each.id for each in copy.lists], copy.bank)
            assert not found, (number, found)


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
