"""A person's annual amount and yearly quantities: reserved with a matched list, confirmed at release (RULEBOOK B.3).

Customs' figure is the truth: what it counts beyond ours was bought elsewhere, and is posted so (D-33).
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import bindparam, union
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from models.ledger.accounts import NOTHING, Account, Balance, balance, for_update, keep, lock
from models.ledger.transfers import (
    Move,
    end_all,
    open_reservations,
    post,
    posted_of,
    reserve,
    reverse,
    reversed_of,
)
from models.tables import CustomsFigure, LedgerAccount, LedgerTransfer

LEDGERS = ("quota", "quantity")


def _moved(side: Mapped[str]) -> SelectOfScalar[str]:
    # by the ids, which begin with their ledger: by the ledger's index SQLite would look at every person there is
    ours = or_(*(side.startswith(f"{ledger}/") for ledger in LEDGERS))
    return select(side).where(col(LedgerTransfer.reference) == bindparam("case"), ours)


_MOVED = union(_moved(col(LedgerTransfer.debit)), _moved(col(LedgerTransfer.credit)))
_ACCOUNTS_OF = for_update(select(LedgerAccount).where(col(LedgerAccount.id).in_(_MOVED)))
"""Every account that a case took anything from."""


class Limit(NamedTuple):
    """A person's account and how much the rules of the list's day let it hold."""

    account: Account
    limit: Decimal


class Drift(NamedTuple):
    """Our figure beside customs', in CNY."""

    ours: Decimal
    customs: Decimal

    @property
    def difference(self) -> Decimal:
        """Customs' figure minus ours."""
        return self.customs - self.ours


def quota_account(person: str, year: int) -> Account:
    """The annual amount of a person, who is named by a keyed hash, in one Shanghai year."""
    return Account(f"quota/{person}/{year}", "quota", "CNY")


def quantity_account(person: str, group: str, year: int, unit: str = "kg") -> Account:
    """What a person may buy of one group of the Positive List's remarks in one Shanghai year."""
    return Account(f"quantity/{person}/{group}/{year}", "quantity", unit)


def used_by_others(session: Session, account: Account, case: str) -> Decimal:
    """Confirmed and reserved on an account that the caller has locked, without what this case itself reserves."""
    own = (each.amount for each in open_reservations(session, case, ledger=account.ledger) if each.debit == account.id)
    return balance(session, account.id).used - sum(own, NOTHING)


def hold(session: Session, limit: Limit, amount: Decimal, *, case: str, hold_id: str, at: datetime) -> None:
    """Reserve an amount for a case; raises Insufficient where the account has no more."""
    account = limit.account
    lock(session, account)
    _grant(session, limit, at)
    if amount:
        reserve(session, Move(hold_id, account, _side(account, "used"), amount, at, reference=case))


def let_go(session: Session, case: str, at: datetime, *, but: str) -> None:
    """A list is judged again: what it reserved before goes, but for reservations whose id begins with `but`."""
    earlier = (each for each in _open(session, case) if not each.id.startswith(but))
    end_all(session, "void", {f"{each.id}|void": each for each in earlier}, at, reason="judged again")


def confirm_holds(session: Session, case: str, at: datetime) -> None:
    """The list is released: what it reserved is used for good."""
    end_all(session, "confirm", {f"{each.id}|confirmed": each for each in _open(session, case)}, at)


def give_back(session: Session, case: str, at: datetime, *, reason: str) -> None:
    """The list ended without staying released: everything goes back to the year it was taken from (D-09)."""
    end_all(session, "void", {f"{each.id}|void": each for each in _open(session, case)}, at, reason=reason)
    for each in posted_of(session, case, ledger=LEDGERS):
        left = each.amount - reversed_of(session, each.id)
        if left:
            reverse(session, f"{each.id}|back", each.id, left, at, reason=reason)


def restore(session: Session, case: str, amount: Decimal, at: datetime, *, transfer_id: str, reason: str) -> None:
    """Give back a part of a released list's annual amount, to its original year. Raises Conflict for more than it took.

    A list has one confirmed amount; a list that counted nothing gives nothing back.
    """
    for each in posted_of(session, case, ledger="quota"):
        reverse(session, transfer_id, each.id, amount, at, reason=reason)


def note_customs_figure(
    session: Session,
    *,
    person: str,
    year: int,
    figure: Decimal,
    limit: Decimal,
    at: datetime,
    transfer_id: str,
    reason: str,
) -> Drift:
    """Keep what customs says a person has used at least, and count what is missing in ours as bought elsewhere.

    A lower figure changes nothing: customs may not know of our newest lists yet. The same id again changes nothing.
    """
    account = quota_account(person, year)
    lock(session, account)
    ours = balance(session, account.id).used
    if session.get(CustomsFigure, transfer_id) is None:
        session.add(CustomsFigure(id=transfer_id, account=account.id, figure=figure, ours=ours, at=at, reason=reason))
        _grant(session, Limit(account, limit), at)
        missing = min(figure - ours, balance(session, account.id).available)
        if missing > 0:
            post(session, Move(transfer_id, account, _side(account, "elsewhere"), missing, at, account.id, reason))
    return Drift(ours, figure)


def person_of(session: Session, case: str) -> str | None:
    """The keyed hash of the person whose annual amount a case took; None where it took nothing."""
    taken = [*open_reservations(session, case, ledger="quota"), *posted_of(session, case, ledger="quota")]
    return taken[0].debit.split("/")[1] if taken else None


def holding(session: Session, person: str, year: int) -> Balance:
    """A person's annual amount at this moment."""
    return balance(session, quota_account(person, year).id)


def sides(account: Account) -> tuple[Account, Account]:
    """What a person's account moves against."""
    return _side(account, "granted"), _side(account, "used")


def _open(session: Session, case: str) -> Sequence[LedgerTransfer]:
    """A case's open reservations, on accounts that are this transaction's from now on, all of them at once."""
    locked = session.exec(_ACCOUNTS_OF, params={"case": case}).all()
    rows = open_reservations(session, case, ledger=LEDGERS)
    keep(session, locked, among=[side for row in rows for side in (row.debit, row.credit)])
    return rows


def _grant(session: Session, limit: Limit, at: datetime) -> None:
    """Let the account hold as much as the rules say; a limit that sank takes nothing away from what was used."""
    account = limit.account
    granted = balance(session, account.id).credits
    if granted < limit.limit:
        grant_id = f"{account.id}|granted|{limit.limit:f}"
        more = limit.limit - granted
        post(session, Move(grant_id, _side(account, "granted"), account, more, at, account.id, "limit of the year"))


def _side(account: Account, name: str) -> Account:
    return Account(f"{account.ledger}/{name}", account.ledger, account.unit, limited=False)
