"""Accounts of the ledger: opening, locking, balances."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import Insert, bindparam
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel, col, func, select

from models.tables import LedgerAccount, LedgerTransfer

NOTHING = Decimal(0)


# Asked for every list several times; putting a statement together costs more than running it.
_AMONG = col(LedgerAccount.id).in_(bindparam("ids", expanding=True))
_OPENED = select(LedgerAccount.id, LedgerAccount.ledger, LedgerAccount.unit, LedgerAccount.limited).where(_AMONG)
_LIMITED_FOR_UPDATE = (
    select(LedgerAccount)
    .where(_AMONG, LedgerAccount.limited)
    .order_by(col(LedgerAccount.id))
    .with_for_update(key_share=True)  # a transfer that only names an account need not wait
)


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


def insert_once(session: Session, table: type[SQLModel]) -> Insert:
    """An insert that does nothing where the key is taken, in the words of the session's database."""
    insert: Any = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    statement: Insert = insert(table).on_conflict_do_nothing()
    return statement


def lock(session: Session, *accounts: Account, opened_before: Iterable[str] = ()) -> dict[str, LedgerAccount]:
    """Open the accounts that are not open yet, and keep the limited ones to this transaction until it ends.

    A transaction that moves several accounts locks them all at once: they are taken in one order, so that two such
    transactions never wait for each other; those that are open for sure may be given by their ids. Raises ValueError
    for an account that was opened otherwise.
    """
    opened = _opened(session, accounts)
    missing = sorted({account for account in accounts if account.id not in opened})
    for account in missing:
        session.execute(
            insert_once(session, LedgerAccount).values(
                **account._asdict(), credits=NOTHING, debits=NOTHING, reserved=NOTHING
            )
        )
    if missing:
        opened = _opened(session, accounts)
    for account in accounts:
        if opened[account.id] != account:
            raise ValueError(f"{account.id} was opened as {opened[account.id]}, not as {account}")
    return lock_opened(session, *opened, *opened_before)


def lock_opened(session: Session, *ids: str) -> dict[str, LedgerAccount]:
    """Keep the limited ones among accounts that are open to this transaction until it ends, taken in one order."""
    locked = session.exec(_LIMITED_FOR_UPDATE, params={"ids": ids}, execution_options={"populate_existing": True})
    return {row.id: row for row in locked}


def balance(session: Session, account_id: str) -> Balance:
    """The balance of an account, also of one that was never opened: nothing.

    An unlimited account is added up from its transfers.
    """
    row = session.get(LedgerAccount, account_id, populate_existing=True)
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


def _opened(session: Session, accounts: Sequence[Account]) -> dict[str, Account]:
    ids = sorted({account.id for account in accounts})
    return {row[0]: Account(*row) for row in session.exec(_OPENED, params={"ids": ids})}
