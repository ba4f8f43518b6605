"""The inbox: every byte that came in, then what was read from it, and where that went."""

from datetime import datetime
from typing import Any

from sqlalchemy import Text
from sqlmodel import Field, SQLModel

from models.tables.bodies import PackedBytes, PackedText
from models.tables.columns import InstantColumn


def _size_of_body(context: Any) -> int:
    return len(context.get_current_parameters()["body"])


class RawMessage(SQLModel, table=True):
    """A message as it arrived, stored before anything is read (DESIGN law 6)."""

    __tablename__ = "raw_message"

    id: int | None = Field(default=None, primary_key=True)
    door: str = Field(max_length=30, index=True, description="customs, control, inspection, articles or enterprise")
    sender: str = Field(default="", max_length=60)
    content_type: str = Field(default="", max_length=100)
    body: bytes = Field(sa_type=PackedBytes)
    size: int | None = Field(
        default=None,
        nullable=False,
        sa_column_kwargs={"default": _size_of_body, "server_default": "0"},
        description="Bytes of the body as it came; it is kept packed",
    )
    sha256: str = Field(max_length=64)
    received_at: datetime = Field(sa_type=InstantColumn)
    state: str = Field(default="stored", max_length=12, index=True, description="stored, read, refused or faulty")
    message_type: str = Field(default="", max_length=20)
    fault: str = Field(default="", sa_type=Text, description="Problems as JSON, when refused")
    traceparent: str | None = Field(default=None, max_length=60)
    signed_by: str = Field(default="", max_length=18, description="Party whose valid signature it bears")
    key_name: str = Field(default="", max_length=64, description="Key that signed it")
    cop_msg_id: str = Field(default="", max_length=255, description="CopMsgId of the envelope it came in")
    detached: str = Field(default="", sa_type=Text, description="`key|signature` as the headers gave them")
    replays: int = Field(default=0, description="How often an operator had it read again")
    read_by: str = Field(default="", max_length=40, description="Release of the gateway that read it last")


class InboxItem(SQLModel, table=True):
    """One piece of news read from a raw message, for one case."""

    __tablename__ = "inbox_item"

    id: int | None = Field(default=None, primary_key=True)
    raw_id: int = Field(foreign_key="raw_message.id", index=True)
    kind: str = Field(max_length=20, description="receipt, bill, control, result, document, grant or articles")
    address: str = Field(max_length=160, index=True, description="Key by which its case is found")
    dedupe_key: str = Field(unique=True, max_length=300, description="Same news twice is one item")
    workflow_id: str | None = Field(default=None, max_length=120, index=True)
    state: str = Field(max_length=20, index=True, description="parked, waiting, delivered, undeliverable, noted")
    wakes: bool = Field(description="Whether it is delivered at once or rides with the next that does")
    payload: str = Field(sa_type=PackedText)
    arrived_at: datetime = Field(sa_type=InstantColumn)
    deliver_by: datetime = Field(sa_type=InstantColumn)
    delivered_at: datetime | None = Field(default=None, sa_type=InstantColumn)
    repeats: int = Field(default=0, description="How often the same news came again")
    tries: int = 0
    fault: str = Field(default="", max_length=300)
    remark: str = Field(
        default="", max_length=300, index=True, description="What is odd about it: it contradicts other news"
    )
