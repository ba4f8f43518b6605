"""Modifications of filed lists: what each changes, and what the list took before it and takes by it (RULEBOOK B.4)."""

from datetime import datetime

from sqlalchemy import Text
from sqlmodel import Field, SQLModel

from models.tables.bodies import PackedText
from models.tables.columns import InstantColumn


class ListChange(SQLModel, table=True):
    """One modification that was prepared for customs; settled once customs has decided."""

    __tablename__ = "list_change"

    workflow_id: str = Field(primary_key=True, max_length=120)
    number: int = Field(primary_key=True, description="Which change of the list; its cancellations are counted too")
    content_hash: str = Field(max_length=64, description="Of the candidate, so that a repetition is known as one")
    version: int = Field(description="Version of the list under which the candidate is stored")
    earlier_version: int = Field(description="Version that stood before, and stands again if customs refuses")
    changed: str = Field(sa_type=Text, description="What it changes, as a JSON list")
    judgement: str = Field(sa_type=PackedText, description="The candidate's judgement, as JSON")
    earlier_judgement: str = Field(sa_type=PackedText, description="The judgement that stood before, as JSON")
    takes: str = Field(sa_type=Text, description="What the candidate takes, as JSON: amount by ledger account")
    took: str = Field(sa_type=Text, description="What the list held before, as JSON: amount by ledger account")
    asked_at: datetime = Field(sa_type=InstantColumn)
    outcome: str = Field(default="open", max_length=8, index=True, description="open, approved or refused")
    settled_at: datetime | None = Field(default=None, sa_type=InstantColumn)
