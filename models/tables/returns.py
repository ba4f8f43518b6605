"""The register of returns: what of which list is on its way back, what came back, and what that changed (B.8)."""

from datetime import datetime

from sqlalchemy import Text
from sqlmodel import Field, SQLModel

from models.tables.columns import InstantColumn


class GoodsReturnRecord(SQLModel, table=True):
    """One return of a list; outlives its workflow, so that no unit of goods is ever given relief twice."""

    __tablename__ = "goods_return"

    workflow_id: str = Field(primary_key=True, max_length=130)
    case_id: str = Field(max_length=120, index=True, description="Workflow id of the list")
    number: int = Field(description="Counts the returns of one list from 1")
    state: str = Field(max_length=16, index=True, description="applied until it ends, then the end")
    lines: str = Field(sa_type=Text, description="What is to go back, as JSON: quantity by item number")
    confirmed: str = Field(default="{}", sa_type=Text, description="What came back and is the original, as JSON")
    rejected: str = Field(default="{}", sa_type=Text, description="What came back and is not, as JSON")
    settled: str = Field(default="{}", sa_type=Text, description="What each check changed, as JSON by its step")
    cop_no: str = Field(max_length=20, description="Our own number of the application")
    applied_at: datetime = Field(sa_type=InstantColumn)
    accepted_at: datetime | None = Field(default=None, sa_type=InstantColumn, description="When customs accepted it")
    ended_at: datetime | None = Field(default=None, sa_type=InstantColumn)
