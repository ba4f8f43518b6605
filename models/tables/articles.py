"""What is kept of each individual's List of Items: the list, and every paper that was taken for it (RULEBOOK B.12)."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.tables.bodies import PackedText
from models.tables.columns import NUMBER, InstantColumn


class ArticlesRecord(SQLModel, table=True):
    """One List of Items; outlives the workflow's retention. Its payment order is a row of `tax_payment`."""

    __tablename__ = "articles_record"

    workflow_id: str = Field(primary_key=True, max_length=120)
    declarant_code: str = Field(max_length=18, index=True)
    list_no: str = Field(max_length=60, index=True)
    state: str = Field(max_length=20, index=True)
    person_key: str = Field(default="", max_length=64, index=True, description="Keyed hash of the identity number")
    rule_pack: int = Field(
        default=0, sa_type=NUMBER, description="Own rules in force when it was opened, 0 for none; they stay"
    )
    judgement: str = Field(default="", sa_type=PackedText, description="The latest judgement as JSON")
    opened_at: datetime = Field(sa_type=InstantColumn)
    changed_at: datetime = Field(sa_type=InstantColumn)
    ended_at: datetime | None = Field(default=None, sa_type=InstantColumn, description="Set once the life is over")


class ArticlesPaper(SQLModel, table=True):
    """An accepted version of the list, or an approval handed in later; nothing is ever replaced."""

    __tablename__ = "articles_paper"

    id: int | None = Field(default=None, primary_key=True, sa_type=NUMBER)
    workflow_id: str = Field(max_length=120, index=True)
    kind: str = Field(max_length=10, description="list or approval")
    number: str = Field(max_length=130, description="The list's number, or the approval's type and number")
    content_hash: str = Field(max_length=64, description="SHA-256 of the content, without the submission time")
    sender: str = Field(max_length=18)
    used_on: datetime = Field(sa_type=InstantColumn, description="Submission time of the list; of an approval, arrival")
    accepted_at: datetime = Field(sa_type=InstantColumn)
    body: str = Field(sa_type=PackedText, description="The paper as JSON")
