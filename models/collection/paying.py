"""Payment orders: what the bank is still to be asked, and what it answered, each written down once."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

from sqlmodel import Session, col, func, select

from models.tables import TaxOrder

ASKED, PAID, REFUSED = "drawn", "paid", "refused"


def orders_to_pay(session: Session, batch_id: str, limit: int) -> Sequence[TaxOrder]:
    """Orders of a batch that the bank has not answered, in the order of their deadlines."""
    orders = select(TaxOrder).where(TaxOrder.batch_id == batch_id, TaxOrder.state == ASKED)
    return session.exec(orders.order_by(col(TaxOrder.number)).limit(limit)).all()


def count_to_pay(session: Session, batch_id: str) -> int:
    """How many those are."""
    orders = select(func.count()).where(TaxOrder.batch_id == batch_id, TaxOrder.state == ASKED)
    return session.exec(orders).one()


def idempotency_key(order: TaxOrder) -> str:
    """Under this key the bank pays once, however often it is asked; another order of the same lists has another."""
    asked = order.requested_at.astimezone(UTC).isoformat()
    return f"tax|{order.batch_id}|{order.number}|{asked}"


def note_paid(session: Session, number: int, *, amount: Decimal, paid_at: datetime, reference: str) -> None:
    """The bank paid an order, whole or in part."""
    order = session.get_one(TaxOrder, number, with_for_update=True, populate_existing=True)
    if order.state == ASKED:
        order.state, order.paid, order.rest = PAID, amount, amount
        order.paid_at, order.bank_reference = paid_at, reference[:60]


def note_refused(session: Session, number: int, reason: str) -> None:
    """The bank refused an order."""
    order = session.get_one(TaxOrder, number, with_for_update=True, populate_existing=True)
    if order.state == ASKED:
        order.state, order.reason = REFUSED, reason[:300]
