"""Certificates that come with message after message: each is kept once, and packed bodies point to it.

A row of `kept_certificate` is never changed and never deleted: bodies are not whole without it.
"""

import threading
from collections.abc import Mapping
from weakref import WeakKeyDictionary, ref

from sqlalchemy import Dialect, LargeBinary, NullPool, QueuePool, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Engine
from sqlmodel import Field, SQLModel

from models.tables.columns import NUMBER

MOST = 20_000
"""No more are kept: senders who make up a certificate for each message get no shelf for them."""

LONGEST = 2600
"""Letters of a certificate that is kept: an index of PostgreSQL has room for 2704 bytes, and refuses a longer row."""


class KeptCertificate(SQLModel, table=True):
    """A certificate as messages carry it, in base64."""

    __tablename__ = "kept_certificate"

    number: int | None = Field(default=None, primary_key=True, sa_type=NUMBER)
    content: bytes = Field(sa_type=LargeBinary, unique=True)


class Shelf:
    """The certificates of one engine's database, as far as this process has heard of them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = ref(engine)
        self._by_number: Mapping[int, bytes] = {}
        self._by_content: Mapping[bytes, int] = {}
        self._behind = True
        self._wanted = threading.local()

    def number_of(self, certificate: bytes) -> int | None:
        """Its number; one that has none yet gets it when the transaction of this thread commits."""
        number = self._by_content.get(certificate)
        if number is None and self._behind:
            self._read()
            number = self._by_content.get(certificate)
        if number is None and len(certificate) <= LONGEST and len(self._by_number) < MOST:
            self.wanted.add(certificate)
        return number

    def certificate(self, number: int) -> bytes:
        """The certificate of a number. Raises LookupError where somebody deleted it."""
        if number not in self._by_number:
            self._read()
        if number not in self._by_number:
            raise LookupError(f"kept_certificate {number} is missing; messages signed with it need it: restore the row")
        return self._by_number[number]

    @property
    def wanted(self) -> set[bytes]:
        """What this thread's transaction would have liked to find."""
        if not hasattr(self._wanted, "certificates"):
            self._wanted.certificates = set()
        found: set[bytes] = self._wanted.certificates
        return found

    def keep(self, connection: Connection) -> None:
        """Put what was wanted onto the shelf, in the transaction that is about to commit."""
        wanted, self._wanted.certificates = self.wanted, set()
        insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
        rows = [{"content": each} for each in sorted(wanted)]  # in one order, so that two never wait for one another
        connection.execute(insert(KeptCertificate).on_conflict_do_nothing(), rows)
        self._behind = True

    def _read(self) -> None:
        """On a connection of its own: what is committed, whatever transaction asks.

        It is none of the pool's, all of which may wait for the very transaction that asks.
        """
        engine = self._engine()
        if engine is None:
            return
        self._behind = False
        apart = isinstance(engine.pool, QueuePool)
        connection = (create_engine(engine.url, poolclass=NullPool) if apart else engine).raw_connection()
        try:
            cursor = connection.cursor()
            cursor.execute("SELECT number, content FROM kept_certificate")
            found = {int(number): bytes(content) for number, content in cursor.fetchall() if number < 1 << 16}
        finally:
            connection.close()
        self._by_number = found
        self._by_content = {content: number for number, content in found.items()}


_SHELVES: "WeakKeyDictionary[Dialect, Shelf]" = WeakKeyDictionary()
_LOCK = threading.Lock()


def shelf_of(dialect: Dialect) -> Shelf | None:
    """The shelf of the database behind a dialect; None before anybody has connected to it."""
    return _SHELVES.get(dialect)


@event.listens_for(Engine, "engine_connect")
def _open_shelf(connection: Connection) -> None:
    if connection.dialect not in _SHELVES:
        with _LOCK:
            _SHELVES.setdefault(connection.dialect, Shelf(connection.engine))


@event.listens_for(Engine, "commit")
def _keep(connection: Connection) -> None:
    shelf = _SHELVES.get(connection.dialect)
    if shelf is not None and shelf.wanted:
        shelf.keep(connection)


@event.listens_for(Engine, "rollback")
def _forget(connection: Connection) -> None:
    shelf = _SHELVES.get(connection.dialect)
    if shelf is not None:
        shelf.wanted.clear()
