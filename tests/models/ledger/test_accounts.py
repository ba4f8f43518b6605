"""Accounts: opened once, kept to one transaction at a time, never below zero whoever writes."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, func, select

from models.database import Database
from models.ledger.accounts import Account, Balance, balance, lock
from models.ledger.transfers import post, reserve
from models.tables import LedgerAccount
from tests.models.ledger.reference import WORLD, account, incoming, outgoing

PURSE, OTHER = account("purse"), account("another")


def _fill(store: Database, amount: str = "100") -> None:
    with store.transaction() as session:
        post(session, incoming(PURSE, amount))


def test_an_account_that_was_never_opened_holds_nothing(store: Database) -> None:
    with store.transaction() as session:
        assert balance(session, "nobody's") == Balance(Decimal(0), Decimal(0), Decimal(0))


def test_a_balance_tells_what_came_in_went_out_and_is_reserved(store: Database) -> None:
    _fill(store)
    with store.transaction() as session:
        post(session, outgoing("out", PURSE, "30"))
        reserve(session, outgoing("kept", PURSE, "25"))
    with store.transaction() as session:
        found = balance(session, PURSE.id)
    assert found == Balance(credits=Decimal(100), debits=Decimal(30), reserved=Decimal(25))
    assert found.available == 45
    assert found.used == 55


def test_an_unlimited_account_is_the_sum_of_its_transfers(store: Database) -> None:
    _fill(store)
    with store.transaction() as session:
        post(session, outgoing("out", PURSE, "30"))
        reserve(session, outgoing("kept", PURSE, "25"))
    with store.transaction() as session:
        assert balance(session, WORLD.id) == Balance(credits=Decimal(30), debits=Decimal(100), reserved=Decimal(0))
        assert session.get_one(LedgerAccount, WORLD.id).credits == 0, "nobody waits for its row"


@pytest.mark.parametrize(
    "otherwise",
    [
        pytest.param(Account("purse", "quota", "kg"), id="another unit"),
        pytest.param(Account("purse", "guarantee", "CNY"), id="another ledger"),
        pytest.param(Account("purse", "quota", "CNY", limited=False), id="without its limit"),
    ],
)
def test_an_account_stays_what_it_was_opened_as(store: Database, otherwise: Account) -> None:
    _fill(store)
    with pytest.raises(ValueError, match="purse was opened as"), store.transaction() as session:
        lock(session, OTHER, otherwise)
    with store.transaction() as session:
        assert lock(session, PURSE)["purse"].credits == 100
        assert session.get(LedgerAccount, OTHER.id) is None


@pytest.mark.parametrize(
    "change",
    [
        "debits = debits + 10000001",
        "reserved = credits + 1",
        "credits = credits - 10000001",
        "debits = -1",
        "reserved = -1",
        "credits = -1",
    ],
)
def test_the_database_itself_refuses_a_balance_below_zero(store: Database, change: str) -> None:
    _fill(store)
    with pytest.raises(IntegrityError, match="ledger_account"), store.transaction() as session:
        session.execute(text(f"UPDATE ledger_account SET {change} WHERE id = 'purse'"))
    with store.transaction() as session:
        assert balance(session, PURSE.id) == Balance(Decimal(100), Decimal(0), Decimal(0))


def test_the_database_itself_refuses_a_transfer_of_nothing(store: Database) -> None:
    _fill(store)
    with pytest.raises(IntegrityError, match="ledger_transfer_amount"), store.transaction() as session:
        session.execute(
            text(
                "INSERT INTO ledger_transfer (id, kind, debit, credit, amount, reference, reason, at)"
                " SELECT 'raw', kind, debit, credit, 0, reference, reason, at FROM ledger_transfer"
            )
        )


def test_two_that_open_an_account_at_once_open_one(store: Database) -> None:
    start = Barrier(4)

    def open_it(number: int) -> None:
        start.wait()
        with store.transaction() as session:
            post(session, incoming(PURSE, "1", id=f"in {number}"))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(open_it, range(4)))
    with store.transaction() as session:
        assert balance(session, PURSE.id).available == 4
        assert session.exec(select(func.count(col(LedgerAccount.id)))).one() == 2


def test_who_comes_second_waits_and_sees_what_the_first_did(store: Database) -> None:
    _fill(store)
    locked = Barrier(2)

    def first() -> None:
        with store.transaction() as session:
            lock(session, PURSE)
            locked.wait()
            post(session, outgoing("first", PURSE, "60"))

    def second() -> Decimal:
        locked.wait()
        with store.transaction() as session:
            return _available(session)

    with ThreadPoolExecutor(2) as pool:
        ended = pool.submit(first)
        assert pool.submit(second).result() == 40
        ended.result()


def _available(session: Session) -> Decimal:
    lock(session, PURSE)
    return balance(session, PURSE.id).available


@pytest.mark.parametrize("opened", [True, False], ids=["open accounts", "accounts to be opened"])
def test_the_same_accounts_locked_in_another_order_are_no_deadlock(store: Database, opened: bool) -> None:
    names = [f"account {number}" for number in range(6)]
    if opened:
        with store.transaction() as session:
            lock(session, *map(account, names))
    start = Barrier(4)

    def take(turn: int) -> None:
        order = names[turn:] + names[:turn]
        for round_ in range(15):
            start.wait()
            with store.transaction() as session:
                prefix = "" if opened else f"{round_} "
                lock(session, *(account(prefix + name) for name in (order if turn % 2 else reversed(order))))

    with ThreadPoolExecutor(4) as pool:
        for ended in [pool.submit(take, turn) for turn in range(4)]:
            ended.result()
