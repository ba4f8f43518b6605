"""What recipients are told: once, in order, and never behind a reader's back."""

from concurrent.futures import ThreadPoolExecutor, TimeoutError
from datetime import UTC, datetime

import pytest
from sqlmodel import Session

from models.database import Database
from models.notices import Event, notices_after, tell, tell_all
from tests.patience import PATIENCE
from tests.postgres import new_database

NOW = datetime(2026, 4, 6, 2, tzinfo=UTC)


def leave(session: Session, key: str, *, recipient: str = "A", kind: str = "DAY_27") -> None:
    tell(session, recipient=recipient, kind=kind, subject=key, at=NOW, key=key, lists=1)


def read(database: Database, after: int = 0, limit: int = 10, recipient: str = "A") -> list[str]:
    with database.transaction() as session:
        rows = notices_after(session, after, limit, recipient=recipient)
        return [f"{row.kind}|{row.recipient}|{row.subject}" for row in rows]


def test_the_same_event_is_told_once(store: Database) -> None:
    for _ in range(2):
        with store.transaction() as session:
            leave(session, "x")
            leave(session, "x", kind="DAY_30")
            leave(session, "x", recipient="B")
    assert read(store) == ["DAY_27|A|x", "DAY_30|A|x"]
    assert read(store, recipient="B") == ["DAY_27|B|x"]


def test_nobody_is_told_where_there_is_no_recipient(store: Database) -> None:
    with store.transaction() as session:
        tell_all(session, [Event("", "DAY_27", "", "x", {}), Event("A", "DAY_27", "y", "y", {})], NOW)
        tell_all(session, [], NOW)
    assert read(store, recipient="") == []
    assert read(store) == ["DAY_27|A|y"]


def test_an_event_of_a_transaction_that_failed_was_never_told(store: Database) -> None:
    def fail(session: Session) -> None:
        leave(session, "x")
        raise ZeroDivisionError

    with store.transaction() as session, pytest.raises(ZeroDivisionError), session.begin_nested():
        fail(session)
    assert read(store) == []


def test_a_lower_number_never_comes_after_a_higher_one_was_read(postgres_url: str) -> None:
    """A number is taken before its transaction commits; a reader that went on past it would lose it for ever.

    SQLite has one writer at a time, so its numbers are committed in order.
    """
    store = Database(new_database(postgres_url))
    with ThreadPoolExecutor(1) as elsewhere:
        with store.transaction() as slow:
            leave(slow, "taken first")
            with store.transaction() as quick:
                leave(quick, "committed first")
            reading = elsewhere.submit(read, store)
            with pytest.raises(TimeoutError):
                reading.result(timeout=0.3)
        assert reading.result(timeout=PATIENCE) == ["DAY_27|A|taken first", "DAY_27|A|committed first"]
    store.close()
