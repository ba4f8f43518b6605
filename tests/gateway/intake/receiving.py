"""An intake on a test's database, its sources worked by hand or in the background, and receipts for it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlmodel import col, select

from clearway.messages import write
from gateway.intake import Intake
from gateway.intake.source import Source
from models.database import Database
from models.tables import RawMessage
from tests.gateway.recording import GUID, Clock, list_receipt
from tests.patience import PATIENCE

MAX_BYTES = 100_000


def intake(urls: str, database: Database) -> Intake:
    """An intake that nobody listens to."""
    return Intake(urls, database, Clock(), lambda: None, poll_seconds=0.02, max_bytes=MAX_BYTES)


def receipt(minute: int) -> bytes:
    """A receipt of the sample list, different for each minute."""
    return write([list_receipt("120", minute)], guid=GUID)


def stored(database: Database) -> list[RawMessage]:
    """What has been stored, in order."""
    with database.transaction() as session:
        return list(session.exec(select(RawMessage).order_by(col(RawMessage.id))))


def bodies(database: Database) -> list[bytes]:
    return [raw.body for raw in stored(database)]


@contextmanager
def at_work(source: Source) -> Iterator[None]:
    """The source works in a thread for as long as the context lasts."""
    ending = threading.Event()
    thread = threading.Thread(target=source.work, args=(ending,))
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join(PATIENCE)
        assert not thread.is_alive(), "the source does not end"
