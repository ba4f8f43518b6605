"""How a collection stands: what is open, what its last batches did, and when it is to run again."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import ColumnElement, case
from sqlmodel import Session, col, func, select

from clearway.contracts.base import SHANGHAI, legal_day
from clearway.contracts.collection import BatchView
from clearway.contracts.keys import CollectionKey
from clearway.rules.collection import next_batch
from clearway.rules.parameters import rules_in_force
from models.collection.billing import BINDING, NOTHING
from models.collection.drawing import DRAWN, PAID
from models.collection.dues import OPEN
from models.collection.sweeping import OVERDUE
from models.collection.work import Standing
from models.due_watch import BILL_MISSING
from models.rule_packs import RulePacks, newest
from models.tables import BillRecord, TaxBatch, TaxDue
from models.tables.columns import PLACES

SHOWN = 5
"""Batches that a collection shows; the others are in the database."""
AN_INSTANT = timedelta(microseconds=1)
Ours = tuple[ColumnElement[bool], ...]


def standing(session: Session, packs: RulePacks, key: CollectionKey, now: datetime) -> Standing:
    """How a collection stands at an instant; raises NoRuleInForce before 2016-04-08."""
    ours = (col(TaxDue.agent) == key.agent, col(TaxDue.customs) == key.customs, col(TaxDue.state) == OPEN)
    unpaid = col(TaxDue.due) > col(TaxDue.paid)
    left = col(TaxDue.due) - col(TaxDue.held) - col(TaxDue.paid)
    payable = func.sum(case((left > 0, left), else_=0))  # of whole numbers of 0.00001
    lists, units = session.exec(select(func.count(), payable).where(*ours)).one()
    first = session.exec(select(TaxDue).where(*ours, unpaid).order_by(col(TaxDue.pay_before)).limit(1)).first()
    batches = latest_batches(session, key, SHOWN)
    return Standing(
        open_lists=lists,
        open_amount=Decimal(units or 0).scaleb(-PLACES),
        next_run_at=_next_run(session, packs, key, now, ours),
        next_deadline=first.deadline if first else None,
        pay_before=first.pay_before if first else None,
        batches=tuple(_shown(batch) for batch in batches),
        alarms=tuple(_alarms(session, packs, batches, ours, now)),
    )


def latest_batches(session: Session, key: CollectionKey, limit: int) -> Sequence[TaxBatch]:
    """The latest batches of a collection, newest first."""
    batches = select(TaxBatch).where(TaxBatch.agent == key.agent, TaxBatch.customs == key.customs)
    return session.exec(
        batches.order_by(col(TaxBatch.drawn_at).desc(), col(TaxBatch.batch_id).desc()).limit(limit)
    ).all()


def _next_run(session: Session, packs: RulePacks, key: CollectionKey, now: datetime, ours: Ours) -> datetime:
    """The next daily batch, or before it the instant at which a list becomes payable, or late, by itself."""
    with rules_in_force(packs.numbered(session, newest(session))):
        daily = next_batch(now.astimezone(SHANGHAI) + AN_INSTANT, profile="SEED")
    instants = [daily]
    payable = col(TaxDue.payable_from) < daily  # all of these come after day 31, when most lists are paid at once
    for each, wanted in (
        (col(TaxDue.guard_at), col(TaxDue.blocked) == ""),
        (col(TaxDue.held_until), col(TaxDue.held) > NOTHING),
        (col(TaxDue.pay_before), col(TaxDue.due) > col(TaxDue.paid)),
    ):
        first = select(func.min(each)).where(*ours, wanted, payable, each > now, each < daily)
        if (found := session.exec(first).one()) is not None:
            instants.append(found)
    return min(instants)


def _alarms(session: Session, packs: RulePacks, batches: Sequence[TaxBatch], ours: Ours, now: datetime) -> list[str]:
    """What somebody should look at."""
    found = []
    ended = next((batch for batch in batches if batch.outcome != DRAWN), None)
    if ended is not None and ended.outcome != PAID:
        found.append("REFUSED")
    unpaid = col(TaxDue.due) > col(TaxDue.paid)
    if session.exec(select(TaxDue.workflow_id).where(*ours, col(TaxDue.told) == OVERDUE, unpaid).limit(1)).first():
        found.append(OVERDUE)
    day = _bill_missing_day(session, packs, now)
    billed = select(BillRecord.bill_no).where(BillRecord.workflow_id == TaxDue.workflow_id, *BINDING).exists()
    if session.exec(select(TaxDue.workflow_id).where(*ours, col(TaxDue.alarmed) >= day, ~billed).limit(1)).first():
        found.append(BILL_MISSING)
    return found


def _bill_missing_day(session: Session, packs: RulePacks, now: datetime) -> int:
    rules = packs.numbered(session, newest(session))
    return int(rules.value("alarms.bill_missing_day", on=legal_day(now)).value)


def _shown(batch: TaxBatch) -> BatchView:
    return BatchView(
        batch_id=batch.batch_id,
        drawn_at=batch.drawn_at,
        lists=batch.lists,
        billed=batch.billed,
        assessed=batch.assessed,
        differing=batch.differing,
        paid=batch.paid,
        late_fee=batch.late_fee,
        outcome=batch.outcome,
        reason=batch.reason,
    )
