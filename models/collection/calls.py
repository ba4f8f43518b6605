"""Customs takes an unpaid list's tax from its guarantee; the list hears that its tax is settled (RULEBOOK B.9.2)."""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session, col, select

from clearway.contracts.collection import TaxNews
from clearway.contracts.facts import PaymentOutcome, TaxPayment
from clearway.contracts.states import State
from models import notices
from models.collection.billing import NOTHING, bill_of, owed
from models.collection.dues import CALLED, OPEN, locked, note_refund
from models.collection.letters import Letter, post
from models.collection.settling import TAX
from models.ledger import guarantee
from models.ledger.guarantee_standing import LEDGER
from models.ledger.transfers import Conflict, find, open_reservations
from models.tables import CaseRecord, TaxDue
from models.telling import tell_ends

GUARANTEE_CALLED = "GUARANTEE_CALLED"


def keep_lists(session: Session, workflow_ids: Iterable[str]) -> None:
    """Keep the records, then the rows, of all lists that one transaction calls: in one order, before any account.

    List by list, a transaction would hold an account while it waits for the next record, whose owner waits for the
    account.
    """
    ids = sorted(set(workflow_ids))
    for table in (CaseRecord, TaxDue):
        rows = select(table.workflow_id).where(col(table.workflow_id).in_(ids)).order_by(col(table.workflow_id))
        session.exec(rows.with_for_update()).all()


def call_guarantee(session: Session, workflow_id: str, at: datetime, transfer_id: str) -> TaxDue:
    """Customs has called what a list holds of its guarantee; the same `transfer_id` again changes nothing.

    Raises Conflict for a list that holds no guarantee, whose tax is settled already, or that owes nothing here.
    """
    record = session.exec(select(CaseRecord).where(CaseRecord.workflow_id == workflow_id).with_for_update()).first()
    row = locked(session, workflow_id)
    if row is None:
        raise Conflict(f"{workflow_id}: owes no tax that is collected")
    if find(session, transfer_id) is not None:
        guarantee.call(session, workflow_id, at, transfer_id=transfer_id)  # the same act, or Conflict
        return row
    if row.state != OPEN:
        raise Conflict(f"{workflow_id}: its tax is {row.state}")
    taken = sum((each.amount for each in open_reservations(session, workflow_id, ledger=LEDGER)), NOTHING)
    guarantee.call(session, workflow_id, at, transfer_id=transfer_id)
    bill = bill_of(session, workflow_id)
    row.state, row.paid, row.settled_at, row.changed_at = CALLED, row.paid + taken, at, at
    left = max(owed(row, bill) - row.paid, NOTHING)
    note_refund(session, row, bill, at)
    if record is not None and record.ended_at is None:
        record.state, record.changed_at, record.ended_at = State.TAXED, at, at
        tell_ends(session, [record], at)
    payment = TaxPayment(
        outcome=PaymentOutcome.PAID,
        amount=taken,
        assessed=row.due,
        bill_no=bill.bill_no if bill else None,
        paid_at=at,
        reason=GUARANTEE_CALLED,
    )
    news = TaxNews(news_id=transfer_id, payment=payment, open=left, settled=True, called=True, at=at)
    post(session, [Letter(TAX, workflow_id, f"{workflow_id}|{transfer_id}", news)], at)
    for recipient in dict.fromkeys((row.agent, row.enterprise)):
        notices.tell(
            session,
            recipient=recipient,
            kind=GUARANTEE_CALLED,
            subject=workflow_id,
            at=at,
            key=transfer_id,
            amount=f"{taken:f}",
            open=f"{left:f}",
            customs=row.customs,
        )
    session.flush()
    return row
