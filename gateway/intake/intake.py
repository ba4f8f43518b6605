"""The intake: every source in a thread of its own, all of them into the inbox."""

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from connectors.customs.transports.addresses import BrokerAddress, FolderAddress, shown
from gateway.intake.folder import FolderSource
from gateway.intake.source import Source
from models.database import Database
from models.inbox import store

log = logging.getLogger(__name__)

SETTING = "CLEARWAY_GATEWAY_INTAKE"

DOOR = "customs"
"""What comes in here is read as what comes in at customs' door for receipts."""

_XML = "application/xml"


class Intake:
    """Takes messages from every source that the setting names, for as long as it is at work."""

    def __init__(
        self,
        urls: str,
        database: Database,
        clock: Callable[[], datetime],
        nudge: Callable[[], None],
        *,
        poll_seconds: float,
        max_bytes: int,
    ) -> None:
        """Read the addresses, divided by commas; raises ValueError, without passwords, for one that is none.

        `nudge` is called in the event loop whenever a message was stored; `max_bytes` bounds a file.
        """
        self._database = database
        self._clock = clock
        self._nudge = nudge
        self._loop: asyncio.AbstractEventLoop | None = None
        addresses = [url.strip() for url in urls.split(",") if url.strip()]
        self.sources = tuple(self._source(url, poll_seconds, max_bytes) for url in addresses)

    @property
    def failures(self) -> dict[str, str]:
        """Sources from which nothing comes at present, and why."""
        return {source.name: source.failure for source in self.sources if source.failure is not None}

    def keep(self, body: bytes, *, content_type: str = _XML, traceparent: str | None = None) -> int:
        """Commit a message byte for byte and give its number; called from the sources' threads."""
        with self._database.transaction() as session:
            raw_id = store(
                session,
                door=DOOR,
                body=body,
                received_at=self._clock(),
                content_type=content_type,
                traceparent=traceparent,
            )
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._nudge)
        return raw_id

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """Take messages in the background while the context lasts; one under way is finished before it ends."""
        self._loop = asyncio.get_running_loop()
        ending = threading.Event()
        threads = [
            threading.Thread(target=source.work, args=(ending,), name=f"intake-{source.name}", daemon=True)
            for source in self.sources
        ]
        for source, thread in zip(self.sources, threads, strict=True):
            log.info("taking messages from %s", source.name)
            thread.start()
        try:
            yield
        finally:
            ending.set()
            for thread in threads:
                await asyncio.to_thread(thread.join)
            self._loop = None

    def _source(self, url: str, poll_seconds: float, max_bytes: int) -> Source:
        match url.partition("://")[0].lower():
            case "folder":
                address = FolderAddress.of(url, ("settle",))
                return FolderSource(address, self.keep, poll_seconds=poll_seconds, max_bytes=max_bytes)
            case "amqp" | "amqps":
                from gateway.intake.queue import QueueSource  # pika is for those who have a broker

                return QueueSource(BrokerAddress.of(url, ("prefetch",)), self.keep)
        raise ValueError(
            f"CLEARWAY_GATEWAY_INTAKE: an address begins with folder://, amqp:// or amqps://, got {shown(url)}"
        )
