"""Business databases of the tests' own in SQLite files: migrated once, copied for each test, and in a hurry."""

import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import event

from models.database import Database
from models.registry import load, read

REGISTRY = Path(__file__).parent.parent / "deploy" / "registry.yaml"


def new_file(path: Path, *, registered: bool = True) -> Database:
    """A migrated database with the sample registry, or without a row."""
    shutil.copy(_template(registered), path)
    return opened_file(path)


def opened_file(path: Path) -> Database:
    """A database that loses its latest commits if the machine dies, which none of these tests is about."""
    opened = Database(f"sqlite:///{path}")

    @event.listens_for(opened.engine, "connect")
    def _hurry(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA synchronous=OFF").close()

    return opened


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    """Kept until this process ends."""
    return tempfile.TemporaryDirectory(prefix="clearway-tests-", ignore_cleanup_errors=True)


@cache
def _template(registered: bool) -> Path:
    path = Path(_folder().name) / f"{'registered' if registered else 'empty'}.db"
    database = Database(f"sqlite:///{path}")
    database.migrate()
    if registered:
        load(database, read(REGISTRY))
    database.close()
    return path
