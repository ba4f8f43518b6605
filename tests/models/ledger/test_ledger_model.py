"""Whatever is asked of the ledger, in any order, it does what a reference in plain dictionaries does."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlmodel import Session, col, delete, select

from models.database import Database
from models.ledger.accounts import NOTHING, Account, balance
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
from tests.models.ledger.reference import WORLD, Reference, account, after

EXAMPLES, STEPS = 60, 50
PURSES = [account(name) for name in ("a", "b", "c")]
PURSE = st.sampled_from(PURSES)
AMOUNT = st.decimals("0.00001", "12", places=5) | st.sampled_from(["0.00001", "1", "5", "10"]).map(Decimal)
CRASH = st.sampled_from([False, False, False, False, True])
Call = Callable[[Session], LedgerTransfer]


class Crash(Exception):
    """The process dies after the work and before the commit."""


class Machine(RuleBasedStateMachine):
    """Asks the ledger and foretells its answer from the reference."""

    store: ClassVar[Database]
    told: ClassVar[Counter[str]]
    """How often each kind of answer was given."""

    def __init__(self) -> None:
        super().__init__()
        self.reference = Reference()
        self.now = 0
        self.ids = 0
        self.made: dict[str, LedgerTransfer] = {}
        self.calls: dict[str, Callable[[Decimal | None], Call]] = {}
        self.told["examples"] += 1
        with self.store.transaction() as session:
            session.execute(delete(LedgerTransfer))
            session.execute(delete(LedgerAccount))

    # What is asked

    @initialize()
    def begin_with_money(self) -> None:
        for purse in PURSES:
            self._enter(post, WORLD, purse, Decimal(15), None, crash=False)

    @rule(purse=PURSE, amount=AMOUNT, crash=CRASH)
    def come_in(self, purse: Account, amount: Decimal, crash: bool) -> None:
        self._enter(post, WORLD, purse, amount, None, crash)

    @rule(purse=PURSE, to=PURSE, amount=AMOUNT, crash=CRASH)
    def go_out(self, purse: Account, to: Account, amount: Decimal, crash: bool) -> None:
        self._enter(post, purse, to if to != purse else WORLD, amount, None, crash)

    @rule(purse=PURSE, to=PURSE, amount=AMOUNT, lasts=st.none() | st.integers(1, 8), crash=CRASH)
    def keep(self, purse: Account, to: Account, amount: Decimal, lasts: int | None, crash: bool) -> None:
        expiry = after(self.now + 1 + lasts) if lasts else None
        self._enter(reserve, purse, to if to != purse else WORLD, amount, expiry, crash)

    @precondition(lambda self: self._of("reserve"))
    @rule(data=st.data(), how=st.sampled_from(["void", "confirm", "confirm a part"]), part=AMOUNT, crash=CRASH)
    def end(self, data: st.DataObject, how: str, part: Decimal, crash: bool) -> None:
        kept, at = self._choose_reservation(data), self._later()
        held = self.reference.held.get(kept.id)
        if how == "void":
            self._ask(
                lambda name, other: lambda session: void(session, name, kept.id, at),
                None if held else Conflict,
                crash,
            )
            return
        amount = None if how == "confirm" else data.draw(st.sampled_from([part, min(part, kept.amount)]))
        over = kept.expires_at is not None and kept.expires_at <= at
        self._ask(
            lambda name, other: lambda session: confirm(session, name, kept.id, at, amount=other or amount),
            Conflict if held is None or (amount or 0) > held or over else None,
            crash,
        )

    @precondition(lambda self: self._of("post", "confirm"))
    @rule(data=st.data(), part=AMOUNT | st.none(), crash=CRASH)
    def give_back(self, data: st.DataObject, part: Decimal | None, crash: bool) -> None:
        posted, at = data.draw(st.sampled_from(self._of("post", "confirm"))), self._later()
        amount = part or posted.amount
        refusal: type[LedgerRefused] | None = None
        if amount > self.reference.posted[posted.id]:
            refusal = Conflict
        elif amount > self._spendable(posted.credit):
            refusal = Insufficient
        self._ask(
            lambda name, other: lambda session: reverse(session, name, posted.id, other or amount, at),
            refusal,
            crash,
            needs=(posted.credit, amount),
        )

    @rule(crash=CRASH)
    def sweep(self, crash: bool) -> None:
        at = self._later()
        over = self._over(*(purse.id for purse in PURSES))
        try:
            with self.store.transaction() as session:
                assert [row.settles for row in expire(session, at)] == [row.id for row in over]
                if crash:
                    raise Crash
        except Crash:
            return
        self._expired(over)

    @precondition(lambda self: self.calls)
    @rule(data=st.data(), otherwise=st.booleans())
    def repeat(self, data: st.DataObject, otherwise: bool) -> None:
        name = data.draw(st.sampled_from(sorted(self.calls)))
        row = self.made[name]
        if otherwise and row.kind != "void":  # nobody says how much is void
            with pytest.raises(Conflict, match="used before"), self.store.transaction() as session:
                self.calls[name](row.amount + Decimal("0.00001"))(session)
        else:
            with self.store.transaction() as session:
                assert self.calls[name](None)(session).number == row.number
        self.told["repeated otherwise" if otherwise else "repeated"] += 1

    # What must be true after each step, and at the end

    @invariant()
    def every_account_is_as_foretold(self) -> None:
        self.told["steps"] += 1
        with self.store.transaction() as session:
            rows = session.exec(select(LedgerAccount).where(LedgerAccount.limited)).all()
        for row in rows:
            held = [each.amount for each in self._of("reserve") if each.debit == row.id and self._is_held(each)]
            assert row.reserved == sum(held)
            assert row.credits - row.debits - row.reserved == self.reference.free.get(row.id, NOTHING)

    def teardown(self) -> None:
        replayed = Reference()
        with self.store.transaction() as session:
            rows = session.exec(select(LedgerTransfer).order_by(col(LedgerTransfer.number))).all()
            world = balance(session, WORLD.id).available
        for row in rows:
            replayed.apply(row)
        assert {row.id for row in rows} == set(self.made)
        assert (replayed.free, replayed.held) == (self.reference.free, self.reference.held)
        assert replayed.posted == self.reference.posted
        assert world == self.reference.free.get(WORLD.id, NOTHING)

    # How

    def _later(self) -> datetime:
        self.now += 1
        return after(self.now)

    def _of(self, *kinds: str) -> list[LedgerTransfer]:
        return [row for row in self.made.values() if row.kind in kinds]

    def _is_held(self, row: LedgerTransfer) -> bool:
        return row.id in self.reference.held

    def _choose_reservation(self, data: st.DataObject) -> LedgerTransfer:
        """One that is open, if any; sometimes one that has ended."""
        reservations = self._of("reserve")
        still_open = [row for row in reservations if self._is_held(row)]
        return data.draw(st.sampled_from(still_open or reservations) | st.sampled_from(reservations))

    def _over(self, *debits: str) -> list[LedgerTransfer]:
        over = (row for row in self._of("reserve") if row.expires_at is not None and row.expires_at <= after(self.now))
        return [row for row in over if row.debit in debits and self._is_held(row)]

    def _expired(self, over: list[LedgerTransfer]) -> None:
        for row in over:
            changes = {"id": f"{row.id}|expired", "kind": "expire", "settles": row.id}
            end = LedgerTransfer(**{**row.model_dump(), **changes})
            self.reference.apply(end)
            self.made[end.id] = end
            self.told["expired"] += 1

    def _spendable(self, name: str) -> Decimal:
        if name == WORLD.id:
            return Decimal("Infinity")
        return self.reference.free.get(name, NOTHING) + sum((row.amount for row in self._over(name)), NOTHING)

    def _enter(
        self, function: Any, giver: Account, taker: Account, amount: Decimal, expiry: datetime | None, crash: bool
    ) -> None:
        at = self._later()
        self._ask(
            lambda name, other: (
                lambda session: function(session, Move(name, giver, taker, other or amount, at, expires_at=expiry))
            ),
            Insufficient if amount > self._spendable(giver.id) else None,
            crash,
            needs=(giver.id, amount),
        )

    def _ask(
        self,
        call: Callable[[str, Decimal | None], Call],
        refusal: type[LedgerRefused] | None,
        crash: bool,
        needs: tuple[str, Decimal] = ("", NOTHING),
    ) -> None:
        """Ask under a new id, with the answer foretold; what is needed may free what is over."""
        self.ids += 1
        name = f"{self.ids}"
        if refusal:
            with pytest.raises(refusal), self.store.transaction() as session:
                call(name, None)(session)
            self.told[refusal.__name__] += 1
            return
        try:
            with self.store.transaction() as session:
                row = call(name, None)(session)
                if crash:
                    raise Crash
        except Crash:
            self.told["crashed"] += 1
            return
        if needs[0] != WORLD.id and needs[1] > self.reference.free.get(needs[0], NOTHING):
            self._expired(self._over(needs[0]))
        self.reference.apply(row)
        self.made[name] = row
        self.calls[name] = lambda other: call(name, other)
        self.told[row.kind] += 1


def test_in_any_order_the_ledger_does_what_the_reference_does(store: Database) -> None:
    class Asked(Machine):
        """On this database."""

    Asked.store, Asked.told = store, Counter()
    run_state_machine_as_test(
        Asked,
        settings=settings(max_examples=EXAMPLES, stateful_step_count=STEPS, suppress_health_check=list(HealthCheck)),
    )
    told = Asked.told
    assert told["steps"] - told["examples"] >= 2000
    assert min(told[kind] for kind in ("post", "reserve", "confirm", "void", "reverse", "expired")) > 0, told
    assert min(told[kind] for kind in ("Conflict", "Insufficient", "crashed", "repeated", "repeated otherwise")) > 0, (
        told
    )
