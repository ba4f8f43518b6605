"""Paying the tax of one list: customs' bill wins over our figure, and the bank pays once (RULEBOOK B.9.3)."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Protocol

from sqlmodel import Session, col, select
from temporalio import activity

from activities.legal_clocks import clocks_of
from clearway.contracts.base import legal_day
from clearway.contracts.facts import LateFee, LegalClocks, PaymentOutcome, TaxPayment
from clearway.contracts.states import State
from clearway.rules.late_fee import late_fee
from clearway.rules.parameters import Parameters, rules_in_force
from connectors.bank import BankReceipt
from connectors.errors import Refused
from models.database import Database
from models.ledger import guarantee
from models.rule_packs import RulePacks
from models.tables import BillRecord, CaseRecord, PaymentRecord
from models.telling import tell_ends
from models.work import PayRequest

VOID = "3"


class Bank(Protocol):
    """The bank of the withholding agent."""

    def pay(
        self,
        *,
        payment_order_no: str,
        amount: Decimal,
        payer_code: str,
        requested_at: datetime,
        idempotency_key: str,
    ) -> BankReceipt:
        """Pay once per key; raises Unavailable or Refused."""


class TaxOffice:
    """Reconciles the bill and pays it."""

    def __init__(self, database: Database, bank: Bank) -> None:
        self._database = database
        self._bank = bank
        self._packs = RulePacks()

    @activity.defn(no_thread_cancel_exception=True)
    def pay_tax(self, request: PayRequest) -> TaxPayment:
        """Pay what customs billed; without a bill wait, or close to the deadline pay our own figure."""
        with self._database.transaction() as session:
            rules = self._packs.of(session, session.get(CaseRecord, request.key.workflow_id))
            order = session.get(PaymentRecord, request.key.workflow_id)
            settled = self._settled_clocks(session, request)
            if order is None:
                bill = _bill(session, request.key.workflow_id)
                amount = _amount(request, bill)
                if amount is None:
                    reason = "customs has not sent the electronic tax bill yet"
                    return _not_paid(request, PaymentOutcome.BILL_MISSING, reason, settled)
                if amount == 0:
                    _end(session, request)
                    return _not_due(request, bill, rules)
                order = _order(request, bill, amount)
                session.add(order)
        if order.paid_at is not None:
            return _paid(request, order, rules)
        try:
            receipt = self._bank.pay(
                payment_order_no=order.payment_order_no,
                amount=order.amount,
                payer_code=request.guarantor,
                requested_at=order.requested_at,
                idempotency_key=f"tax|{order.workflow_id}|{order.requested_at.astimezone(UTC).isoformat()}",
            )
        except Refused as error:
            self._take_back(order)
            return _not_paid(request, PaymentOutcome.REFUSED, str(error), settled)
        return _paid(request, self._record_payment(request, order, receipt), rules)

    def _settled_clocks(self, session: Session, request: PayRequest) -> LegalClocks | None:
        """What is not paid yet must know its true deadline as soon as the year's holidays are announced."""
        record = session.get(CaseRecord, request.key.workflow_id)
        if record is None or request.provisional_since is None:
            return None
        clocks = clocks_of(session, self._packs, record, request.provisional_since, request.profile)
        return None if clocks.provisional else clocks

    def _take_back(self, order: PaymentRecord) -> None:
        with self._database.transaction() as session:
            kept = session.get(PaymentRecord, order.workflow_id)
            if kept is not None and kept.paid_at is None:
                session.delete(kept)

    def _record_payment(self, request: PayRequest, order: PaymentRecord, receipt: BankReceipt) -> PaymentRecord:
        order.amount = receipt.amount
        order.bank_reference = receipt.reference
        order.paid_at = receipt.paid_at
        with self._database.transaction() as session:
            session.merge(order)
            _end(session, request)
        return order


def _amount(request: PayRequest, bill: BillRecord | None) -> Decimal | None:
    if bill is not None and bill.total is not None:
        return bill.total
    return request.assessed if request.without_bill else None


def _order(request: PayRequest, bill: BillRecord | None, amount: Decimal) -> PaymentRecord:
    return PaymentRecord(
        workflow_id=request.key.workflow_id,
        amount=amount,
        bill_no=bill.bill_no if bill else None,
        payment_order_no=(bill and bill.payment_order_no) or request.key.workflow_id,
        requested_at=request.now,
    )


def _bill(session: Session, workflow_id: str) -> BillRecord | None:
    bills = session.exec(
        select(BillRecord).where(BillRecord.workflow_id == workflow_id).order_by(col(BillRecord.at).desc())
    )
    return next((bill for bill in bills if bill.status != VOID), None)


def _end(session: Session, request: PayRequest) -> None:
    record = session.get_one(CaseRecord, request.key.workflow_id)
    record.state = State.TAXED
    record.changed_at = request.now
    record.ended_at = request.now
    tell_ends(session, [record], request.now)
    guarantee.release(session, request.key.workflow_id, request.now, reason="tax paid")


def _paid(request: PayRequest, row: PaymentRecord, rules: Parameters) -> TaxPayment:
    return TaxPayment(
        outcome=PaymentOutcome.PAID,
        amount=row.amount,
        assessed=request.assessed,
        bill_no=row.bill_no,
        difference=row.amount - request.assessed,
        differs=_differs(request, row.amount, rules),
        paid_at=row.paid_at,
        bank_reference=row.bank_reference,
        late_fee=_late_fee(request, row, rules),
    )


def _late_fee(request: PayRequest, row: PaymentRecord, rules: Parameters) -> LateFee | None:
    """The fee for what was paid after its last day; the bank's day counts (RULEBOOK B.9.4)."""
    if request.deadline is None or row.paid_at is None or legal_day(row.paid_at) <= request.deadline:
        return None
    with rules_in_force(rules):
        return late_fee(row.amount, request.deadline, legal_day(row.paid_at), profile=request.profile)


def _not_due(request: PayRequest, bill: BillRecord | None, rules: Parameters) -> TaxPayment:
    """Nothing to pay; a bill of nothing still shows by how much it differs from our figure."""
    return TaxPayment(
        outcome=PaymentOutcome.NOT_DUE,
        assessed=request.assessed,
        bill_no=bill.bill_no if bill else None,
        difference=0 - request.assessed,
        differs=_differs(request, Decimal(0), rules),
        reason="no tax is due",
    )


def _differs(request: PayRequest, billed: Decimal, rules: Parameters) -> bool:
    """Whether customs' figure is further from ours than the rounding of its lines explains (RULEBOOK B.9.3)."""
    tolerance = rules.value("tax.bill_tolerance_per_line", on=legal_day(request.now), profile=request.profile).value
    return abs(billed - request.assessed) > tolerance * request.lines


def _not_paid(request: PayRequest, outcome: PaymentOutcome, reason: str, settled: LegalClocks | None) -> TaxPayment:
    return TaxPayment(outcome=outcome, assessed=request.assessed, clocks=settled, reason=reason)
