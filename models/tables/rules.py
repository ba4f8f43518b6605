"""The operator's own rules, every version that was ever loaded."""

from datetime import datetime

from sqlalchemy import Text
from sqlmodel import Field, SQLModel

from models.tables.columns import NUMBER, InstantColumn


class RulePack(SQLModel, table=True):
    """One parameter file laid on top of the library's; a list keeps the one it was opened under (DESIGN law 1)."""

    __tablename__ = "rule_pack"

    number: int | None = Field(default=None, primary_key=True, sa_type=NUMBER)
    version: str = Field(max_length=12, description="Fingerprint of all rules with this file on top")
    name: str = Field(max_length=200, description="Name of the file")
    content: str = Field(sa_type=Text, description="The file as it was loaded")
    actor: str = Field(max_length=60)
    reason: str = Field(max_length=200)
    loaded_at: datetime = Field(sa_type=InstantColumn)
