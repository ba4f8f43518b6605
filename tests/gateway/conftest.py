"""A gateway on an empty database for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.database import Database
from tests.gateway.recording import House
from tests.sqlite import new_file


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = new_file(tmp_path / "clearway.db", registered=False)
    yield opened
    opened.close()


@pytest.fixture
def house(database: Database) -> House:
    return House(database)
