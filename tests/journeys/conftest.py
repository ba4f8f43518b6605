"""Journeys go the whole way on both databases."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy

from models.database import Database
from models.registry import load, read
from tests.postgres import running_server

REGISTRY = Path(__file__).parents[2] / "deploy" / "registry.yaml"


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A server of our own."""
    with running_server() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database of each kind with the sample registry."""
    opened = Database(f"sqlite:///{tmp_path}/x.db" if request.param == "sqlite" else _new_database(request))
    opened.migrate()
    load(opened, read(REGISTRY))
    yield opened
    opened.close()


def _new_database(request: pytest.FixtureRequest) -> str:
    server: str = request.getfixturevalue("postgres_url")
    name = f"journey_{uuid.uuid4().hex}"
    engine = sqlalchemy.create_engine(
        server.replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        connection.execute(sqlalchemy.text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return server.rsplit("/", 1)[0] + f"/{name}"
