"""What a process asks of its database: transactions that write, and statements, as SQLAlchemy sees them."""

import threading
from typing import Any, NamedTuple

from sqlalchemy import event
from sqlalchemy.engine import Engine

_WRITES = ("INSERT", "UPDATE", "DELETE", "WITH")
_MARK = "bench_wrote"


class DatabaseWork(NamedTuple):
    """So many of each; a transaction that only reads is not counted."""

    transactions: int = 0
    statements: int = 0

    def since(self, before: "DatabaseWork") -> "DatabaseWork":
        """What came after an earlier count."""
        return DatabaseWork(self.transactions - before.transactions, self.statements - before.statements)


class Count:
    """Counts from now on; `work` tells how much it was."""

    def __init__(self, engine: Engine) -> None:
        self._turn = threading.Lock()
        self.work = DatabaseWork()
        event.listen(engine, "before_cursor_execute", self._note_statement)
        event.listen(engine, "commit", self._note_commit)
        event.listen(engine, "rollback", lambda connection: connection.info.pop(_MARK, None))

    def _note_statement(self, connection: Any, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("BEGIN"):
            return  # what opens a transaction asks nothing
        if statement.lstrip().startswith(_WRITES):
            connection.info[_MARK] = True
        with self._turn:
            self.work = self.work._replace(statements=self.work.statements + 1)

    def _note_commit(self, connection: Any) -> None:
        if connection.info.pop(_MARK, False):
            with self._turn:
                self.work = self.work._replace(transactions=self.work.transactions + 1)
