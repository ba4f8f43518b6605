"""What each released list owes, and the batches in which its agent pays (RULEBOOK B.9.3)."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Index, Text
from sqlmodel import Field, SQLModel

from models.tables.columns import NUMBER, InstantColumn, UnitsColumn


class TaxDue(SQLModel, table=True):
    """The tax of one released list. What a batch may take is `due` as customs billed it, less `held`, less `paid`."""

    __tablename__ = "tax_due"
    __table_args__ = (
        Index("ix_tax_due_payable", "agent", "customs", "state", "payable_from"),
        Index("ix_tax_due_deadline", "agent", "customs", "state", "pay_before"),
        Index("ix_tax_due_watch", "agent", "customs", "state", "released_at"),
        Index("ix_tax_due_release", "agent", "customs", "released_at"),
        Index("ix_tax_due_unbilled", "agent", "customs", "unbilled_since"),
    )

    workflow_id: str = Field(primary_key=True, max_length=120)
    agent: str = Field(max_length=18, description="Withholding agent: assureCode of the list")
    customs: str = Field(max_length=4)
    enterprise: str = Field(max_length=18, index=True)
    profile: str = Field(max_length=16)
    released_at: datetime = Field(sa_type=InstantColumn)
    payable_from: datetime = Field(sa_type=InstantColumn, index=True, description="D0+31 00:00")
    held_until: datetime = Field(sa_type=InstantColumn, description="When what open returns hold is paid after all")
    guard_at: datetime = Field(sa_type=InstantColumn, description="From here on paid without a bill and by itself")
    pay_before: datetime = Field(sa_type=InstantColumn, description="First instant after the payment deadline")
    deadline: date = Field(description="Last day of payment, Shanghai")
    assessed: Decimal = Field(sa_type=UnitsColumn, description="Our figure for the whole list, CNY")
    lines: int = Field(default=1, description="Lines of the list; a bill may differ by rounding of each")
    due: Decimal = Field(sa_type=UnitsColumn, description="Our figure for what is retained after confirmed returns")
    held: Decimal = Field(default=Decimal(0), sa_type=UnitsColumn, description="Of it, tax of goods in open returns")
    paid: Decimal = Field(default=Decimal(0), sa_type=UnitsColumn)
    refund: Decimal = Field(default=Decimal(0), sa_type=UnitsColumn, description="Paid beyond what is due")
    returned_at: datetime | None = Field(default=None, sa_type=InstantColumn, description="Last confirmed return")
    lowered: str = Field(
        default="[]",
        sa_type=Text,
        sa_column_kwargs={"server_default": "[]"},
        description="When confirmed returns lowered `due`, and to what: JSON, oldest first",
    )
    blocked: str = Field(
        default="", max_length=60, description="Why no batch takes it: cancellation, control, hold; comma between"
    )
    state: str = Field(default="open", max_length=8, index=True, description="open, settled, void or called")
    batch_id: str | None = Field(default=None, max_length=90, index=True, description="The batch that is paying it now")
    alarmed: int = Field(default=0, description="Last day after the release of which it was warned")
    told: str = Field(default="", max_length=60, description="OVERDUE once that was told")
    tried_at: datetime | None = Field(default=None, sa_type=InstantColumn, description="Last run that looked at it")
    unbilled_since: datetime | None = Field(
        default=None, sa_type=InstantColumn, description="Paid by our own figure; customs' bill may come"
    )
    provisional: bool = Field(default=False, description="A year's holidays were not announced when it was opened")
    settled_at: datetime | None = Field(default=None, sa_type=InstantColumn)
    changed_at: datetime = Field(sa_type=InstantColumn)


class TaxBatch(SQLModel, table=True):
    """What one run of a collection pays; amounts in CNY as they were when it was drawn, or as they were paid."""

    __tablename__ = "tax_batch"
    __table_args__ = (Index("ix_tax_batch_collection", "agent", "customs", "drawn_at"),)

    batch_id: str = Field(primary_key=True, max_length=90)
    agent: str = Field(max_length=18)
    customs: str = Field(max_length=4)
    drawn_at: datetime = Field(sa_type=InstantColumn)
    lists: int
    billed: Decimal = Field(sa_type=UnitsColumn, description="By customs' bills, or our own figure where none came")
    assessed: Decimal = Field(sa_type=UnitsColumn, description="Our own figure")
    differing: int = Field(default=0, description="Lists whose bill differs by more than rounding explains")
    paid: Decimal = Field(default=Decimal(0), sa_type=UnitsColumn)
    late_fee: Decimal = Field(default=Decimal(0), sa_type=UnitsColumn)
    outcome: str = Field(default="DRAWN", max_length=10, index=True, description="DRAWN, PAID, PART_PAID or REFUSED")
    reason: str = Field(default="", max_length=300)
    ended_at: datetime | None = Field(default=None, sa_type=InstantColumn)


class TaxOrder(SQLModel, table=True):
    """One payment order to the bank, kept before the bank is asked, so that every retry asks for the same payment."""

    __tablename__ = "tax_order"

    number: int | None = Field(default=None, primary_key=True, sa_type=NUMBER)
    batch_id: str = Field(max_length=90, index=True)
    payment_order_no: str = Field(max_length=120, description="entDutyNo, or our own number where customs gave none")
    amount: Decimal = Field(sa_type=UnitsColumn, description="What the bank is asked to pay; 0 where nothing is due")
    lists: int
    requested_at: datetime = Field(sa_type=InstantColumn)
    state: str = Field(default="drawn", max_length=8, description="drawn, paid or refused")
    paid: Decimal = Field(default=Decimal(0), sa_type=UnitsColumn, description="What the bank paid")
    rest: Decimal = Field(default=Decimal(0), sa_type=UnitsColumn, description="Of it, what no list has got yet")
    paid_at: datetime | None = Field(default=None, sa_type=InstantColumn, description="Bank receipt date")
    bank_reference: str | None = Field(default=None, max_length=60)
    reason: str = Field(default="", max_length=300, description="Why the bank refused")


class TaxShare(SQLModel, table=True):
    """One list's part of a payment order."""

    __tablename__ = "tax_share"
    __table_args__ = (Index("ix_tax_share_open", "batch_id", "settled_at"),)

    order_number: int = Field(primary_key=True, sa_type=NUMBER)
    workflow_id: str = Field(primary_key=True, max_length=120, index=True)
    batch_id: str = Field(max_length=90)
    deadline: date = Field(description="By it a part payment is allocated, the earliest first")
    asked: Decimal = Field(sa_type=UnitsColumn)
    owed: Decimal = Field(sa_type=UnitsColumn, description="What the whole list owed when it was drawn, by customs")
    assessed: Decimal = Field(sa_type=UnitsColumn, description="The same by our own figure")
    differs: bool = Field(default=False, description="By more than rounding explains")
    bill_no: str | None = Field(default=None, max_length=50)
    paid: Decimal = Field(default=Decimal(0), sa_type=UnitsColumn)
    late_fee: Decimal = Field(default=Decimal(0), sa_type=UnitsColumn)
    paid_at: datetime | None = Field(default=None, sa_type=InstantColumn)
    settled_at: datetime | None = Field(default=None, sa_type=InstantColumn)
