"""Counting what a database is asked to do: statements, and transactions that write."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

from models.database import Database

_CONTROL = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "PRAGMA")


@dataclass
class Counted:
    """What was asked since counting began; BEGIN and its like are no statements."""

    transactions: int = 0
    statements: list[str] = field(default_factory=list)


@contextmanager
def counting(database: Database) -> Iterator[Counted]:
    """Count what goes to a database, reads outside transactions included, for as long as the context lasts."""
    counted = Counted()

    def _statement(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.lstrip().upper().startswith(_CONTROL):
            counted.statements.append(statement)

    def _commit(_connection: Any) -> None:
        counted.transactions += 1

    with database.reading() as session:
        reader = session.get_bind()
    assert isinstance(reader, Engine)
    event.listen(database.engine, "commit", _commit)
    for engine in (database.engine, reader):
        event.listen(engine, "before_cursor_execute", _statement)
    try:
        yield counted
    finally:
        event.remove(database.engine, "commit", _commit)
        for engine in (database.engine, reader):
            event.remove(engine, "before_cursor_execute", _statement)
