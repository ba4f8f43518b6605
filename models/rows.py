"""Rows written in one statement: added, or changed where their key is taken, on SQLite and on PostgreSQL alike."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel


def add_or_change(
    session: Session,
    table: type[SQLModel],
    rows: Sequence[Mapping[str, Any]],
    *,
    key: tuple[str, ...],
    changes: Callable[[Any], Mapping[str, Any]],
) -> None:
    """Add rows; of those whose `key` is taken change what `changes` says, given the row that would be added.

    What the session has of these rows in memory is not told; read them anew.
    """
    if not rows:
        return
    insert: Any = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    adding = insert(table)
    session.execute(adding.on_conflict_do_update(index_elements=key, set_=changes(adding.excluded)), list(rows))
