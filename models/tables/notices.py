"""What the service tells enterprises and sites, one row per event, for them to fetch."""

from datetime import datetime

from sqlalchemy import Text
from sqlmodel import Field, SQLModel

from models.tables.columns import NUMBER, InstantColumn


class Notice(SQLModel, table=True):
    """One outbound event; nothing in it is personal."""

    __tablename__ = "notice"

    number: int | None = Field(default=None, primary_key=True, sa_type=NUMBER, description="Grows; readers page by it")
    dedupe_key: str = Field(unique=True, max_length=300, description="The same event twice is one row")
    recipient: str = Field(max_length=18, index=True, description="Code of the enterprise, warehouse or site")
    kind: str = Field(max_length=30, index=True, description="e.g. INSPECTION, DAY_27, GUARANTEE_LOW")
    subject: str = Field(default="", max_length=160, description="Workflow id it is about, if one")
    at: datetime = Field(sa_type=InstantColumn)
    payload: str = Field(sa_type=Text, description="JSON object")
