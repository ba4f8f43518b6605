"""Transfers: post at once, or reserve first and then confirm or void; each id moves the ledger at most once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import Insert, bindparam, exists
from sqlalchemy.orm import aliased
from sqlalchemy.sql.dml import ReturningInsert
from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from models.ledger.accounts import NOTHING, Account, insert_once, lock, lock_opened
from models.tables import LedgerAccount, LedgerTransfer
from models.tables.columns import LARGEST, PLACES

POSTED = ("post", "confirm")
SMALLEST_AMOUNT, LARGEST_AMOUNT = Decimal(1).scaleb(-PLACES), Decimal(LARGEST).scaleb(-PLACES)
LONGEST_ID = 180
"""Characters of an id, so that there is room in the column for the id of its expiry."""

Reservation = str | LedgerTransfer
"""A reservation by its id, or as whoever names it has read it: what it says never changes."""

_END = aliased(LedgerTransfer)
OPEN = ~exists().where(col(_END.settles) == col(LedgerTransfer.id))
"""That a reservation has not ended."""

# Asked for every list several times; putting a statement together costs more than running it.
_BY_ID = select(LedgerTransfer).where(col(LedgerTransfer.id) == bindparam("id"))
_SETTLING = select(LedgerTransfer).where(col(LedgerTransfer.settles) == bindparam("id"))
_OPEN_OF = (
    select(LedgerTransfer)
    .join(LedgerAccount, col(LedgerAccount.id) == LedgerTransfer.debit)
    .where(LedgerTransfer.kind == "reserve", OPEN)
    .where(col(LedgerTransfer.reference).in_(bindparam("references", expanding=True)))
    .where(col(LedgerAccount.ledger).in_(bindparam("ledgers", expanding=True)))
    .order_by(col(LedgerTransfer.number))
    .execution_options(autoflush=False)  # what was written of transfers is in the database already
)
_POSTED_OF = (
    select(LedgerTransfer)
    .join(LedgerAccount, col(LedgerAccount.id) == LedgerTransfer.debit)
    .where(col(LedgerTransfer.kind).in_(POSTED), col(LedgerTransfer.reference) == bindparam("reference"))
    .where(col(LedgerAccount.ledger).in_(bindparam("ledgers", expanding=True)))
    .order_by(col(LedgerTransfer.number))
    .execution_options(autoflush=False)
)


class LedgerRefused(Exception):
    """A transfer cannot be made; nothing was moved."""


class Insufficient(LedgerRefused):
    """The account does not hold as much."""

    def __init__(self, account: str, available: Decimal, asked: Decimal) -> None:
        super().__init__(f"{account}: {asked:f} asked, {available:f} available")
        self.available = available
        self.asked = asked


class Conflict(LedgerRefused):
    """The id was used for another transfer, or the reservation is settled, expired or unknown."""


@dataclass(frozen=True, slots=True)
class Move:
    """What a caller asks for; `at` has a time zone, the amount is in the unit of both accounts and above zero."""

    id: str
    debit: Account
    credit: Account
    amount: Decimal
    at: datetime
    reference: str = ""
    reason: str = ""
    expires_at: datetime | None = None


def post(session: Session, move: Move) -> LedgerTransfer:
    """Move an amount for good. Raises Insufficient, Conflict; the same id and content again changes nothing.

    An amount that cannot be kept exactly, or accounts that do not go together, are the caller's error: ValueError.
    """
    return _enter(session, move, "post")


def reserve(session: Session, move: Move) -> LedgerTransfer:
    """Set an amount aside on the debit account until it is confirmed, voided or expires. Raises as `post` does."""
    return _enter(session, move, "reserve")


def confirm(
    session: Session, transfer_id: str, reservation: Reservation, at: datetime, *, amount: Decimal | None = None
) -> LedgerTransfer:
    """Post a reservation, whole or a smaller amount; the rest is free again. Raises Conflict."""
    return _settle(session, transfer_id, reservation, "confirm", at, amount)


def void(
    session: Session, transfer_id: str, reservation: Reservation, at: datetime, *, reason: str = ""
) -> LedgerTransfer:
    """Free a reservation. Raises Conflict."""
    return _settle(session, transfer_id, reservation, "void", at, None, reason)


def end_all(session: Session, kind: str, ends: Mapping[str, LedgerTransfer], at: datetime, *, reason: str = "") -> None:
    """Confirm or void many reservations as `confirm` and `void` do one; each by the id of the transfer that ends it."""
    accounts = lock_opened(session, *(side for row in ends.values() for side in (row.debit, row.credit)))
    found = {each: _end_of(row, each, kind, at, None, reason) for each, row in ends.items()}
    if any(_why_not(row, found[each], accounts.get(row.credit)) for each, row in ends.items()):
        for each, row in ends.items():
            _settle(session, each, row, kind, at, None, reason)
        return
    added = _write_all(session, list(found.values()))
    for each, row in ends.items():
        if each in added:
            _count(accounts, row, found[each])
        elif _known(session, found[each]) is None:
            _see_open(session, row.id)


def reverse(
    session: Session, transfer_id: str, original_id: str, amount: Decimal, at: datetime, *, reason: str = ""
) -> LedgerTransfer:
    """Give back a posted amount or a part of it, by a row of its own. Raises Conflict for more than was posted."""
    _check_amount(amount)
    original = find(session, original_id)
    if original is None or original.kind not in POSTED:
        raise Conflict(f"{original_id}: no posted transfer to reverse")
    accounts = lock_opened(session, original.debit, original.credit)
    found = LedgerTransfer(
        id=transfer_id,
        kind="reverse",
        debit=original.credit,
        credit=original.debit,
        amount=amount,
        reverses=original_id,
        reference=original.reference,
        reason=reason,
        at=at,
    )
    if known := _known(session, found):
        return known
    _keep_to_oneself(session, original_id)
    if amount > original.amount - reversed_of(session, original_id):
        raise Conflict(f"{original_id}: {amount:f} is more than is left to reverse")
    given = accounts.get(original.debit)
    taken = accounts.get(original.credit)
    if taken:
        _need(session, taken, amount, at)
    if twin := _write(session, found):
        return twin
    if given:
        given.debits -= amount
    if taken:
        taken.credits -= amount
    return found


def expire(session: Session, now: datetime, *, limit: int = 100) -> Sequence[LedgerTransfer]:
    """Free reservations whose time is over at `now`, oldest first; what was freed."""
    over = session.exec(_over(now).limit(limit)).all()
    lock_opened(session, *(row.debit for row in over))
    return [_expire(session, row, now) for row in over if settlement_of(session, row.id) is None]


def find(session: Session, transfer_id: str) -> LedgerTransfer | None:
    """A transfer by its id."""
    return session.exec(_BY_ID, params={"id": transfer_id}).first()


def settlement_of(session: Session, reservation_id: str) -> LedgerTransfer | None:
    """What ended a reservation; None while it is open."""
    return session.exec(_SETTLING, params={"id": reservation_id}).first()


def reversed_of(session: Session, original_id: str) -> Decimal:
    """How much of a posted transfer was given back."""
    total = select(func.sum(LedgerTransfer.amount)).where(LedgerTransfer.reverses == original_id)
    return session.exec(total).one() or NOTHING


def open_reservations(session: Session, *references: str, ledger: str | Sequence[str]) -> Sequence[LedgerTransfer]:
    """The reservations of owners that are neither confirmed nor void, in order; in one ledger or several."""
    ledgers = (ledger,) if isinstance(ledger, str) else tuple(ledger)
    return session.exec(_OPEN_OF, params={"references": references, "ledgers": ledgers}).all()


def posted_of(session: Session, reference: str, *, ledger: str | Sequence[str]) -> Sequence[LedgerTransfer]:
    """What one owner has posted, in order; reversals are rows of their own."""
    ledgers = (ledger,) if isinstance(ledger, str) else tuple(ledger)
    return session.exec(_POSTED_OF, params={"reference": reference, "ledgers": ledgers}).all()


def accounts_of(session: Session, reference: str, *ledgers: str) -> Sequence[str]:
    """The accounts that one owner took anything from, in these ledgers; ids."""
    rows = (
        select(LedgerTransfer.debit)
        .join(LedgerAccount, col(LedgerAccount.id) == LedgerTransfer.debit)
        .where(LedgerTransfer.reference == reference, LedgerAccount.limited, col(LedgerAccount.ledger).in_(ledgers))
    )
    return session.exec(rows.distinct()).all()


def _enter(session: Session, move: Move, kind: str) -> LedgerTransfer:
    _check(move)
    accounts = lock(session, move.debit, move.credit)
    found = LedgerTransfer(
        id=move.id,
        kind=kind,
        debit=move.debit.id,
        credit=move.credit.id,
        amount=move.amount,
        expires_at=move.expires_at,
        reference=move.reference,
        reason=move.reason,
        at=move.at,
    )
    giver, taker = accounts.get(move.debit.id), accounts.get(move.credit.id)
    room_for = taker if kind == "post" else None
    if (giver and _available(giver) < move.amount) or (room_for and not _has_room(room_for, move.amount)):
        if known := _known(session, found):
            return known
        if giver:
            _need(session, giver, move.amount, move.at)
        if room_for:
            _need_room(room_for, move.amount)
    if twin := _write(session, found):
        return twin
    if giver and kind == "reserve":
        giver.reserved += move.amount
    elif giver:
        giver.debits += move.amount
    if room_for:
        room_for.credits += move.amount
    return found


def _settle(
    session: Session,
    transfer_id: str,
    reservation: Reservation,
    kind: str,
    at: datetime,
    amount: Decimal | None,
    reason: str = "",
) -> LedgerTransfer:
    if amount is not None:
        _check_amount(amount)
    row = find(session, reservation) if isinstance(reservation, str) else reservation
    if row is None or row.kind != "reserve":
        raise Conflict(f"{reservation if row is None else row.id}: no such reservation")
    moved = (row.debit, row.credit) if kind == "confirm" else (row.debit,)
    accounts = lock_opened(session, *moved)
    taker = accounts.get(row.credit) if kind == "confirm" else None
    found = _end_of(row, transfer_id, kind, at, amount, reason)
    if refused := _why_not(row, found, taker):
        if known := _known(session, found):
            return known
        _see_open(session, row.id)
        raise refused
    if twin := _write(session, found):
        return twin
    _count(accounts, row, found)
    return found


def _count(accounts: Mapping[str, LedgerAccount], row: LedgerTransfer, found: LedgerTransfer) -> None:
    """What the end of a reservation changes in the accounts that keep a balance."""
    giver, taker = accounts.get(row.debit), accounts.get(row.credit)
    if giver:
        giver.reserved -= row.amount
    if giver and found.kind == "confirm":
        giver.debits += found.amount
    if taker and found.kind == "confirm":
        taker.credits += found.amount


def _end_of(
    row: LedgerTransfer, transfer_id: str, kind: str, at: datetime, amount: Decimal | None, reason: str
) -> LedgerTransfer:
    return LedgerTransfer(
        id=transfer_id,
        kind=kind,
        debit=row.debit,
        credit=row.credit,
        amount=row.amount if amount is None else amount,
        settles=row.id,
        reference=row.reference,
        reason=reason,
        at=at,
    )


def _why_not(row: LedgerTransfer, found: LedgerTransfer, taker: LedgerAccount | None) -> LedgerRefused | None:
    """What keeps a reservation from being confirmed so."""
    if found.kind != "confirm":
        return None
    if found.amount > row.amount:
        return Conflict(f"{row.id}: {found.amount:f} is more than the {row.amount:f} reserved")
    if row.expires_at is not None and row.expires_at <= found.at:
        return Conflict(f"{row.id}: expired at {row.expires_at.isoformat()}")
    return _no_room(taker) if taker and not _has_room(taker, found.amount) else None


def _see_open(session: Session, reservation_id: str) -> None:
    if settled := settlement_of(session, reservation_id):
        raise Conflict(f"{reservation_id}: ended before by {settled.kind} {settled.id}")


def _known(session: Session, found: LedgerTransfer) -> LedgerTransfer | None:
    """The transfer that is there already under this id; a lock on any of its accounts keeps others from adding it."""
    known = find(session, found.id)
    if known is None:
        return None
    if _content(known) != _content(found):
        raise Conflict(f"{found.id}: used before for another transfer")
    return known


def _content(row: LedgerTransfer) -> tuple[object, ...]:
    return (row.kind, row.debit, row.credit, row.amount, row.settles, row.reverses, row.expires_at, row.reference)


def _write(session: Session, found: LedgerTransfer) -> LedgerTransfer | None:
    """Add a transfer; or the same one, where it is there already.

    The database itself knows whether an id or a reservation was used: asking it first would only cost a statement.
    """
    insert = _numbered(insert_once(session, LedgerTransfer))
    found.number = session.connection().scalar(insert, found.model_dump(exclude={"number"}))
    if found.number is not None:
        return None
    if twin := _known(session, found):
        return twin
    _see_open(session, found.settles or "")
    raise Conflict(f"{found.id}: neither added nor found")


def _write_all(session: Session, found: Sequence[LedgerTransfer]) -> set[str]:
    """Add transfers; the ids of those that were not there yet."""
    if not found:
        return set()
    insert = _named(insert_once(session, LedgerTransfer))
    rows = [each.model_dump(exclude={"number"}) for each in found]
    return set(session.connection().scalars(insert, rows))


@cache
def _named(insert: Insert) -> ReturningInsert[Any]:
    return insert.returning(col(LedgerTransfer.id))


@cache
def _numbered(insert: Insert) -> ReturningInsert[Any]:
    return insert.returning(col(LedgerTransfer.number))


def _keep_to_oneself(session: Session, transfer_id: str) -> None:
    """Keep other reversals of a transfer out, also where it has unlimited accounts only, which nobody locks."""
    session.exec(select(LedgerTransfer.number).where(LedgerTransfer.id == transfer_id).with_for_update()).one()


def _over(now: datetime) -> SelectOfScalar[LedgerTransfer]:
    """Open reservations whose time is over at `now`, oldest first."""
    over = select(LedgerTransfer).where(LedgerTransfer.kind == "reserve", col(LedgerTransfer.expires_at) <= now, OPEN)
    return over.order_by(col(LedgerTransfer.number))


def _expire(session: Session, reservation: LedgerTransfer, now: datetime) -> LedgerTransfer:
    return _settle(session, f"{reservation.id}|expired", reservation, "expire", now, None)


def _check(move: Move) -> None:
    _check_amount(move.amount)
    if move.debit.unit != move.credit.unit:
        raise ValueError(f"{move.id}: {move.debit.unit} cannot be moved to an account of {move.credit.unit}")
    if move.debit.id == move.credit.id:
        raise ValueError(f"{move.id}: from an account to itself")
    if not 0 < len(move.id) <= LONGEST_ID:
        raise ValueError(f"an id has 1 to {LONGEST_ID} characters: {move.id}")


def _check_amount(amount: Decimal) -> None:
    if not (amount.is_finite() and amount > 0):
        raise ValueError(f"a transfer moves more than nothing, not {amount:f}")
    if amount > LARGEST_AMOUNT or amount % SMALLEST_AMOUNT:
        raise ValueError(f"an amount is a multiple of {SMALLEST_AMOUNT:f} up to {LARGEST_AMOUNT:f}, not {amount:f}")


def _need(session: Session, account: LedgerAccount, amount: Decimal, now: datetime) -> None:
    """Make sure that an account of this transaction holds an amount; reservations that are over are freed for it."""
    if _available(account) < amount:
        for reservation in session.exec(_over(now).where(LedgerTransfer.debit == account.id)).all():
            _expire(session, reservation, now)
    if _available(account) < amount:
        raise Insufficient(account.id, _available(account), amount)


def _available(account: LedgerAccount) -> Decimal:
    return account.credits - account.debits - account.reserved


def _need_room(account: LedgerAccount, amount: Decimal) -> None:
    if not _has_room(account, amount):
        raise _no_room(account)


def _has_room(account: LedgerAccount, amount: Decimal) -> bool:
    return account.credits + amount <= LARGEST_AMOUNT


def _no_room(account: LedgerAccount) -> LedgerRefused:
    return LedgerRefused(f"{account.id}: no account takes in more than {LARGEST_AMOUNT:f} in all")
