"""Guarantees: what a list's tax takes of its guarantor's guarantee, and what frees or calls it (RULEBOOK B.9.2)."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from sqlalchemy import BindParameter, bindparam, literal, union_all
from sqlmodel import Session, col, select

from clearway.contracts.facts import GuaranteeHold, GuaranteeOutcome
from clearway.rules.parameters import parameters
from models.ledger import guarantee_queue as queue
from models.ledger.accounts import NOTHING, for_update, keep, lock
from models.ledger.guarantee_care import extend, let_pass, top_up
from models.ledger.guarantee_standing import (
    LEDGER,
    PREFIX,
    SECURED,
    Terms,
    guarantee_account,
    standing,
    terms_on,
)
from models.ledger.transfers import (
    OPEN,
    Conflict,
    Move,
    confirm,
    end_all,
    find,
    open_reservations,
    reserve,
    settlement_of,
    void,
)
from models.tables import Guarantee, GuaranteeWait, LedgerAccount, LedgerTransfer

__all__ = [
    "call",
    "extend",
    "free_part",
    "guarantee_account",
    "guarantors_of",
    "hold",
    "let_pass",
    "release",
    "release_all",
    "top_up",
]


_CASES: BindParameter[str] = bindparam("cases", expanding=True)
_HELD = select(LedgerTransfer.debit).where(
    col(LedgerTransfer.reference).in_(_CASES),
    LedgerTransfer.kind == "reserve",
    col(LedgerTransfer.debit).startswith(PREFIX),
    OPEN,
)
_AWAITED = select(literal(PREFIX) + col(GuaranteeWait.guarantor)).where(col(GuaranteeWait.workflow_id).in_(_CASES))
_HELD_OR_AWAITED = for_update(select(LedgerAccount).where(col(LedgerAccount.id).in_(union_all(_HELD, _AWAITED))))


def hold(
    session: Session,
    *,
    guarantor: str,
    amount: Decimal,
    case: str,
    hold_id: str,
    now: datetime,
    profile: str,
    first: bool = False,
) -> GuaranteeHold:
    """Secure the tax of a list, in CNY, or put the list into the queue of its guarantor.

    What the case held before is freed first; nobody overtakes it where it asks for no more than that. The same
    `hold_id` again changes nothing and tells how things stand now. Raises Conflict for an id whose hold has ended.
    The `first` hold of a case has nothing to free, so nothing is looked for.
    """
    guarantors = _keep(session, guarantor, *(() if first else guarantors_of(session, case)))
    terms = terms_on(parameters(), now, profile)
    if not first and (known := find(session, hold_id)):
        return _again(session, known, guarantee_account(guarantor).id, amount, case, terms)
    before = standing(session, guarantor).occupied
    earlier = () if first else _free(session, [case], now, "judged again")
    waits = None if first else queue.wait_of(session, case)
    if amount:
        asked = GuaranteeWait(
            workflow_id=case, guarantor=guarantor, hold_id=hold_id, amount=amount, profile=profile, since=now
        )
        wish = _wish(session, waits, asked)
        kept = sum((row.amount for row in earlier if row.debit == guarantee_account(guarantor).id), NOTHING)
        unhindered = amount <= kept or queue.is_first(session, wish)
        if unhindered and not standing(session, guarantor).obstacle(amount, terms):
            held = queue.secure(session, wish, terms, now, before=before)
        else:
            held = _line_up(session, wish, terms, now)
    else:
        _leave(session, waits)
        held = standing(session, guarantor).recorded(GuaranteeOutcome.NOT_NEEDED, hold_id, amount, terms)
    if earlier or waits:
        for each in guarantors:
            queue.serve(session, each, now)
    return held


def release(session: Session, case: str, at: datetime, *, reason: str) -> None:
    """Free what a case holds and take it out of the queue: rejected, cancelled, returned or paid. Again: nothing."""
    release_all(session, [case], at, reason=reason)


def release_all(session: Session, cases: Sequence[str], at: datetime, *, reason: str) -> None:
    """Free what many cases hold, as `release` does of each, before anybody who waits is served."""
    if guarantors := _keep_held(session, cases):
        _free(session, cases, at, reason)
        for each in guarantors:
            queue.serve(session, each, at, leaving=cases)


def free_part(session: Session, case: str, amount: Decimal, at: datetime, *, transfer_id: str) -> None:
    """Free a part of what a case holds, in CNY, as for a partial return; a case that holds nothing frees nothing.

    Raises Conflict for more than it holds, and for the same id with another amount.
    """
    guarantors = _keep_held(session, [case])
    rest_id = f"{transfer_id}|rest"
    if done := find(session, transfer_id):
        rest = find(session, rest_id)
        if (done.kind, done.reference, done.amount - (rest.amount if rest else NOTHING)) != ("void", case, amount):
            raise Conflict(f"{transfer_id}: used before for another transfer")
        return
    for held in open_reservations(session, case, ledger=LEDGER):
        if amount > held.amount:
            raise Conflict(f"{held.id}: {amount:f} is more than the {held.amount:f} held")
        void(session, transfer_id, held, at, reason="freed in part")
        if amount < held.amount:
            guarantor = held.debit.removeprefix(PREFIX)
            rest_of = Move(rest_id, guarantee_account(guarantor), SECURED, held.amount - amount, at, reference=case)
            reserve(session, rest_of)
    for each in guarantors:
        queue.serve(session, each, at)


def call(session: Session, case: str, at: datetime, *, transfer_id: str) -> None:
    """Customs takes what a case holds, its tax being unpaid; until that is made good the guarantor's lists wait.

    Raises Conflict for a case that holds nothing.
    """
    guarantors = _keep_held(session, [case])
    held = next(iter(open_reservations(session, case, ledger=LEDGER)), None)
    if held is None:
        done = find(session, transfer_id)
        if done is None or (done.kind, done.reference) != ("confirm", case):
            raise Conflict(f"{case}: holds no guarantee that could be called")
        return
    confirm(session, transfer_id, held, at)
    for each in guarantors:
        on_file = session.get(Guarantee, each, populate_existing=True)
        if on_file and on_file.called_at is None:
            on_file.called_at = at
    session.flush()


def guarantors_of(session: Session, case: str) -> set[str]:
    """Whose guarantee a case holds or waits for now."""
    wait = queue.wait_of(session, case)
    held = {row.debit.removeprefix(PREFIX) for row in open_reservations(session, case, ledger=LEDGER)}
    return {*held, wait.guarantor} if wait else held


def _keep(session: Session, *guarantors: str) -> tuple[str, ...]:
    """Keep the accounts of guarantors to this transaction, opened where they are not yet; in one order."""
    found = tuple(sorted(set(guarantors)))
    lock(session, SECURED, *(guarantee_account(each) for each in found))
    return found


def _keep_held(session: Session, cases: Sequence[str]) -> tuple[str, ...]:
    """Keep every account of which cases hold or await anything to this transaction; the guarantors they belong to."""
    locked = session.exec(_HELD_OR_AWAITED, params={"cases": cases}).all()
    keep(session, locked)
    return tuple(row.id.removeprefix(PREFIX) for row in locked)


def _free(session: Session, cases: Sequence[str], at: datetime, reason: str) -> Sequence[LedgerTransfer]:
    held = open_reservations(session, *cases, ledger=LEDGER)
    end_all(session, "void", {f"{row.id}|freed": row for row in held}, at, reason=reason[:200])
    return held


def _leave(session: Session, wait: GuaranteeWait | None) -> None:
    if wait:
        session.delete(wait)
        session.flush()


def _wish(session: Session, waits: GuaranteeWait | None, asked: GuaranteeWait) -> GuaranteeWait:
    """What a list asks for: in the place where it waits for the same guarantor, else not lined up yet."""
    if waits is None or waits.guarantor != asked.guarantor:
        _leave(session, waits)
        return asked
    waits.hold_id, waits.amount, waits.profile = asked.hold_id, asked.amount, asked.profile
    session.flush()
    return waits


def _line_up(session: Session, wait: GuaranteeWait, terms: Terms, now: datetime) -> GuaranteeHold:
    """Wait, unless what was freed serves everybody down to this list."""
    session.add(wait)
    session.flush()
    if held := queue.serve(session, wait.guarantor, now, caller=wait.workflow_id, terms=terms):
        return held
    found, place = standing(session, wait.guarantor), queue.place_of(session, wait)
    why = found.why_it_waits(wait.amount, terms, place)
    return found.recorded(GuaranteeOutcome.AWAITING, wait.hold_id, wait.amount, terms, place=place, why=why)


def _again(
    session: Session, known: LedgerTransfer, account: str, amount: Decimal, case: str, terms: Terms
) -> GuaranteeHold:
    """The answer to a hold that was made before."""
    if (known.kind, known.debit, known.amount, known.reference) != ("reserve", account, amount, case):
        raise Conflict(f"{known.id}: used before for another transfer")
    if ended := settlement_of(session, known.id):
        raise Conflict(f"{known.id}: ended before by {ended.kind} {ended.id}")
    found = standing(session, account.removeprefix(PREFIX))
    return found.recorded(
        GuaranteeOutcome.HELD, known.id, amount, terms, crossed=known.reason.startswith(queue.CROSSED)
    )
