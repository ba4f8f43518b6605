"""Settling a batch: what the bank paid goes to its lists, frees their guarantees and is told to them (B.9.3)."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlmodel import Session, col, func, select

from clearway.contracts.base import legal_day
from clearway.contracts.collection import TaxNews
from clearway.contracts.facts import LateFee, PaymentOutcome, TaxPayment
from clearway.contracts.states import State
from clearway.rules.allocation import allocate
from clearway.rules.late_fee import late_fee
from clearway.rules.parameters import rules_in_force
from models.collection import paying
from models.collection.billing import NOTHING, bills_of, owed
from models.collection.drawing import DRAWN, PAID, PART_PAID, REFUSED
from models.collection.dues import OPEN, SETTLED, note_refund
from models.collection.letters import Letter, post
from models.ledger import guarantee
from models.ledger.guarantee_standing import LEDGER
from models.ledger.transfers import open_reservations
from models.rule_packs import RulePacks
from models.tables import BillRecord, CaseRecord, PaymentRecord, TaxBatch, TaxDue, TaxOrder, TaxShare
from models.telling import tell_ends

SETTLED_AT_ONCE = 200
"""Lists in one transaction: their guarantor's account is kept for so long."""
TAX = "tax"
AS_IT_IS: Any = {"execution_options": {"populate_existing": True}}
"""Read what the database has now, not what this session read before."""


def settle(session: Session, packs: RulePacks, batch_id: str, now: datetime, *, limit: int = SETTLED_AT_ONCE) -> bool:
    """Enter the bank's answers on some lists of a batch, and end the batch after the last; whether more wait.

    Again, for the same batch: it goes on where it stopped, and enters nothing twice.
    """
    batch = session.get_one(TaxBatch, batch_id, with_for_update=True, populate_existing=True)
    if batch.outcome != DRAWN:
        return False
    found = _answered(session, batch_id, limit + 1)
    entered = found[:limit]
    if entered:
        _Settlement(session, packs, [share for share, _ in entered], now).enter(entered)
        session.flush()
    more = len(found) > limit
    if not more and not paying.count_to_pay(session, batch_id):
        _end(session, batch, now)
    return more


def _answered(session: Session, batch_id: str, limit: int) -> Sequence[tuple[TaxShare, TaxOrder]]:
    """Shares not settled though the bank has answered their order, in the order in which money goes to them."""
    shares = (
        select(TaxShare, TaxOrder)
        .join(TaxOrder, col(TaxOrder.number) == TaxShare.order_number)
        .where(TaxShare.batch_id == batch_id, col(TaxShare.settled_at).is_(None), TaxOrder.state != paying.ASKED)
        .order_by(col(TaxShare.order_number), col(TaxShare.deadline), col(TaxShare.workflow_id))
    )
    return session.exec(shares.limit(limit), **AS_IT_IS).all()


class _Settlement:
    """One transaction over some lists: their records, rows and guarantees, taken in this order."""

    def __init__(self, session: Session, packs: RulePacks, shares: Sequence[TaxShare], now: datetime) -> None:
        ids = sorted({share.workflow_id for share in shares})
        self._session, self._packs, self._now = session, packs, now
        records = select(CaseRecord).where(col(CaseRecord.workflow_id).in_(ids)).order_by(col(CaseRecord.workflow_id))
        rows = select(TaxDue).where(col(TaxDue.workflow_id).in_(ids)).order_by(col(TaxDue.workflow_id))
        self._records = {record.workflow_id: record for record in session.exec(records.with_for_update(), **AS_IT_IS)}
        self._rows = {row.workflow_id: row for row in session.exec(rows.with_for_update(), **AS_IT_IS)}
        self._bills = bills_of(session, ids)
        payments = session.exec(select(PaymentRecord).where(col(PaymentRecord.workflow_id).in_(ids)), **AS_IT_IS)
        self._payments = {payment.workflow_id: payment for payment in payments}
        self._letters: list[Letter] = []
        self._ended: list[CaseRecord] = []
        self._free: dict[str, list[str]] = {}

    def enter(self, answered: Sequence[tuple[TaxShare, TaxOrder]]) -> None:
        """Enter the answers, earliest deadline first within each order."""
        for order in {id(order): order for _, order in answered}.values():
            shares = [share for share, its in answered if its is order]
            paid, order.rest = allocate(order.rest, [share.asked for share in shares])
            for share, amount in zip(shares, paid, strict=True):
                self._enter(share, order, amount)
        for reason, cases in self._free.items():
            guarantee.release_all(self._session, cases, self._now, reason=reason)
        post(self._session, self._letters, self._now)
        tell_ends(self._session, self._ended, self._now)

    def _enter(self, share: TaxShare, order: TaxOrder, amount: Decimal) -> None:
        row = self._rows[share.workflow_id]
        bill = self._bills.get(share.workflow_id)
        share.paid, share.paid_at, share.settled_at = amount, order.paid_at if amount else None, self._now
        fee = self._late_fee(row, share)
        share.late_fee = fee.due if fee else NOTHING
        row.paid += amount
        row.batch_id = row.batch_id if row.batch_id != share.batch_id else None
        row.changed_at = self._now
        if amount:
            self._note_payment(share, order)
        left = max(owed(row, bill) - row.paid, NOTHING)
        if row.state == OPEN:
            self._note_state(row, share, order, left)
        if amount:
            note_refund(self._session, row, bill, self._now)
        if row.state in (OPEN, SETTLED):  # of any other the list has heard its end
            self._letters.append(self._letter(row, bill, share, order, left, fee))

    def _note_state(self, row: TaxDue, share: TaxShare, order: TaxOrder, left: Decimal) -> None:
        if left or row.held:
            self._free_part(row, order, left)
            return
        row.state, row.settled_at = SETTLED, self._now
        if row.paid and share.bill_no is None:
            row.unbilled_since = self._now
        self._free.setdefault("tax paid" if row.paid else "no tax due", []).append(row.workflow_id)
        record = self._records.get(row.workflow_id)
        if record is not None and record.ended_at is None:
            record.state, record.changed_at, record.ended_at = State.TAXED, self._now, self._now
            self._ended.append(record)

    def _free_part(self, row: TaxDue, order: TaxOrder, left: Decimal) -> None:
        """The guarantee secures what is left, and no more."""
        held = sum((each.amount for each in open_reservations(self._session, row.workflow_id, ledger=LEDGER)), NOTHING)
        if held > left:
            transfer_id = f"{row.workflow_id}|paid|{order.number}"
            guarantee.free_part(self._session, row.workflow_id, held - left, self._now, transfer_id=transfer_id)

    def _note_payment(self, share: TaxShare, order: TaxOrder) -> None:
        """What outlives the collection's tables: the list's payments in one row, as lists of 0.2 have it."""
        kept = self._payments.get(share.workflow_id)
        if kept is None:
            kept = PaymentRecord(
                workflow_id=share.workflow_id,
                amount=NOTHING,
                payment_order_no=order.payment_order_no,
                requested_at=order.requested_at,
            )
            self._payments[share.workflow_id] = kept
            self._session.add(kept)
        kept.amount += share.paid
        kept.bill_no = share.bill_no or kept.bill_no
        kept.payment_order_no, kept.requested_at = order.payment_order_no, order.requested_at
        kept.bank_reference, kept.paid_at = order.bank_reference, order.paid_at

    def _late_fee(self, row: TaxDue, share: TaxShare) -> LateFee | None:
        """The fee for what was paid after its last day; the bank's day counts (RULEBOOK B.9.4)."""
        if share.paid_at is None or legal_day(share.paid_at) <= row.deadline:
            return None
        record = self._records.get(row.workflow_id)
        with rules_in_force(self._packs.numbered(self._session, record.rule_pack if record else 0)):
            return late_fee(share.paid, row.deadline, legal_day(share.paid_at), profile=row.profile)

    def _letter(
        self,
        row: TaxDue,
        bill: BillRecord | None,
        share: TaxShare,
        order: TaxOrder,
        left: Decimal,
        fee: LateFee | None,
    ) -> Letter:
        payment = TaxPayment(
            outcome=_outcome(share, order),
            amount=share.paid,
            assessed=row.due,
            bill_no=share.bill_no,
            difference=share.owed - share.assessed if share.bill_no else NOTHING,
            differs=share.differs and share.bill_no is not None,
            paid_at=share.paid_at,
            bank_reference=order.bank_reference if share.paid else None,
            late_fee=fee,
            reason=_reason(share, order),
        )
        news = TaxNews(
            news_id=f"{share.batch_id}|{order.number}",
            payment=payment,
            open=left,
            settled=row.state == SETTLED,
            at=self._now,
        )
        return Letter(TAX, row.workflow_id, f"{row.workflow_id}|{news.news_id}", news)


def _outcome(share: TaxShare, order: TaxOrder) -> PaymentOutcome:
    if share.paid:
        return PaymentOutcome.PAID
    return PaymentOutcome.REFUSED if share.asked else PaymentOutcome.NOT_DUE


def _reason(share: TaxShare, order: TaxOrder) -> str:
    if not share.asked:
        return "no tax is due"
    if order.state == paying.REFUSED:
        return order.reason
    if share.paid < share.asked:
        return f"the bank paid {order.paid:.2f} of {order.amount:.2f} CNY on this payment order"
    return ""


def _end(session: Session, batch: TaxBatch, now: datetime) -> None:
    """Every order is answered and every list has its share: add up what became of the batch."""
    orders = session.exec(select(TaxOrder).where(TaxOrder.batch_id == batch.batch_id)).all()
    fees = select(func.sum(TaxShare.late_fee)).where(TaxShare.batch_id == batch.batch_id)
    batch.paid = sum((order.paid for order in orders), NOTHING)
    batch.late_fee = session.exec(fees).one() or NOTHING
    refused = [order for order in orders if order.state == paying.REFUSED]
    short = [order for order in orders if order.paid < order.amount]
    batch.outcome = REFUSED if len(refused) == len(orders) else PART_PAID if short else PAID
    batch.reason = next((order.reason for order in refused), "")
    batch.ended_at = now
