"""Tax bills as customs sent them, and what was paid."""

from datetime import datetime
from decimal import Decimal

from sqlmodel import Field, SQLModel

from models.tables.columns import AmountColumn, InstantColumn


class BillRecord(SQLModel, table=True):
    """An electronic tax bill (816) with its latest status (818)."""

    __tablename__ = "tax_bill"

    bill_no: str = Field(primary_key=True, max_length=50)
    invt_no: str = Field(max_length=18)
    workflow_id: str | None = Field(default=None, max_length=120, index=True)
    status: str = Field(max_length=1)
    total: Decimal | None = Field(default=None, sa_type=AmountColumn)
    payment_order_no: str | None = Field(default=None, max_length=50)
    at: datetime = Field(sa_type=InstantColumn, description="Of its latest status")
    billed_at: datetime | None = Field(
        default=None, sa_type=InstantColumn, description="When customs stated the total; a later status leaves it"
    )

    @property
    def stated_at(self) -> datetime:
        """When customs stated the total; of a bill that 0.2 kept only its latest status is known."""
        return self.billed_at or self.at


class PaymentRecord(SQLModel, table=True):
    """One payment order to the bank, kept before the bank is asked, so that every retry asks for the same payment.

    An order that the bank refuses is taken back; the next attempt makes a new one.
    """

    __tablename__ = "tax_payment"

    workflow_id: str = Field(primary_key=True, max_length=120)
    amount: Decimal = Field(sa_type=AmountColumn)
    bill_no: str | None = Field(default=None, max_length=50)
    payment_order_no: str = Field(max_length=120)
    requested_at: datetime = Field(sa_type=InstantColumn)
    bank_reference: str | None = Field(default=None, max_length=60)
    paid_at: datetime | None = Field(default=None, sa_type=InstantColumn, description="Empty until the bank answers")
