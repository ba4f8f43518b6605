"""Breaking one part of a running stack for some seconds, from outside, and mending it again."""

import asyncio
import resource
import sqlite3
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import closing

import httpx
import sqlalchemy

from deploy.stack import Stack
from deploy.storm.faults import Fault, Kind

PART = {Kind.WORKER: "worker", Kind.GATEWAY: "gateway", Kind.SERVER: "temporal"}
"""What is killed."""
_AGAIN = 1.0
"""Seconds after which new connections of PostgreSQL are cut, too."""


class Breaker:
    """Breaks the parts of one stack."""

    def __init__(self, stack: Stack, http: httpx.AsyncClient) -> None:
        self._stack = stack
        self._http = http
        self._ways: Mapping[Kind, Callable[[Fault], Awaitable[None]]] = {
            **dict.fromkeys(PART, self._kill),
            Kind.DATABASE: self._cut_database,
            Kind.DISK: self._fill_disk,
            Kind.CLOCK: self._set_clock,
            Kind.PLATFORM: self._take_down,
        }

    async def __call__(self, fault: Fault) -> None:
        """Break something, wait, and mend it. Raises StackError when it does not come back."""
        await self._ways[fault.kind](fault)

    async def _kill(self, fault: Fault) -> None:
        """SIGKILL, as by a machine that dies; then the same command on the same ports and data."""
        part = PART[fault.kind]
        self._stack.part(part).kill()
        await asyncio.sleep(fault.seconds)
        await asyncio.to_thread(self._stack.start_again, part)

    async def _cut_database(self, fault: Fault) -> None:
        url = sqlalchemy.make_url(self._stack.database_url)
        if url.get_backend_name() == "sqlite":
            await asyncio.to_thread(_hold_write_lock, str(url.database), fault.seconds)
        else:
            await asyncio.to_thread(_cut_connections, url.set(drivername="postgresql+psycopg"), fault.seconds)

    async def _fill_disk(self, fault: Fault) -> None:
        """Linux refuses every write of the gateway to any file, its log among them, beyond a size of nothing."""
        pid = self._stack.part("gateway").pid
        assert pid is not None
        assert sys.platform == "linux"  # `possible` said so
        before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, before[1]))
        try:
            await asyncio.sleep(fault.seconds)
        finally:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, before)

    async def _set_clock(self, fault: Fault) -> None:
        url = f"{self._stack.simulator_url}/clocks/{fault.platform}"
        (await self._http.put(url, json={"minutes": fault.minutes})).raise_for_status()
        try:
            await asyncio.sleep(fault.seconds)
        finally:
            (await self._http.put(url, json={"minutes": 0})).raise_for_status()

    async def _take_down(self, fault: Fault) -> None:
        url = f"{self._stack.simulator_url}/outages/{fault.platform}"
        (await self._http.put(url)).raise_for_status()
        try:
            await asyncio.sleep(fault.seconds)
        finally:
            (await self._http.delete(url)).raise_for_status()


def possible(kind: Kind, database_url: str = "") -> bool:
    """Whether that can be broken here: another process's files on Linux only, and the gateway's if it keeps any."""
    return kind is not Kind.DISK or (sys.platform == "linux" and not database_url)


def _hold_write_lock(file: str, seconds: float) -> None:
    """Nobody else can write to the SQLite file meanwhile."""
    with closing(sqlite3.connect(file, isolation_level=None, timeout=60)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        time.sleep(seconds)
        connection.execute("ROLLBACK")


def _cut_connections(url: sqlalchemy.URL, seconds: float) -> None:
    """Every other connection to the PostgreSQL database ends, again and again."""
    others = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    engine = sqlalchemy.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sqlalchemy.NullPool)
    deadline = time.monotonic() + seconds
    with engine.connect() as connection:
        while time.monotonic() < deadline:
            connection.execute(sqlalchemy.text(others))
            time.sleep(_AGAIN)
