"""Original payment data: what was deposited, and what customs asked for (Announcement 179 of 2018)."""

from datetime import date, datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from models.tables.bodies import PackedText
from models.tables.columns import NUMBER, InstantColumn


class PaymentEvidence(SQLModel, table=True):
    """The original request and response of one payment transaction, kept as deposited."""

    __tablename__ = "payment_evidence"
    __table_args__ = (UniqueConstraint("pay_code", "pay_transaction_id"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=NUMBER)
    pay_code: str = Field(max_length=18)
    pay_transaction_id: str = Field(max_length=60)
    ebp_code: str = Field(max_length=18, index=True)
    sha256: str = Field(max_length=64, description="Of head and lists: the same again changes nothing")
    head: str = Field(sa_type=PackedText, description="payExchangeInfoHead, the JSON text exactly as it is uploaded")
    lists: str = Field(sa_type=PackedText, description="payExchangeInfoLists, the JSON text exactly as it is uploaded")
    raw_id: int | None = Field(default=None, foreign_key="raw_message.id")
    stored_at: datetime = Field(sa_type=InstantColumn)
    keep_until: date = Field(index=True, description="Last day on which it must be kept, three years on")


class PaymentEvidenceOrder(SQLModel, table=True):
    """An order that a payment transaction paid; customs asks by order number."""

    __tablename__ = "payment_evidence_order"

    order_no: str = Field(primary_key=True, max_length=60)
    evidence_id: int = Field(primary_key=True, foreign_key="payment_evidence.id", sa_type=NUMBER)


class PaymentPull(SQLModel, table=True):
    """One question of customs and our answer to it, both kept."""

    __tablename__ = "payment_pull"

    session_id: str = Field(primary_key=True, max_length=64, description="sessionID, given by customs")
    order_no: str = Field(max_length=60, index=True)
    raw_id: int | None = Field(default=None, foreign_key="raw_message.id", description="The question as it came")
    asked_at: datetime = Field(sa_type=InstantColumn)
    due_at: datetime = Field(sa_type=InstantColumn, index=True, description="Two minutes after the question")
    state: str = Field(max_length=12, index=True, description="asked, answered, no_evidence or refused")
    upload: str = Field(default="", sa_type=PackedText, description="payExInfoStr as it was uploaded")
    answer: str = Field(default="", sa_type=PackedText, description="What customs said to it")
    answered_at: datetime | None = Field(default=None, sa_type=InstantColumn)
    try_at: datetime | None = Field(default=None, sa_type=InstantColumn)
    tries: int = 0
    fault: str = Field(default="", max_length=300)
