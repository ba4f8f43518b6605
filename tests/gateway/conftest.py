"""A gateway on an empty database for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.database import Database
from tests.gateway.recording import House


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty migrated database file, to be copied."""
    path = tmp_path_factory.mktemp("gateway") / "empty.db"
    database = Database(f"sqlite:///{path}")
    database.migrate()
    database.close()
    return path


@pytest.fixture
def database(migrated: Path, tmp_path: Path) -> Iterator[Database]:
    path = tmp_path / "clearway.db"
    path.write_bytes(migrated.read_bytes())
    database = Database(f"sqlite:///{path}")
    yield database
    database.close()


@pytest.fixture
def house(database: Database) -> House:
    return House(database)
