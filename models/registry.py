"""Enterprises, entrustments and guarantees: loaded from a YAML file by `python -m models.registry FILE`, and read."""

import argparse
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, NamedTuple

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from sqlalchemy import BindParameter, bindparam
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, delete, select

from clearway.contracts.base import Instant
from clearway.contracts.documents import DocumentKind
from clearway.contracts.parties import Role
from clearway.rules.tables import QuotedDecimal
from models.database import Database
from models.ledger.accounts import lock
from models.ledger.guarantee_care import put_up
from models.ledger.guarantee_standing import Form, guarantee_account
from models.ledger.transfers import Insufficient
from models.settings import StoreSettings
from models.tables import Enterprise, Entrustment


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the moment at which an operator loads the file


class RegisteredEnterprise(BaseModel):
    """One enterprise of the file."""

    model_config = ConfigDict(extra="forbid")

    code: str = Field(min_length=1, max_length=18)
    name: str = Field(min_length=1, max_length=100)
    roles: list[Role] = Field(min_length=1)
    registered_from: date
    registered_to: date | None = None
    suspended: bool = False


class WrittenCommitment(BaseModel):
    """One entrustment of the file (seed S1.2)."""

    model_config = ConfigDict(extra="forbid")

    transmitter: str
    principal: str
    document_kinds: list[DocumentKind] = Field(min_length=1)
    valid_from: Instant
    valid_before: Instant
    commitment_sha256: str = Field(pattern="^[0-9a-f]{64}$")


class PutUp(BaseModel):
    """One guarantee of the file (RULEBOOK B.9.2); `total` in CNY, `valid_to` its last day in Shanghai."""

    model_config = ConfigDict(extra="forbid")

    guarantor: str = Field(pattern="^[0-9A-Z]{1,18}$")
    form: Form
    total: Annotated[QuotedDecimal, Field(gt=0, max_digits=14, decimal_places=2)]
    valid_to: date


class GuaranteeTooLow(Exception):
    """A total of the file is less than lists hold of it; nothing was loaded."""


class Registry(BaseModel):
    """The whole file."""

    model_config = ConfigDict(extra="forbid")

    enterprises: list[RegisteredEnterprise]
    entrustments: list[WrittenCommitment] = []
    guarantees: list[PutUp] = []

    @field_validator("guarantees")
    @classmethod
    def _one_each(cls, guarantees: list[PutUp]) -> list[PutUp]:
        named = [each.guarantor for each in guarantees]
        if twice := sorted({guarantor for guarantor in named if named.count(guarantor) > 1}):
            raise ValueError(f"one guarantee for each guarantor; there are more for {', '.join(twice)}")
        return guarantees


class Register(NamedTuple):
    """Enterprises by their code, and the commitments of those that transmit for others, as they are now.

    Never kept longer than a transaction: a suspension must bite at once.
    """

    enterprises: Mapping[str, Enterprise]
    entrustments: Mapping[str, Sequence[Entrustment]]


def register_of(session: Session, codes: Iterable[str], *, transmitters: Iterable[str] = ()) -> Register:
    """What the register says of these codes, in one query; of transmitters also what they are entrusted with."""
    enterprises = session.exec(_ENTERPRISES, params={"codes": sorted(set(codes))})
    entrustments: dict[str, list[Entrustment]] = {}
    if asked := sorted(set(transmitters)):
        for each in session.exec(_ENTRUSTMENTS, params={"codes": asked}):
            entrustments.setdefault(each.transmitter, []).append(each)
    return Register({each.code: each for each in enterprises}, entrustments)


_CODES: BindParameter[str] = bindparam("codes", expanding=True)
_ENTERPRISES = select(Enterprise).where(col(Enterprise.code).in_(_CODES))
_ENTRUSTMENTS = select(Entrustment).where(col(Entrustment.transmitter).in_(_CODES)).order_by(col(Entrustment.id))


def load(database: Database, registry: Registry, now: Callable[[], datetime] = _now) -> None:
    """Write the registry: enterprises are added or replaced, entrustments of the file replace all earlier ones.

    Guarantees are brought to the file's totals, and lists that waited for them are served. Raises GuaranteeTooLow.
    """
    with database.transaction() as session:
        for enterprise in registry.enterprises:
            session.merge(Enterprise(**enterprise.model_dump(exclude={"roles"}), roles=",".join(enterprise.roles)))
        _replace_entrustments(session, registry.entrustments)
        lock(session, *(guarantee_account(each.guarantor) for each in registry.guarantees))
        for each in registry.guarantees:
            _put_up(session, each, now())


def _put_up(session: Session, each: PutUp, at: datetime) -> None:
    try:
        put_up(session, **each.model_dump(), at=at)
    except Insufficient as less:
        could = each.total + less.asked - less.available
        raise GuaranteeTooLow(
            f"guarantees: {each.guarantor}: {each.total:f} is less than its lists hold; give at least {could:.2f}"
        ) from None


def _replace_entrustments(session: Session, entrustments: list[WrittenCommitment]) -> None:
    session.exec(delete(Entrustment))
    for each in entrustments:
        session.add(
            Entrustment(**each.model_dump(exclude={"document_kinds"}), document_kinds=",".join(each.document_kinds))
        )


def read(path: Path) -> Registry:
    """The registry in a file. Raises OSError, yaml.YAMLError or ValidationError."""
    return Registry.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))


def main() -> int:
    """Load a file into the configured database; 2 with everything that is wrong in the file, 4 without a database."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    path = parser.parse_args().file
    try:
        registry = read(path)
    except (OSError, yaml.YAMLError) as error:
        sys.stderr.write(f"{path}: {error}\n")
        return 2
    except ValidationError as error:
        for fault in error.errors():
            sys.stderr.write(f"{path}: {'.'.join(map(str, fault['loc']))}: {fault['msg']}\n")
        return 2
    try:
        database = Database(StoreSettings().database_url)
        try:
            database.migrate()
            load(database, registry)
        finally:
            database.close()
    except GuaranteeTooLow as low:
        sys.stderr.write(f"{path}: {low}\n")
        return 2
    except SQLAlchemyError as error:
        told = str(error).splitlines()[0]
        sys.stderr.write(f"the database cannot be used: {told}; mend CLEARWAY_DATABASE_URL\n")
        return 4
    return 0


if __name__ == "__main__":
    sys.exit(main())
