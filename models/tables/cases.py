"""What is kept of each list: the case, its documents, what was filed, and how receipts find their way to it."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from models.tables.bodies import PackedText
from models.tables.columns import NUMBER, InstantColumn


class CaseRecord(SQLModel, table=True):
    """One list; outlives the workflow's retention, so a list declared again years later is still known."""

    __tablename__ = "case_record"

    workflow_id: str = Field(primary_key=True, max_length=120)
    ebc_code: str = Field(max_length=18)
    order_no: str = Field(max_length=60, index=True)
    attempt: int = 1
    ebp_code: str = Field(default="", max_length=18)
    state: str = Field(max_length=20)
    rule_pack: int = Field(
        default=0, sa_type=NUMBER, description="Own rules in force when it was opened, 0 for none; they stay"
    )
    judged: int = Field(default=0, description="Judgements recorded so far; tells their reservations apart")
    judgement: str = Field(
        default="", sa_type=PackedText, description="The latest judgement as JSON; empty while one is due"
    )
    opened_at: datetime = Field(sa_type=InstantColumn)
    changed_at: datetime = Field(sa_type=InstantColumn)
    ended_at: datetime | None = Field(default=None, sa_type=InstantColumn, description="Set once the life is over")


class StoredDocument(SQLModel, table=True):
    """One accepted version of a document."""

    __tablename__ = "stored_document"
    __table_args__ = (UniqueConstraint("workflow_id", "kind", "version"),)

    id: int | None = Field(default=None, primary_key=True)
    workflow_id: str = Field(max_length=120)
    kind: str = Field(max_length=20)
    version: int
    business_key: str = Field(max_length=120, index=True, description="Natural key, e.g. `waybill|code|number`")
    guid: str = Field(max_length=36)
    content_hash: str = Field(max_length=64)
    sender: str = Field(max_length=18)
    on_behalf_of: str | None = Field(default=None, max_length=18)
    order_no: str = Field(max_length=60)
    used_on: datetime = Field(sa_type=InstantColumn, description="Submission time of the document")
    accepted_at: datetime = Field(sa_type=InstantColumn)
    body: str = Field(sa_type=PackedText, description="The document as JSON")


class FilingRecord(SQLModel, table=True):
    """A document handed to customs: once per version, however often the activity is tried."""

    __tablename__ = "filing"
    __table_args__ = (UniqueConstraint("workflow_id", "kind", "version"),)

    id: int | None = Field(default=None, primary_key=True)
    workflow_id: str = Field(max_length=120)
    kind: str = Field(max_length=20)
    version: int
    message_guid: str = Field(max_length=36, index=True)
    filed_at: datetime = Field(sa_type=InstantColumn)
    times: int = 1
    answered: str | None = Field(default=None, max_length=10, description="Last decisive status")
    traceparent: str | None = Field(default=None, max_length=60, description="Trace in which it was filed")


class Address(SQLModel, table=True):
    """A number under which customs may speak of a case; several cases may share one (a split payment)."""

    __tablename__ = "address"

    key: str = Field(primary_key=True, max_length=160, description="e.g. `list|cop|CW2026…`, `payment|code|number`")
    workflow_id: str = Field(primary_key=True, max_length=120)
