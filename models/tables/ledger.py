"""One double-entry ledger: accounts, and transfers that are only ever added (DESIGN law 4)."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from models.tables.columns import NUMBER, InstantColumn, UnitsColumn


class LedgerAccount(SQLModel, table=True):
    """An account. A limited one keeps its balance and never goes below zero: the database itself refuses that.

    An unlimited one is only the other side of transfers; its balance is the sum of them, so that it is no bottleneck.
    """

    __tablename__ = "ledger_account"
    __table_args__ = (
        CheckConstraint("credits >= 0 AND debits >= 0 AND reserved >= 0", name="ledger_account_sums"),
        CheckConstraint("credits - debits - reserved >= 0", name="ledger_account_never_negative"),
    )

    id: str = Field(primary_key=True, max_length=160, description="e.g. `quota/{person}/{year}`")
    ledger: str = Field(max_length=16, index=True, description="quota, quantity, guarantee or book")
    unit: str = Field(max_length=10, description="What is counted: CNY, kg or a customs unit code")
    limited: bool
    credits: Decimal = Field(default=Decimal(0), sa_type=UnitsColumn, description="Everything that came in")
    debits: Decimal = Field(default=Decimal(0), sa_type=UnitsColumn, description="Everything that went out for good")
    reserved: Decimal = Field(default=Decimal(0), sa_type=UnitsColumn, description="Reserved, neither posted nor void")


class LedgerTransfer(SQLModel, table=True):
    """One transfer; nothing of it ever changes. What undoes it is a row of its own."""

    __tablename__ = "ledger_transfer"
    __table_args__ = (CheckConstraint("amount > 0", name="ledger_transfer_amount"),)

    number: int | None = Field(default=None, primary_key=True, sa_type=NUMBER, description="Order of commitment")
    id: str = Field(unique=True, max_length=200, description="Given by the caller, who may send it again")
    kind: str = Field(max_length=8, description="post, reserve, confirm, void, expire or reverse")
    debit: str = Field(max_length=160, index=True, foreign_key="ledger_account.id")
    credit: str = Field(max_length=160, index=True, foreign_key="ledger_account.id")
    amount: Decimal = Field(sa_type=UnitsColumn)
    settles: str | None = Field(
        default=None, unique=True, max_length=200, description="The reservation it ends: each is ended at most once"
    )
    reverses: str | None = Field(default=None, index=True, max_length=200, description="The transfer it takes back")
    expires_at: datetime | None = Field(default=None, sa_type=InstantColumn, description="A reservation's end")
    reference: str = Field(default="", index=True, max_length=160, description="Whose it is, e.g. a workflow id")
    reason: str = Field(default="", max_length=200)
    at: datetime = Field(sa_type=InstantColumn)


class CustomsFigure(SQLModel, table=True):
    """What customs said of a person's annual amount, and our figure at that moment (RULEBOOK D-33)."""

    __tablename__ = "customs_figure"

    id: str = Field(primary_key=True, max_length=200, description="Given by the caller, who may send it again")
    account: str = Field(max_length=160, index=True, foreign_key="ledger_account.id")
    figure: Decimal = Field(sa_type=UnitsColumn, description="CNY used at least, by customs")
    ours: Decimal = Field(sa_type=UnitsColumn, description="CNY used by our ledger before it was noted")
    at: datetime = Field(sa_type=InstantColumn)
    reason: str = Field(default="", max_length=200)


class Guarantee(SQLModel, table=True):
    """What a guarantor put up: form and validity; the money is in account `guarantee/{guarantor}` (B.9.2)."""

    __tablename__ = "guarantee"

    guarantor: str = Field(primary_key=True, max_length=18)
    form: str = Field(max_length=16, description="deposit, bank_guarantee or insurance")
    valid_to: date = Field(description="Last day, Shanghai")
    called_at: datetime | None = Field(default=None, sa_type=InstantColumn, description="Customs called it")


class GuaranteeWait(SQLModel, table=True):
    """A list that waits for its guarantor's guarantee; the lowest number is served first (B.9.2)."""

    __tablename__ = "guarantee_wait"

    number: int | None = Field(default=None, primary_key=True, sa_type=NUMBER)
    workflow_id: str = Field(unique=True, max_length=120)
    guarantor: str = Field(index=True, max_length=18)
    hold_id: str = Field(max_length=200, description="Id of the reservation that is made when its turn comes")
    amount: Decimal = Field(sa_type=UnitsColumn)
    profile: str = Field(max_length=16)
    since: datetime = Field(sa_type=InstantColumn)
