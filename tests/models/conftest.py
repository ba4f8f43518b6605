"""A migrated database of each kind, empty for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.database import Database
from tests.postgres import new_database, running_server


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A server of our own."""
    with running_server() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A migrated database of each kind."""
    sqlite = request.param == "sqlite"
    database = Database(
        f"sqlite:///{tmp_path}/x.db" if sqlite else new_database(request.getfixturevalue("postgres_url"))
    )
    database.migrate()
    yield database
    database.close()
