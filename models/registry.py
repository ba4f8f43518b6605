"""Loads registered enterprises and entrustments from a YAML file: `python -m models.registry FILE`."""

import argparse
import sys
from datetime import date
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlmodel import Session, delete

from clearway.contracts.base import Instant
from clearway.contracts.documents import DocumentKind
from clearway.contracts.parties import Role
from models.database import Database
from models.settings import StoreSettings
from models.tables import Enterprise, Entrustment


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


class Registry(BaseModel):
    """The whole file."""

    model_config = ConfigDict(extra="forbid")

    enterprises: list[RegisteredEnterprise]
    entrustments: list[WrittenCommitment] = []


def load(database: Database, registry: Registry) -> None:
    """Write the registry: enterprises are added or replaced, entrustments of the file replace all earlier ones."""
    with database.transaction() as session:
        for enterprise in registry.enterprises:
            session.merge(Enterprise(**enterprise.model_dump(exclude={"roles"}), roles=",".join(enterprise.roles)))
        _replace_entrustments(session, registry.entrustments)


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
    """Load a file into the configured database; 2 when the file is wrong, with everything wrong in it."""
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
    database = Database(StoreSettings().database_url)
    database.migrate()
    load(database, registry)
    database.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
