"""Accounts of the ledger: opening, locking, balances."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Insert, bindparam
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import SessionTransaction
from sqlmodel import Session, SQLModel, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from models.tables import LedgerAccount, LedgerTransfer

Row = TypeVar("Row")
NOTHING = Decimal(0)

# Asked for every list several times; putting a statement together costs more than running it.
_AMONG = col(LedgerAccount.id).in_(bindparam("ids", expanding=True))


def for_update(accounts: SelectOfScalar[LedgerAccount]) -> SelectOfScalar[LedgerAccount]:
    """The limited ones of these accounts, to be kept to the transaction and taken in one order."""
    return (
        accounts.where(LedgerAccount.limited)
        .order_by(col(LedgerAccount.id))
        .with_for_update(key_share=True)  # a transfer that only names an account need not wait
        .execution_options(populate_existing=True)
    )


_LIMITED_FOR_UPDATE = for_update(select(LedgerAccount).where(_AMONG))


class Account(NamedTuple):
    """An account to be opened when it is first used."""

    id: str
    ledger: str
    unit: str
    limited: bool = True


class Balance(NamedTuple):
    """An account at one moment; amounts in the account's unit."""

    credits: Decimal
    debits: Decimal
    reserved: Decimal

    @property
    def available(self) -> Decimal:
        """What may still be reserved or posted."""
        return self.credits - self.debits - self.reserved

    @property
    def used(self) -> Decimal:
        """What is posted or reserved."""
        return self.debits + self.reserved


@dataclass
class _Kept:
    """What one transaction knows for sure until it ends: nobody else changes an account that it keeps."""

    transaction: SessionTransaction | None
    limited: dict[str, LedgerAccount] = field(default_factory=dict)
    others: set[str] = field(default_factory=set)
    read: dict[str, Any] = field(default_factory=dict)


def insert_once(session: Session, table: type[SQLModel]) -> Insert:
    """An insert that does nothing where the key is taken, in the words of the session's database."""
    return _insert_once(session.get_bind().dialect.name, table)


@cache
def _insert_once(dialect: str, table: type[SQLModel]) -> Insert:
    insert: Any = sqlite.insert if dialect == "sqlite" else postgresql.insert
    statement: Insert = insert(table).on_conflict_do_nothing()
    return statement


def lock(session: Session, *accounts: Account, opened_before: Iterable[str] = ()) -> dict[str, LedgerAccount]:
    """Open the accounts that are not open yet, and keep the limited ones to this transaction until it ends.

    A transaction that moves several accounts locks them all at once: they are taken in one order, so that two such
    transactions never wait for each other; those that are open for sure may be given by their ids. What it keeps
    already is not asked for again. Raises ValueError for a limited account that was opened otherwise, or one that is
    limited after all.
    """
    kept = _kept(session)
    kept.others.difference_update(each.id for each in accounts if each.limited)
    missing = sorted({each for each in accounts if each.id not in kept.limited and each.id not in kept.others})
    if missing:
        nothing = {"credits": NOTHING, "debits": NOTHING, "reserved": NOTHING}
        rows = [each._asdict() | nothing for each in missing]
        session.connection().execute(insert_once(session, LedgerAccount), rows)
    locked = lock_opened(session, *(each.id for each in accounts), *opened_before)
    for each in accounts:
        row = locked.get(each.id)
        if row is not None or each.limited:
            opened = _account(row) if row else _opened(session, each.id)
            if opened != each:
                raise ValueError(f"{each.id} was opened as {opened}, not as {each}")
    return locked


def lock_opened(session: Session, *ids: str) -> dict[str, LedgerAccount]:
    """Keep the limited ones among accounts that are open to this transaction until it ends, taken in one order."""
    kept = _kept(session)
    if missing := {each for each in ids if each not in kept.limited and each not in kept.others}:
        keep(session, session.exec(_LIMITED_FOR_UPDATE, params={"ids": sorted(missing)}).all(), among=missing)
        kept = _kept(session)
    return {each: kept.limited[each] for each in ids if each in kept.limited}


def keep(session: Session, locked: Iterable[LedgerAccount], *, among: Iterable[str] = ()) -> None:
    """Note accounts that this transaction has locked by a statement of its own, as `for_update` writes it.

    `among` are the ids it asked for: those that are not locked have no limit.
    """
    kept = _kept(session)
    kept.limited.update((row.id, row) for row in locked)
    kept.others.update(each for each in among if each not in kept.limited)


def read_once(session: Session, account_id: str, read: Callable[[], Row | None]) -> Row | None:
    """What only changes under an account's lock: read once by a transaction that keeps it, by any other each time."""
    kept = _kept(session)
    found: Row | None = kept.read.get(account_id)
    if found is None:
        found = read()
        if account_id in kept.limited:
            kept.read[account_id] = found
    return found


def balance(session: Session, account_id: str) -> Balance:
    """The balance of an account, also of one that was never opened: nothing.

    An unlimited account is added up from its transfers.
    """
    row = _kept(session).limited.get(account_id) or session.get(LedgerAccount, account_id, populate_existing=True)
    if row is None:
        return Balance(NOTHING, NOTHING, NOTHING)
    if row.limited:
        return Balance(row.credits, row.debits, row.reserved)
    posted = col(LedgerTransfer.kind).in_(("post", "confirm", "reverse"))
    came, went = (
        session.exec(select(func.sum(LedgerTransfer.amount)).where(side == account_id, posted)).one() or NOTHING
        for side in (col(LedgerTransfer.credit), col(LedgerTransfer.debit))
    )
    return Balance(came, went, NOTHING)


def _kept(session: Session) -> _Kept:
    transaction = session.get_transaction()
    kept: _Kept | None = session.info.get(_Kept)
    if kept is None or transaction is None or kept.transaction is not transaction:
        kept = session.info[_Kept] = _Kept(transaction)
    return kept


def _opened(session: Session, account_id: str) -> Account:
    return _account(session.get_one(LedgerAccount, account_id))


def _account(row: LedgerAccount) -> Account:
    return Account(row.id, row.ledger, row.unit, row.limited)
