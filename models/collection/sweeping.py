"""What a run looks after besides paying: deadlines that passed, bills that came after the payment (B.9.3, B.9.5)."""

from datetime import datetime

from sqlmodel import Session, col, select

from clearway.contracts import names
from clearway.contracts.base import legal_day
from clearway.contracts.collection import DueAlarm
from clearway.contracts.keys import CollectionKey
from clearway.rules.allocation import differs
from clearway.rules.parameters import rules_in_force
from models.collection.billing import BINDING, bills_of, owed
from models.collection.drawing import pack_numbers
from models.collection.dues import OPEN
from models.collection.letters import Letter, post
from models.notices import Event, tell_all
from models.rule_packs import RulePacks
from models.tables import BillRecord, TaxDue

OVERDUE = "OVERDUE"
BILL_DIFFERS = "BILL_DIFFERS"
AT_ONCE = 500
"""Lists in one transaction."""


def tell_overdue(session: Session, key: CollectionKey, now: datetime) -> int:
    """Warn once of each list that is unpaid after its deadline; how many were looked at, until none is left."""
    rows = session.exec(
        select(TaxDue)
        .where(TaxDue.agent == key.agent, TaxDue.customs == key.customs, TaxDue.state == OPEN)
        .where(TaxDue.pay_before <= now, col(TaxDue.told) == "")
        .order_by(col(TaxDue.pay_before), col(TaxDue.workflow_id))
        .limit(AT_ONCE)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    bills = bills_of(session, [row.workflow_id for row in rows])
    late = [row for row in rows if owed(row, bills.get(row.workflow_id)) > row.paid]
    for row in rows:
        row.told = OVERDUE
    told = DueAlarm(alarm=OVERDUE, at=now)
    post(
        session,
        [Letter(names.DUE_ALARM, row.workflow_id, f"{OVERDUE}|{row.workflow_id}", told) for row in late],
        now,
    )
    events = [
        _event(recipient, OVERDUE, row, due=f"{row.due - row.paid:f}")
        for row in late
        for recipient in dict.fromkeys((row.agent, row.enterprise))
    ]
    tell_all(session, events, now)
    return len(rows)


def compare_late_bills(session: Session, packs: RulePacks, key: CollectionKey, now: datetime) -> int:
    """Report bills that came after the list was paid by our own figure and differ from it; how many bills came."""
    billed = select(BillRecord.bill_no).where(BillRecord.workflow_id == TaxDue.workflow_id, *BINDING).exists()
    rows = session.exec(
        select(TaxDue)
        .where(TaxDue.agent == key.agent, TaxDue.customs == key.customs, col(TaxDue.unbilled_since) <= now, billed)
        .limit(AT_ONCE)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    ids = [row.workflow_id for row in rows]
    bills, numbers = bills_of(session, ids), pack_numbers(session, ids)
    events: list[Event] = []
    for row in rows:
        row.unbilled_since = None
        difference = owed(row, bills[row.workflow_id]) - row.paid
        with rules_in_force(packs.numbered(session, numbers.get(row.workflow_id, 0))):
            off = differs(difference, lines=row.lines, on=legal_day(now), profile=row.profile)
        if off:
            bill_no = bills[row.workflow_id].bill_no
            events.append(_event(row.agent, BILL_DIFFERS, row, bill_no=bill_no, difference=f"{difference:f}"))
    tell_all(session, events, now)
    return len(rows)


def _event(recipient: str, kind: str, row: TaxDue, **more: str) -> Event:
    details = {"customs": row.customs, "deadline": row.deadline.isoformat(), "paid": f"{row.paid:f}", **more}
    return Event(recipient, kind, row.workflow_id, row.workflow_id, details)
