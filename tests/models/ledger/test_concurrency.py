"""Eight connections ask at once, die, and ask again: the end is what the reference makes of the committed transfers.

`LEDGER_SEED=… pytest …` plans the same steps again; in which order eight threads come to them is the machine's affair.
"""

import os
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from threading import Barrier, Lock
from typing import Any

from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, select

from models.database import Database
from models.ledger.accounts import Account, balance, lock
from models.ledger.transfers import (
    Conflict,
    Insufficient,
    LedgerRefused,
    Move,
    confirm,
    expire,
    post,
    reserve,
    reverse,
    void,
)
from models.tables import LedgerAccount, LedgerTransfer
from tests.models.ledger.reference import AT, WORLD, Reference, account, after, incoming, outgoing

CONNECTIONS, STEPS = 8, 2000
PURSES = [account(f"purse {number}") for number in range(5)]
SMALLEST = Decimal("0.00001")
IMPATIENT = {
    "sqlite": ["PRAGMA busy_timeout=250"],
    "postgresql": ["SET deadlock_timeout = '30ms'", "SET lock_timeout = '250ms'"],
}
"""So that time-outs and deadlocks happen, and are not waited for."""
Act = Callable[[Session], Sequence[LedgerTransfer]]


class Died(Exception):
    """The process ended."""


@dataclass(frozen=True)
class Step:
    """What is asked, and what becomes of who asks: `dies`, `loses` the connection or the `answer`, `gives up`."""

    build: Callable[[Decimal], Act]
    amount: Decimal
    fate: str = ""


@dataclass
class Told:
    """What the ledger answered, by id of the transfer."""

    made: dict[str, set[int | None]] = field(default_factory=lambda: defaultdict(set))
    events: Counter[str] = field(default_factory=Counter)
    turn: Any = field(default_factory=Lock)

    def note(self, answer: str, rows: Sequence[LedgerTransfer] = ()) -> None:
        """Keep an answer."""
        with self.turn:
            self.events[answer] += 1
            for row in rows:
                self.made[row.id].add(row.number)


class Planner:
    """Plans steps from a seed; later ones are about earlier ones, which may not have been made, or not yet."""

    def __init__(self, seed: int, *, careless: bool) -> None:
        self._chance = random.Random(seed)
        self._careless = careless
        self._reservations: list[str] = []
        self._posted: list[str] = []
        self._steps: list[Step] = []

    def plan(self, steps: int) -> list[Step]:
        """So many steps."""
        kinds = {
            self._keep: 30,
            self._confirm: 16,
            self._void: 10,
            self._give_back: 12,
            self._pay: 12,
            self._come_in: 5,
            self._sweep: 3,
            self._several: 6,
            self._repeat: 10,
            self._repeat_otherwise: 4,
        }
        for number in range(steps):
            make = self._chance.choices(list(kinds), list(kinds.values()))[0]
            fate = self._chance.choices(["", "dies", "loses", "answer", "gives up"], [70, 10, 2, 10, 8])[0]
            self._steps.append(replace(make(number), fate=fate))
        return self._steps

    def _amount(self) -> Decimal:
        return self._chance.randint(1, self._chance.choice([2, 300_000, 1_200_000])) * SMALLEST

    def _keep(self, number: int) -> Step:
        purse, other = self._chance.sample(PURSES, 2)
        to = self._chance.choice([WORLD, other])
        expiry = after(number + self._chance.randint(20, 200)) if self._chance.random() < 0.4 else None
        self._reservations.append(f"{number}")
        return Step(
            lambda amount: (
                lambda session: [
                    reserve(session, Move(f"{number}", purse, to, amount, after(number), "owner", expires_at=expiry))
                ]
            ),
            self._amount(),
        )

    def _pay(self, number: int) -> Step:
        purse, other = self._chance.sample(PURSES, 2)
        to = self._chance.choice([WORLD, other])
        self._posted.append(f"{number}")
        return Step(
            lambda amount: lambda session: [post(session, Move(f"{number}", purse, to, amount, after(number)))],
            self._amount(),
        )

    def _come_in(self, number: int) -> Step:
        purse = self._chance.choice(PURSES)
        self._posted.append(f"{number}")
        return Step(
            lambda amount: lambda session: [post(session, incoming(purse, amount, id=f"{number}"))], self._amount() * 3
        )

    def _confirm(self, number: int) -> Step:
        about = self._recent(self._reservations)
        whole = self._chance.random() < 0.7
        self._posted.append(f"{number}")
        return Step(
            lambda amount: (
                lambda session: [confirm(session, f"{number}", about, after(number), amount=None if whole else amount)]
            ),
            self._amount(),
        )

    def _void(self, number: int) -> Step:
        about = self._recent(self._reservations)
        return Step(lambda _: lambda session: [void(session, f"{number}", about, after(number))], SMALLEST)

    def _give_back(self, number: int) -> Step:
        about = self._recent(self._posted)
        return Step(
            lambda amount: lambda session: [reverse(session, f"{number}", about, amount, after(number))],
            self._amount() / 2 // SMALLEST * SMALLEST + SMALLEST,
        )

    def _sweep(self, number: int) -> Step:
        return Step(lambda _: lambda session: expire(session, after(number), limit=10), SMALLEST)

    def _several(self, number: int) -> Step:
        """Three reservations, all or none; the careless do not lock the accounts all at once."""
        purses = self._chance.sample(PURSES, 3)

        def build(amount: Decimal) -> Act:
            def act(session: Session) -> Sequence[LedgerTransfer]:
                if not self._careless:
                    lock(session, WORLD, *purses)
                moves = [outgoing(f"{number}/{purse.id}", purse, amount, at=after(number)) for purse in purses]
                return [reserve(session, move) for move in moves]

            return act

        self._reservations += [f"{number}/{purse.id}" for purse in purses]
        return Step(build, self._amount())

    def _repeat(self, number: int) -> Step:
        return self._chance.choice(self._steps[-30:]) if self._steps else self._keep(number)

    def _repeat_otherwise(self, number: int) -> Step:
        step = self._repeat(number)
        return replace(step, amount=step.amount + SMALLEST)

    def _recent(self, names: list[str]) -> str:
        return self._chance.choice(names[-25:] or ["nothing"])


def test_eight_connections_at_once_do_what_the_reference_does(store: Database) -> None:
    told = _ask_and_compare(store, STEPS, careless=False)
    assert not told.events["DeadlockDetected"]
    for each in (
        "post",
        "reserve",
        "confirm",
        "void",
        "expire",
        "reverse",
        "Conflict",
        "Insufficient",
        "dies",
        "loses",
    ):
        assert told.events[each], told.events


def test_those_who_lock_in_any_order_are_in_each_others_way_and_harm_nothing(store: Database) -> None:
    _ask_and_compare(store, STEPS // 8, careless=True)


def _ask_and_compare(store: Database, steps: int, *, careless: bool) -> Told:
    seed = int(os.environ["LEDGER_SEED"])
    with store.transaction() as session:
        for purse in PURSES:
            post(session, incoming(purse, "40", id=f"into {purse.id}"))
    told = _ask_all(store, Planner(seed, careless=careless).plan(steps))
    print(dict(told.events))  # noqa: T201  how much of each happened
    with store.transaction() as session:
        rows = session.exec(select(LedgerTransfer).order_by(col(LedgerTransfer.number))).all()
        accounts = session.exec(select(LedgerAccount).where(LedgerAccount.limited)).all()
        world = balance(session, WORLD.id).available
    reference = _replay(rows)
    for each in accounts:
        held = [row.amount for row in rows if row.id in reference.held and row.debit == each.id]
        assert each.reserved == sum(held)
        assert each.credits - each.debits - each.reserved == reference.free[each.id]
    assert world == reference.free[WORLD.id]
    _compare_with_answers(rows, told)
    told.events.update(row.kind for row in rows)
    return told


def _replay(rows: Sequence[LedgerTransfer]) -> Reference:
    """In the order of commitment; fails where a balance sinks below zero or a reservation ends twice."""
    reference = Reference()
    ends = {row.id: row.expires_at for row in rows}
    for row in rows:
        reference.apply(row)
        end = ends[row.settles] if row.settles else None
        assert row.kind != "confirm" or end is None or row.at < end
        assert row.kind != "expire" or (end is not None and row.at >= end)
    assert all(amount >= 0 for name, amount in reference.free.items() if name != WORLD.id)
    return reference


def _compare_with_answers(rows: Sequence[LedgerTransfer], told: Told) -> None:
    """Whoever was told that a transfer is made was told of the same one, and nothing was made that nobody asked for."""
    numbers = {row.id: row.number for row in rows}
    assert len(numbers) == len(rows)
    assert all(numbers[name] == number for name, answers in told.made.items() for number in answers)
    begun = {f"into {purse.id}" for purse in PURSES}
    assert {row.id for row in rows if row.kind != "expire"} - begun == {
        name for name in told.made if not name.endswith("|expired")
    }


def _ask_all(store: Database, steps: list[Step]) -> Told:
    told, turn, left, begin = Told(), Lock(), iter(steps), Barrier(CONNECTIONS)

    def work() -> None:
        with database.engine.connect():
            begin.wait()
        while True:
            with turn:
                step = next(left, None)
            if step is None:
                return
            _ask(database, step, told)

    with _impatient(store) as database, ThreadPoolExecutor(CONNECTIONS) as pool:
        for ended in [pool.submit(work) for _ in range(CONNECTIONS)]:
            ended.result()
    return told


def _ask(database: Database, step: Step, told: Told) -> None:
    """Until there is an answer, with the same ids, as Temporal would."""
    act, fate = step.build(step.amount), step.fate
    while True:
        try:
            with database.transaction() as session:
                rows = act(session)
                if fate == "loses":
                    session.connection().invalidate()
                if fate in ("dies", "loses", "gives up"):
                    raise Died
            if fate == "answer":
                raise Died
        except Died:
            told.note(fate)
            if fate == "gives up":
                return
            fate = ""
        except OperationalError as error:  # deadlock or lock time-out
            told.note(type(error.orig).__name__)
        except LedgerRefused as refusal:
            told.note(type(refusal).__name__)
            return
        else:
            told.note("made", rows)
            return


@contextmanager
def _impatient(store: Database) -> Iterator[Database]:
    """Connections of their own to the same database, which do not wait for long."""
    database = Database(store.url)

    @event.listens_for(database.engine, "connect")
    def _set(connection: Any, _record: Any) -> None:
        for statement in IMPATIENT[database.engine.dialect.name]:
            connection.execute(statement).close()
        if database.engine.dialect.name == "postgresql":
            connection.commit()

    yield database
    database.close()


def test_of_two_at_once_that_do_not_both_fit_exactly_one_is_made_200_times_out_of_200(store: Database) -> None:
    start = Barrier(2)
    with store.transaction() as session:
        for round_ in range(200):
            post(session, incoming(account(f"purse {round_}"), "1000.00", id=f"in {round_}"))

    def ask(number: int, round_: int) -> Decimal | None:
        purse = account(f"purse {round_}")
        start.wait()
        try:
            with store.transaction() as session:
                reserve(session, Move(f"{round_}/{number}", purse, WORLD, Decimal("600.00"), AT))
        except Insufficient as refusal:
            return refusal.available
        return None

    with ThreadPoolExecutor(2) as pool:
        for round_ in range(200):
            assert set(pool.map(ask, (1, 2), (round_, round_))) == {None, Decimal("400.00")}


def test_the_same_transfer_asked_by_eight_at_once_is_made_once(store: Database) -> None:
    start = Barrier(CONNECTIONS)
    elsewhere = Account("elsewhere", "quota", "CNY", limited=False)
    with store.transaction() as session:
        post(session, incoming(PURSES[0], "100"))

    def ask(move: Move) -> int | None:
        start.wait()
        with store.transaction() as session:
            return post(session, move).number

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        for number, giver in enumerate([PURSES[0], WORLD] * 5):
            move = Move(f"{number}", giver, elsewhere, Decimal(1), AT)
            assert len(set(pool.map(ask, [move] * CONNECTIONS))) == 1
    with store.transaction() as session:
        assert balance(session, elsewhere.id).credits == 10
        assert balance(session, PURSES[0].id).available == 95


def test_a_transfer_between_unlimited_accounts_is_given_back_once_though_eight_ask_at_once(store: Database) -> None:
    start = Barrier(CONNECTIONS)
    elsewhere = Account("elsewhere", "quota", "CNY", limited=False)
    with store.transaction() as session:
        for number in range(10):
            post(session, Move(f"{number}", WORLD, elsewhere, Decimal(1), AT))

    def ask(name: str, about: str) -> str:
        start.wait()
        try:
            with store.transaction() as session:
                reverse(session, name, about, Decimal(1), AT)
        except Conflict:
            return "refused"
        return "made"

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        for number in range(10):
            asked = pool.map(ask, [f"{number}/{each}" for each in range(CONNECTIONS)], [f"{number}"] * CONNECTIONS)
            assert Counter(asked) == {"made": 1, "refused": CONNECTIONS - 1}
    with store.transaction() as session:
        assert balance(session, elsewhere.id).available == 0
