"""What customs asks for a list: its newest bill that is not void wins over our own figure (RULEBOOK B.9.3)."""

from decimal import Decimal

from sqlmodel import Session, col, select

from models.tables import BillRecord, TaxDue

VOID = "3"
NOTHING = Decimal(0)


def bill_of(session: Session, workflow_id: str) -> BillRecord | None:
    """The newest bill of a list that customs did not void and whose amount is known."""
    bills = select(BillRecord).where(BillRecord.workflow_id == workflow_id).order_by(col(BillRecord.at).desc())
    return next((bill for bill in session.exec(bills) if bill.status != VOID and bill.total is not None), None)


def owed(row: TaxDue, bill: BillRecord | None) -> Decimal:
    """What a list owes in all, paid or not, in CNY: customs' figure, less what came back after customs had billed."""
    if bill is None or bill.total is None:
        return row.due
    if row.due == NOTHING:
        return NOTHING
    if row.returned_at is None or bill.at > row.returned_at:
        return bill.total
    return max(bill.total - (row.assessed - row.due), NOTHING)
