"""The check of the books: nothing was counted wrong, and what is kept is what the transfers say."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy.orm import Mapped, aliased
from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import Select

from models.ledger.accounts import NOTHING, Balance
from models.ledger.transfers import POSTED
from models.tables import LedgerAccount, LedgerTransfer


class Fault(NamedTuple):
    """Something in the ledger that cannot be."""

    where: str
    what: str


def check(session: Session) -> list[Fault]:
    """Everything that is wrong with the books, empty when nothing is; must come first in its transaction.

    The balance of every account is its transfers; debits and credits of all accounts of a unit are equal; nothing is
    below zero; no reservation is confirmed, and no transfer reversed, for more than its amount.
    """
    if session.get_bind().dialect.name == "postgresql":  # all sums of one moment, while others go on posting
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    return [*_balances(session), *_settled(session), *_reversed(session)]


def _balances(session: Session) -> Iterator[Fault]:
    sums = _recounted(session)
    left: dict[str, Decimal] = defaultdict(Decimal)
    for account in session.exec(select(LedgerAccount).order_by(col(LedgerAccount.id))):
        counted = sums.get(account.id, Balance(NOTHING, NOTHING, NOTHING))
        kept = Balance(account.credits, account.debits, account.reserved)
        if account.limited and counted != kept:
            yield Fault(account.id, f"balances are kept as {_told(kept)}, its transfers make {_told(counted)}")
        if account.limited and (min(counted) < 0 or counted.available < 0):
            yield Fault(account.id, f"is below zero: {_told(counted)}")
        shown = kept if account.limited else counted
        left[account.unit] += shown.credits - shown.debits
    yield from (Fault(unit, f"debits and credits differ by {over:f}") for unit, over in left.items() if over)


def _recounted(session: Session) -> dict[str, Balance]:
    """The balance of every account that has transfers, added up from them."""
    found: dict[str, list[Decimal]] = defaultdict(lambda: [NOTHING, NOTHING, NOTHING])
    credits, debits, reserved = range(3)
    for account, kind, amount in session.exec(_sums(col(LedgerTransfer.credit))):
        if kind in POSTED:
            found[account][credits] += amount
        elif kind == "reverse":  # stands the other way round: what was given out came back
            found[account][debits] -= amount
    for account, kind, amount in session.exec(_sums(col(LedgerTransfer.debit))):
        if kind in POSTED:
            found[account][debits] += amount
        elif kind == "reverse":
            found[account][credits] -= amount
        elif kind == "reserve":
            found[account][reserved] += amount
    end = aliased(LedgerTransfer)
    ended = (
        select(LedgerTransfer.debit, func.sum(LedgerTransfer.amount))
        .join(end, col(end.settles) == col(LedgerTransfer.id))
        .group_by(col(LedgerTransfer.debit))
    )
    for account, amount in session.exec(ended):
        found[account][reserved] -= amount
    return {account: Balance(*sums) for account, sums in found.items()}


def _sums(side: Mapped[str]) -> Select[str, str, Decimal]:
    return select(side, LedgerTransfer.kind, func.sum(LedgerTransfer.amount)).group_by(side, col(LedgerTransfer.kind))


def _settled(session: Session) -> Iterator[Fault]:
    end = aliased(LedgerTransfer)
    wrong = (
        select(end.id)
        .join(LedgerTransfer, col(LedgerTransfer.id) == end.settles, isouter=True)
        .where(
            col(end.settles).is_not(None),
            col(LedgerTransfer.id).is_(None)
            | (LedgerTransfer.kind != "reserve")
            | (end.amount > LedgerTransfer.amount),
        )
    )
    for transfer in session.exec(wrong.order_by(col(end.number))):
        yield Fault(transfer, "ends a reservation that is not there, or for more than was reserved")


def _reversed(session: Session) -> Iterator[Fault]:
    back = (
        select(LedgerTransfer.reverses, func.sum(LedgerTransfer.amount).label("amount"))
        .where(col(LedgerTransfer.reverses).is_not(None))
        .group_by(col(LedgerTransfer.reverses))
        .subquery()
    )
    original = aliased(LedgerTransfer)
    wrong = (
        select(back.c.reverses)
        .join(original, col(original.id) == back.c.reverses, isouter=True)
        .where(col(original.id).is_(None) | col(original.kind).not_in(POSTED) | (back.c.amount > original.amount))
    )
    for transfer in session.exec(wrong.order_by(back.c.reverses)):
        yield Fault(str(transfer), "is given back for more than was posted, or was never posted")


def _told(shown: Balance) -> str:
    return f"{shown.credits:f} in, {shown.debits:f} out, {shown.reserved:f} reserved"
