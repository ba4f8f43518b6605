"""Whose signatures are believed: one row per key, never deleted, only revoked."""

from datetime import datetime

from sqlalchemy import Text
from sqlmodel import Field, SQLModel

from models.tables.columns import InstantColumn


class TrustedKey(SQLModel, table=True):
    """A public key of a party; what it signs counts as said by that party (REFERENCE §7)."""

    __tablename__ = "trusted_key"

    key_name: str = Field(primary_key=True, max_length=64, description="KeyName, e.g. a serial number in hex")
    party_code: str = Field(max_length=18, index=True, description="Enterprise code, or CUSTOMS")
    roles: str = Field(max_length=60, description="Roles it may act in, joined by commas; CUS for customs")
    algorithm: str = Field(max_length=10, description="rsa or sm2")
    public_key: str = Field(sa_type=Text, description="SubjectPublicKeyInfo as PEM")
    fingerprint: str = Field(unique=True, max_length=64, description="SHA-256 of the key's DER form, hex")
    valid_from: datetime = Field(sa_type=InstantColumn)
    valid_before: datetime | None = Field(default=None, sa_type=InstantColumn, description="First instant without it")
    revoked_at: datetime | None = Field(default=None, sa_type=InstantColumn)
    note: str = Field(default="", max_length=200)
    added_at: datetime = Field(sa_type=InstantColumn)
