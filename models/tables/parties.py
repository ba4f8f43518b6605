"""Who may do what: registered enterprises, entrustments for transmission, and verified identities."""

from datetime import date, datetime

from sqlmodel import Field, SQLModel

from models.tables.columns import InstantColumn


class Enterprise(SQLModel, table=True):
    """An enterprise registered with customs (RULEBOOK B.0.3, M15)."""

    __tablename__ = "enterprise"

    code: str = Field(primary_key=True, max_length=18)
    name: str = Field(max_length=100)
    roles: str = Field(max_length=60, description="Role codes separated by commas, e.g. `EBC,EBP`")
    registered_from: date
    registered_to: date | None = None
    suspended: bool = False


class Entrustment(SQLModel, table=True):
    """A written commitment that lets an express or postal operator transmit for a principal (seed S1.2)."""

    __tablename__ = "entrustment"

    id: int | None = Field(default=None, primary_key=True)
    transmitter: str = Field(max_length=18, index=True)
    principal: str = Field(max_length=18, index=True)
    document_kinds: str = Field(max_length=60, description="Kinds separated by commas")
    valid_from: datetime = Field(sa_type=InstantColumn)
    valid_before: datetime = Field(sa_type=InstantColumn, description="First instant at which it is void")
    commitment_sha256: str = Field(max_length=64, description="Hash of the signed commitment document")


class IdentityCheck(SQLModel, table=True):
    """A verified identity, kept for a year under a keyed hash (RULEBOOK B.3)."""

    __tablename__ = "identity_check"

    person_key: str = Field(primary_key=True, max_length=64)
    outcome: str = Field(max_length=16)
    checked_at: datetime = Field(sa_type=InstantColumn)
