"""One database of each kind for a module, emptied before each test: ledger tests are many and small."""

from collections.abc import Iterator

import pytest
from sqlmodel import SQLModel

from models.database import Database
from tests.postgres import new_database
from tests.sqlite import new_file


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def shared_store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A migrated database of each kind."""
    if request.param == "sqlite":
        opened = new_file(tmp_path_factory.mktemp("ledger") / "x.db", registered=False)
    else:
        opened = Database(new_database(request.getfixturevalue("postgres_url")))
    yield opened
    opened.close()


@pytest.fixture
def store(shared_store: Database) -> Database:
    """A database without a row."""
    with shared_store.transaction() as session:
        for table in reversed(SQLModel.metadata.sorted_tables):
            session.execute(table.delete())
    return shared_store
