"""What goes out: messages handed to customs, byte for byte, and notices carried to enterprises."""

from datetime import datetime

from sqlalchemy import Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.tables.bodies import PackedBytes
from models.tables.columns import NUMBER, InstantColumn


class SentMessage(SQLModel, table=True):
    """One message to customs. It is signed once: however often it is sent, the bytes are these."""

    __tablename__ = "sent_message"

    cop_msg_id: str = Field(primary_key=True, max_length=36, description="CopMsgId and guid of the message")
    workflow_id: str = Field(max_length=120, index=True)
    message_type: str = Field(max_length=20)
    key_name: str = Field(default="", max_length=64, description="Key that signed it; empty for none")
    body: bytes = Field(sa_type=PackedBytes, description="As it was sent, envelope included")
    sha256: str = Field(max_length=64)
    state: str = Field(default="ready", max_length=10, description="ready, sent or refused")
    signed_at: datetime = Field(sa_type=InstantColumn)
    sent_at: datetime | None = Field(default=None, sa_type=InstantColumn, description="When it was last handed over")
    times: int = Field(default=0, description="How often it was handed over")
    fault: str = Field(default="", sa_type=Text, description="Why customs would not take it")


class Subscription(SQLModel, table=True):
    """A party that has its notices pushed to an address, or fetches and acknowledges them."""

    __tablename__ = "subscription"

    id: int | None = Field(default=None, primary_key=True, sa_type=NUMBER)
    recipient: str = Field(max_length=18, index=True, description="Code of the enterprise, warehouse or site")
    mode: str = Field(max_length=4, description="push or pull")
    url: str = Field(default="", max_length=500, description="Where pushed notices go")
    secret: str = Field(default="", sa_type=Text, description="Key of the signature that goes with them")
    old_secret: str = Field(default="", sa_type=Text, description="The key before it, with which they are signed too")
    old_secret_until: datetime | None = Field(default=None, sa_type=InstantColumn)
    kinds: str = Field(default="", max_length=300, description="Kinds of notices, joined by commas; empty for all")
    ended_at: datetime | None = Field(default=None, sa_type=InstantColumn)
    blocked_at: datetime | None = Field(default=None, sa_type=InstantColumn, description="Set while its address fails")
    blocked_why: str = Field(default="", max_length=300)
    try_at: datetime | None = Field(default=None, sa_type=InstantColumn, description="When it is tried again")
    tries: int = Field(default=0, description="Failures since it was last reached")
    busy_until: datetime | None = Field(default=None, sa_type=InstantColumn, description="A gateway is sending to it")
    created_at: datetime = Field(sa_type=InstantColumn)


class OutboxEvent(SQLModel, table=True):
    """One notice on its way to one subscriber; written in the transaction that writes the notice."""

    __tablename__ = "outbox_event"
    __table_args__ = (UniqueConstraint("subscription_id", "notice_number"),)

    number: int | None = Field(default=None, primary_key=True, sa_type=NUMBER)
    subscription_id: int = Field(foreign_key="subscription.id", index=True, sa_type=NUMBER)
    notice_number: int = Field(foreign_key="notice.number", sa_type=NUMBER)
    state: str = Field(max_length=10, index=True, description="waiting, delivered or expired")
    at: datetime = Field(sa_type=InstantColumn)
    seen_at: datetime | None = Field(
        default=None, sa_type=InstantColumn, description="By the gateway's clock: its life"
    )
    tries: int = Field(default=0, description="How often it was sent or handed out")
    done_at: datetime | None = Field(default=None, sa_type=InstantColumn, description="Taken, acknowledged or given up")
    fault: str = Field(default="", max_length=300)
