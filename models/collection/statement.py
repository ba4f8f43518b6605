"""The monthly statement of one agent at one customs: every list released in the month, and what became of its tax."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import tuple_
from sqlmodel import Session, col, func, select

from clearway.contracts.base import SHANGHAI, legal_day
from clearway.contracts.keys import CaseKey, CollectionKey
from clearway.rules.calendar import first_of_next_month
from models.collection.billing import AT_A_TIME, NOTHING, bills_of, owed
from models.collection.dues import CALLED
from models.tables import BillRecord, TaxDue, TaxShare


class Line(NamedTuple):
    """One list; amounts in CNY, days in Shanghai."""

    order_no: str
    enterprise: str
    released_on: date
    bill_no: str
    ours: Decimal
    customs: Decimal | None
    difference: Decimal | None
    paid: Decimal
    paid_on: date | None
    late_fee: Decimal
    refund: Decimal
    called: bool
    state: str
    left: Decimal


class Totals(NamedTuple):
    """The columns added up; the difference over the lists that customs billed."""

    lists: int
    ours: Decimal
    customs: Decimal
    difference: Decimal
    paid: Decimal
    late_fee: Decimal
    refund: Decimal
    called: int
    left: Decimal


@dataclass(frozen=True)
class Statement:
    """What an agent owes one customs for the lists released in one month, and what it paid of it."""

    key: CollectionKey
    month: date
    lines: Sequence[Line]

    @property
    def totals(self) -> Totals:
        """The columns added up."""
        return Totals(
            lists=len(self.lines),
            ours=sum((line.ours for line in self.lines), NOTHING),
            customs=sum((line.customs or NOTHING for line in self.lines), NOTHING),
            difference=sum((line.difference or NOTHING for line in self.lines), NOTHING),
            paid=sum((line.paid for line in self.lines), NOTHING),
            late_fee=sum((line.late_fee for line in self.lines), NOTHING),
            refund=sum((line.refund for line in self.lines), NOTHING),
            called=sum(line.called for line in self.lines),
            left=sum((line.left for line in self.lines), NOTHING),
        )


def statement(session: Session, key: CollectionKey, month: date) -> Statement:
    """The statement of a month, given by any of its days; lists released under 0.2 are not in it."""
    return Statement(key, month.replace(day=1), [line for rows in _pages(session, key, month) for line in rows])


def _pages(session: Session, key: CollectionKey, month: date) -> Iterator[list[Line]]:
    """A page at a time, in the order of release: few rows are held at once besides the lines."""
    first = datetime.combine(month.replace(day=1), time.min, SHANGHAI)
    end = datetime.combine(first_of_next_month(month), time.min, SHANGHAI)
    after: tuple[datetime, str] = (first, "")
    while True:
        place = tuple_(col(TaxDue.released_at), col(TaxDue.workflow_id))
        rows = session.exec(
            select(TaxDue)
            .where(TaxDue.agent == key.agent, TaxDue.customs == key.customs)
            .where(col(TaxDue.released_at) >= first, col(TaxDue.released_at) < end, place > after)
            .order_by(col(TaxDue.released_at), col(TaxDue.workflow_id))
            .limit(AT_A_TIME)
        ).all()
        if not rows:
            return
        ids = [row.workflow_id for row in rows]
        bills, paid = bills_of(session, ids), _payments(session, ids)
        yield [_line(row, bills.get(row.workflow_id), *paid.get(row.workflow_id, (NOTHING, None))) for row in rows]
        after = (rows[-1].released_at, rows[-1].workflow_id)
        session.expunge_all()


def _payments(session: Session, ids: Sequence[str]) -> dict[str, tuple[Decimal, datetime | None]]:
    """The late fees of each list, and when the bank paid for it last."""
    shares = (
        select(TaxShare.workflow_id, func.sum(TaxShare.late_fee), func.max(TaxShare.paid_at))
        .where(col(TaxShare.workflow_id).in_(ids))
        .group_by(col(TaxShare.workflow_id))
    )
    return {workflow_id: (fee or NOTHING, paid_at) for workflow_id, fee, paid_at in session.exec(shares)}


def _line(row: TaxDue, bill: BillRecord | None, late_fee: Decimal, paid_at: datetime | None) -> Line:
    by_customs = owed(row, bill)
    case = CaseKey.of(row.workflow_id)
    moment = row.settled_at if row.state == CALLED else paid_at
    return Line(
        order_no=case.order_no,
        enterprise=row.enterprise,
        released_on=legal_day(row.released_at),
        bill_no=bill.bill_no if bill else "",
        ours=row.due,
        customs=by_customs if bill else None,
        difference=by_customs - row.due if bill else None,
        paid=row.paid,
        paid_on=legal_day(moment) if moment else None,
        late_fee=late_fee,
        refund=row.refund,
        called=row.state == CALLED,
        state=row.state,
        left=max(by_customs - row.paid, NOTHING),
    )
