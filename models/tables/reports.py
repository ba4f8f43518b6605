"""Suspicion reports as they came (RULEBOOK B.16): who reports whom stands here and in the inbox, nowhere else."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.tables.bodies import PackedText
from models.tables.columns import InstantColumn


class SuspicionRecord(SQLModel, table=True):
    """One report that was taken; outlives the workflow's retention, so that a repeat years later is still known."""

    __tablename__ = "suspicion_report"

    workflow_id: str = Field(primary_key=True, max_length=120)
    content_hash: str = Field(max_length=64, description="SHA-256 of the content")
    body: str = Field(sa_type=PackedText, description="The report as JSON; confidential")
    state: str = Field(max_length=20, index=True)
    acknowledgement_no: str | None = Field(default=None, max_length=60)
    acknowledged_at: datetime | None = Field(default=None, sa_type=InstantColumn)
    received_at: datetime = Field(sa_type=InstantColumn)
    changed_at: datetime = Field(sa_type=InstantColumn)
    ended_at: datetime | None = Field(default=None, sa_type=InstantColumn, description="Set once the life is over")
    ending: str = Field(default="", sa_type=PackedText, description="The view of the report at its end, as JSON")
