"""Paying the tax of one list: customs' bill wins over our figure, and the bank pays once (RULEBOOK B.9.3)."""

from datetime import datetime
from decimal import Decimal
from typing import Protocol

from sqlmodel import Session, col, select
from temporalio import activity

from clearway.contracts.facts import PaymentOutcome, TaxPayment
from clearway.contracts.states import State
from connectors.bank import BankReceipt
from connectors.errors import Refused
from models.database import Database
from models.tables import BillRecord, CaseRecord, PaymentRecord
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

    @activity.defn
    def pay_tax(self, request: PayRequest) -> TaxPayment:
        """Pay what customs billed; without a bill wait, or close to the deadline pay our own figure."""
        workflow_id = request.key.workflow_id
        with self._database.transaction() as session:
            paid, bill = session.get(PaymentRecord, workflow_id), _bill(session, workflow_id)
        if paid is not None:
            return _paid(request, paid)
        amount = bill.total if bill and bill.total is not None else request.assessed if request.without_bill else None
        if amount is None:
            return _not_paid(request, PaymentOutcome.BILL_MISSING, "customs has not sent the electronic tax bill yet")
        if amount == 0:
            self._record_end(request)
            return _not_paid(request, PaymentOutcome.NOT_DUE, "no tax is due")
        try:
            receipt = self._bank.pay(
                payment_order_no=(bill and bill.payment_order_no) or workflow_id,
                amount=amount,
                payer_code=request.guarantor,
                requested_at=request.now,
                idempotency_key=f"tax|{workflow_id}|{amount}",
            )
        except Refused as error:
            return _not_paid(request, PaymentOutcome.REFUSED, str(error))
        return _paid(request, self._record_payment(request, bill, receipt))

    def _record_payment(self, request: PayRequest, bill: BillRecord | None, receipt: BankReceipt) -> PaymentRecord:
        row = PaymentRecord(
            workflow_id=request.key.workflow_id,
            amount=receipt.amount,
            bill_no=bill.bill_no if bill else None,
            bank_reference=receipt.reference,
            paid_at=receipt.paid_at,
        )
        with self._database.transaction() as session:
            session.merge(row)
            _end(session, request)
        return row

    def _record_end(self, request: PayRequest) -> None:
        with self._database.transaction() as session:
            _end(session, request)


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


def _paid(request: PayRequest, row: PaymentRecord) -> TaxPayment:
    return TaxPayment(
        outcome=PaymentOutcome.PAID,
        amount=row.amount,
        assessed=request.assessed,
        bill_no=row.bill_no,
        difference=row.amount - request.assessed,
        paid_at=row.paid_at,
        bank_reference=row.bank_reference,
    )


def _not_paid(request: PayRequest, outcome: PaymentOutcome, reason: str) -> TaxPayment:
    return TaxPayment(outcome=outcome, assessed=request.assessed, reason=reason)
