"""What the service tells enterprises and sites, one row per event, for them to fetch."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.tables.bodies import PackedText
from models.tables.columns import NUMBER, DigestColumn, InstantColumn


class Notice(SQLModel, table=True):
    """One outbound event; nothing in it is personal."""

    __tablename__ = "notice"

    number: int | None = Field(default=None, primary_key=True, sa_type=NUMBER, description="Grows; readers page by it")
    dedupe_key: str = Field(
        sa_type=DigestColumn, unique=True, description="Digest of its key: the same event twice is one row"
    )
    recipient: str = Field(max_length=18, index=True, description="Code of the enterprise, warehouse or site")
    kind: str = Field(max_length=30, description="e.g. INSPECTION, DAY_27, GUARANTEE_LOW")
    subject: str = Field(default="", max_length=160, description="Workflow id it is about, if one")
    at: datetime = Field(sa_type=InstantColumn)
    payload: str = Field(sa_type=PackedText, description="JSON object")
