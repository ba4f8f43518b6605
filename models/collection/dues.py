"""What each released list owes, from its release until its tax is settled; whoever changes it locks the row.

A transaction that also locks the list's record or accounts of the ledger takes the record first, then the row, then
the accounts: so no two wait for each other.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from sqlmodel import Session, col, update

from clearway.contracts.collection import CollectNow
from clearway.contracts.facts import LegalClocks, TaxAssessment
from clearway.contracts.keys import CollectionKey
from models import notices
from models.collection.billing import AT_A_TIME, NOTHING, bill_of, lower, owed
from models.collection.letters import Letter, post
from models.ledger.accounts import insert_once
from models.tables import BillRecord, TaxDue

OPEN, SETTLED, VOID, CALLED = "open", "settled", "void", "called"
COLLECT = "collect"
A_DAY = timedelta(days=1)


def open_due(
    session: Session,
    *,
    workflow_id: str,
    clocks: LegalClocks,
    tax: TaxAssessment,
    agent: str,
    customs: str,
    enterprise: str,
    profile: str,
    at: datetime,
) -> None:
    """Note what a released list owes, and see that its agent's collection runs; the same list again changes nothing."""
    session.connection().execute(
        insert_once(session, TaxDue),
        {
            "workflow_id": workflow_id,
            "agent": agent,
            "customs": customs,
            "enterprise": enterprise,
            "profile": profile,
            "released_at": clocks.released_at,
            "payable_from": clocks.tax_window_opens,
            "held_until": clocks.held_tax_paid_at,
            "guard_at": clocks.payment_guard_at,
            "pay_before": clocks.payment_before,
            "deadline": clocks.payment_deadline,
            "assessed": tax.total,
            "lines": len(tax.lines),
            "due": tax.total,
            "held": NOTHING,
            "paid": NOTHING,
            "refund": NOTHING,
            "blocked": "",
            "state": OPEN,
            "alarmed": 0,
            "told": "",
            "provisional": clocks.provisional,
            "changed_at": at,
        },
    )
    key = CollectionKey(agent=agent, customs=customs)
    post(session, [Letter(COLLECT, key.workflow_id, f"{agent}|{customs}", CollectNow(at=at))], at)
    if clocks.payment_guard_at <= at + A_DAY:
        _wake_if_urgent(session, session.get_one(TaxDue, workflow_id), at)


def hold(session: Session, workflow_id: str, held: Decimal, at: datetime) -> None:
    """Set what is suspended for open returns, in CNY; a list that ended without tax has nothing to suspend."""
    row = locked(session, workflow_id)
    if row is None or row.state == VOID or row.held == held:
        return
    row.held = held
    _keep(session, row, at)


def reassess(session: Session, workflow_id: str, due: Decimal, held: Decimal, at: datetime) -> Decimal:
    """Set what is due after goods came back, and what is still held; answers what was paid beyond it, in all.

    A list that ended without tax goes on owing nothing, whatever comes back of it afterwards.
    """
    row = locked(session, workflow_id)
    if row is None:
        return NOTHING
    if row.state == VOID:
        return row.refund
    lower(row, due, at)
    row.held = held
    note_refund(session, row, bill_of(session, workflow_id), at)
    _keep(session, row, at)
    return row.refund


def block(session: Session, workflow_id: str, reason: str, at: datetime) -> None:
    """Keep a list out of every batch for a reason of one word."""
    row = locked(session, workflow_id)
    if row is not None and reason not in (reasons := _reasons(row)):
        row.blocked = ",".join(sorted({*reasons, reason}))
        _keep(session, row, at)


def unblock(session: Session, workflow_id: str, reason: str, at: datetime) -> None:
    """Take a reason away; without any, the next batch takes the list."""
    row = locked(session, workflow_id)
    if row is not None and reason in (reasons := _reasons(row)):
        row.blocked = ",".join(sorted(reasons - {reason}))
        _keep(session, row, at)


def void(session: Session, workflow_id: str, at: datetime) -> None:
    """The list ended without tax: nothing is due any more, and what was paid is to be claimed back."""
    row = locked(session, workflow_id)
    if row is None or row.state == VOID:
        return
    row.due, row.held, row.state = NOTHING, NOTHING, VOID
    note_refund(session, row, bill_of(session, workflow_id), at)
    _keep(session, row, at)


def settle_clocks(session: Session, workflow_ids: Sequence[str], clocks: LegalClocks) -> None:
    """Give lists released on one day the deadlines with the holidays that are announced by now."""
    values = {
        "payable_from": clocks.tax_window_opens,
        "held_until": clocks.held_tax_paid_at,
        "guard_at": clocks.payment_guard_at,
        "pay_before": clocks.payment_before,
        "deadline": clocks.payment_deadline,
        "provisional": clocks.provisional,
    }
    for start in range(0, len(workflow_ids), AT_A_TIME):
        ids = col(TaxDue.workflow_id).in_(workflow_ids[start : start + AT_A_TIME])
        session.execute(
            update(TaxDue).where(ids, col(TaxDue.state) == OPEN).values(**values),
            execution_options={"synchronize_session": False},
        )


def find(session: Session, workflow_id: str) -> TaxDue | None:
    """What a list owes; None for one that was released under 0.2 or not at all."""
    return session.get(TaxDue, workflow_id, populate_existing=True)


def locked(session: Session, workflow_id: str) -> TaxDue | None:
    """The row, kept to this transaction."""
    return session.get(TaxDue, workflow_id, populate_existing=True, with_for_update=True)


def note_refund(session: Session, row: TaxDue, bill: BillRecord | None, at: datetime) -> None:
    """What was paid beyond what is due: the agent claims it back from customs (RULEBOOK B.9.5)."""
    refund = max(row.paid - owed(row, bill), NOTHING)
    if refund == row.refund:
        return
    row.refund = refund
    notices.tell(
        session,
        recipient=row.agent,
        kind="REFUND_REQUESTED",
        subject=row.workflow_id,
        at=at,
        key=f"{row.workflow_id}|{refund:f}",
        refund=f"{refund:f}",
        paid=f"{row.paid:f}",
        customs=row.customs,
    )


def _keep(session: Session, row: TaxDue, at: datetime) -> None:
    row.changed_at = at
    session.add(row)
    session.flush()
    _wake_if_urgent(session, row, at)


def _wake_if_urgent(session: Session, row: TaxDue, at: datetime) -> None:
    """A list that is to be paid before the next daily run was certain to see it wakes the collection by itself."""
    if row.state != OPEN or row.blocked or row.guard_at > at + A_DAY:
        return
    key = CollectionKey(agent=row.agent, customs=row.customs)
    post(session, [Letter(COLLECT, key.workflow_id, f"{row.workflow_id}|{at.isoformat()}", CollectNow(at=at))], at)


def _reasons(row: TaxDue) -> set[str]:
    return {reason for reason in row.blocked.split(",") if reason}
