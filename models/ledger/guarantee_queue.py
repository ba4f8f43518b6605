"""The queue of lists that wait for a guarantee: who is served, in which order, and how its workflow hears of it."""

import json
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import bindparam
from sqlmodel import Session, col, func, select

from clearway.contracts.facts import GuaranteeGranted, GuaranteeHold, GuaranteeOutcome
from clearway.rules.parameters import Parameters
from models import notices
from models.inbox import ItemState
from models.ledger.acts import keep
from models.ledger.guarantee_standing import SECURED, Terms, guarantee_account, in_fen, standing, terms_on
from models.ledger.transfers import Move, reserve
from models.rule_packs import RulePacks
from models.tables import CaseRecord, GuaranteeWait, InboxItem

CROSSED = "warning share reached"
"""Begins the reason of the reservation that took a guarantee to its warning share."""
LOW = "GUARANTEE_LOW"
"""What the guarantor is told then."""
AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)
"""Due whatever the deliverer's clock says: the time of a workflow may run ahead of it."""

_WAITS = select(GuaranteeWait).execution_options(populate_existing=True)
_WAIT = _WAITS.where(col(GuaranteeWait.workflow_id) == bindparam("case"))
_OF_GUARANTOR = col(GuaranteeWait.guarantor) == bindparam("guarantor")
_QUEUE = _WAITS.where(_OF_GUARANTOR).order_by(col(GuaranteeWait.number))
_FIRST = select(func.min(GuaranteeWait.number)).where(_OF_GUARANTOR)

_packs: WeakKeyDictionary[Any, RulePacks] = WeakKeyDictionary()
"""The rule packs read so far, by their database."""


def wait_of(session: Session, case: str) -> GuaranteeWait | None:
    """A list's place in a queue, as the database has it now."""
    return session.exec(_WAIT, params={"case": case}).first()


def queue_of(session: Session, guarantor: str) -> Sequence[GuaranteeWait]:
    """Who waits for a guarantor's guarantee, in order."""
    return session.exec(_QUEUE, params={"guarantor": guarantor}).all()


def place_of(session: Session, wait: GuaranteeWait) -> int:
    """How many are served before it, and itself."""
    ahead = select(func.count()).where(GuaranteeWait.guarantor == wait.guarantor)
    return session.exec(ahead.where(col(GuaranteeWait.number) <= wait.number)).one()


def is_first(session: Session, wait: GuaranteeWait) -> bool:
    """Whether nobody waits before it; it may not have lined up yet."""
    first = session.exec(_FIRST, params={"guarantor": wait.guarantor}).one()
    return first in (None, wait.number)


def terms_of(session: Session, wait: GuaranteeWait, at: datetime) -> Terms:
    """The rules for a list that waits: those it was opened under (DESIGN law 1), on the day it can be filed."""
    return terms_on(rules_of(session, session.get(CaseRecord, wait.workflow_id)), at, wait.profile)


def rules_of(session: Session, record: CaseRecord | None) -> Parameters:
    """The rules that a list was opened under; without a list, those for lists that are opened now."""
    return _packs.setdefault(session.get_bind().engine, RulePacks()).of(session, record)


def serve(
    session: Session,
    guarantor: str,
    at: datetime,
    *,
    caller: str = "",
    terms: Terms | None = None,
    leaving: Collection[str] = (),
) -> GuaranteeHold | None:
    """Secure the lists that wait, from the front, until one does not fit: no list overtakes another (RULEBOOK B.9.5).

    The transaction keeps the guarantor's account. The caller's own list, for which it gives the terms, is the answer,
    the others are told by news; those that leave the queue are taken out of it first.
    """
    own, waiting = None, queue_of(session, guarantor)
    for wait in waiting:
        if wait.workflow_id in leaving:
            session.delete(wait)
    for wait in waiting:
        if wait.workflow_id in leaving:
            continue
        its = terms if terms and wait.workflow_id == caller else terms_of(session, wait, at)
        if standing(session, guarantor).obstacle(wait.amount, its):
            break
        held = secure(session, wait, its, at)
        if wait.workflow_id == caller:
            own = held
        else:
            tell(session, wait, held, at)
    return own


def secure(
    session: Session, wait: GuaranteeWait, terms: Terms, at: datetime, *, before: Decimal | None = None, why: str = ""
) -> GuaranteeHold:
    """Reserve what a list asks, which takes it out of the queue; `before` is what counted as occupied until now."""
    found = standing(session, wait.guarantor)
    known = found.occupied if before is None else before
    crossed = found.warns(found.occupied + wait.amount, terms) and not found.warns(known, terms)
    reserve(
        session,
        Move(
            id=wait.hold_id,
            debit=guarantee_account(wait.guarantor),
            credit=SECURED,
            amount=wait.amount,
            at=at,
            reference=wait.workflow_id,
            reason="; ".join(word for word in (CROSSED if crossed else "", why) if word)[:200],
        ),
    )
    if wait.number is not None:
        session.delete(wait)
        session.flush()
    now = standing(session, wait.guarantor)
    if crossed:
        notices.tell(
            session,
            recipient=wait.guarantor,
            kind=LOW,
            subject=wait.workflow_id,
            at=at,
            key=wait.hold_id,
            total=f"{in_fen(now.total):f}",
            occupied=f"{in_fen(now.occupied):f}",
            warning_share=f"{terms.warning.value:f}",
        )
    return now.recorded(GuaranteeOutcome.HELD, wait.hold_id, wait.amount, terms, crossed=crossed)


def tell(session: Session, wait: GuaranteeWait, held: GuaranteeHold, at: datetime) -> None:
    """Leave the news in the inbox, in the same transaction; the gateway delivers it at least once (DESIGN law 6)."""
    granted = GuaranteeGranted(hold_id=wait.hold_id, hold=held, at=at)
    payload = json.dumps({"addresses": [wait.workflow_id], "grant": granted.model_dump(mode="json")})
    session.add(
        InboxItem(
            raw_id=keep(session, "grant", payload, at),
            kind="grant",
            address=wait.workflow_id,
            dedupe_key=f"grant|{wait.hold_id}",
            workflow_id=wait.workflow_id,
            state=ItemState.WAITING,
            wakes=True,
            payload=payload,
            arrived_at=at,
            deliver_by=AT_ONCE,
            repeats=0,
            tries=0,
            fault="",
        )
    )
    session.flush()
