"""What each released list owes: one row, from its release until its tax is settled (RULEBOOK B.9.3)."""

from datetime import date, datetime
from decimal import Decimal

from sqlmodel import Field, SQLModel

from models.tables.columns import InstantColumn, UnitsColumn


class TaxDue(SQLModel, table=True):
    """The tax of one released list. What a batch may take is `due` as customs billed it, less `held`, less `paid`."""

    __tablename__ = "tax_due"

    workflow_id: str = Field(primary_key=True, max_length=120)
    agent: str = Field(max_length=18, index=True, description="Withholding agent: assureCode of the list")
    customs: str = Field(max_length=4, index=True)
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
    blocked: str = Field(
        default="", max_length=60, description="Why no batch takes it: cancellation, control, hold; comma between"
    )
    state: str = Field(default="open", max_length=8, index=True, description="open, settled, void or called")
    batch_id: str | None = Field(default=None, max_length=90, index=True, description="The batch that is paying it now")
    alarmed: int = Field(default=0, description="Last day after the release of which it was warned")
    changed_at: datetime = Field(sa_type=InstantColumn)
