"""The business database: one engine, one way to open a transaction, the same on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock, get_ident
from typing import Any, Self

from sqlalchemy import event, inspect
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, create_engine

MIGRATIONS = Path(__file__).parent / "migrations"
MIGRATING = 20260310
"""Number of the lock that lets one process at a time upgrade a PostgreSQL database; who comes later finds it done."""
PATIENCE = 30
"""Seconds for which a writer waits for others, on SQLite."""
READERS_CACHE = 256
"""KiB of pages that each reading connection to SQLite keeps: there are many, and the system has the file cached."""
_POOL: dict[str, Any] = {"pool_size": 16, "max_overflow": 32, "pool_pre_ping": True, "hide_parameters": True}
"""PostgreSQL: a connection for each activity thread of a worker that does all; those beyond 16 are given back."""
_SOON: dict[str, Any] = {"connect_timeout": 10}
"""Seconds after which PostgreSQL that does not answer is away."""


class NoDatabase(SQLAlchemyError):
    """The SQLite file of a URL does not exist."""


class Database:
    """An open database; `transaction()` commits on success and rolls back on any error, `reading()` only reads."""

    def __init__(self, url: str) -> None:
        self.url = _with_driver(url)
        self.engine = _engine(self.url)
        self._writing = Lock() if self.engine.dialect.name == "sqlite" else None
        self._line: set[int] = set()
        self._reader: Engine | None = None
        self._first_reader = Lock()

    @classmethod
    def existing(cls, url: str) -> Self:
        """A database that somebody made before; raises NoDatabase instead of making an empty SQLite file."""
        parsed = make_url(_with_driver(url))
        if parsed.get_backend_name() == "sqlite" and parsed.database and not Path(parsed.database).is_file():
            raise NoDatabase(f"there is no file {parsed.database}")
        return cls(url)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """One business transaction. On SQLite it takes the write lock at once, so two writers never read stale rows.

        Writers of one process wait for one another here: SQLite itself lets them try again and again.
        """
        with self._turn(), Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for single reads outside any transaction: it waits for no writer, holds none up, cannot write.

        Each query sees what is committed when it starts. Reads that must agree with one another, or with what is
        written next, belong into a transaction.
        """
        with Session(self._readers(), expire_on_commit=False) as session:
            yield session

    def migrate(self) -> None:
        """Bring the tables to the newest version."""
        if self._version() == max(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py")):
            return
        from alembic import command  # 12 MB that a process carries as long as it lives, for what is done already
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["url"] = self.url
        command.upgrade(config, "head")

    def close(self) -> None:
        """Give every connection back."""
        self.engine.dispose()
        if self._reader is not None:
            self._reader.dispose()

    def _version(self) -> str | None:
        """Of the tables; None where there are none."""
        with self._readers().connect() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return None
            return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()

    @property
    def in_line(self) -> int:
        """Writers of this process that wait for another of it; on PostgreSQL none does."""
        return len(self._line)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Stand in the line of this process; who stood too long asks SQLite, which says what is the matter.

        A thread must not be interrupted from outside here: the turn that it has just got would be nobody's for ever.
        """
        if self._writing is None:
            yield
            return
        self._line.add(get_ident())
        taken = self._writing.acquire(timeout=PATIENCE)
        self._line.discard(get_ident())
        try:
            yield
        finally:
            if taken:
                self._writing.release()

    def _readers(self) -> Engine:
        """Connections of their own, which the database itself keeps from writing; none before somebody reads."""
        with self._first_reader:
            if self._reader is None:
                self._reader = _reading_engine(self.url)
            return self._reader


def _with_driver(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


def _engine(url: str) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(url, connect_args=_SOON, **_POOL)
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = _sqlite_engine(
        url, "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={PATIENCE * 1000}"
    )

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _reading_engine(url: str) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite_engine(url, "query_only=ON", f"busy_timeout={PATIENCE * 1000}", f"cache_size=-{READERS_CACHE}")
    given = " ".join(parsed.normalized_query.get("options", ()))  # such as a search_path, which holds for reading too
    return create_engine(
        url,
        isolation_level="AUTOCOMMIT",
        connect_args=_SOON | {"options": f"{given} -c default_transaction_read_only=on"},
        **_POOL,
    )


def _sqlite_engine(url: str, *pragmas: str) -> Engine:
    engine = create_engine(url, connect_args={"timeout": PATIENCE, "check_same_thread": False}, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the library begins nothing by itself: who writes begins, who reads need not
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}").close()

    return engine
