"""Temporal's server and PostgreSQL as processes of the benchmark's own: on free ports, with their pids, ended after."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
import sqlalchemy
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import RPCError

from bench.cpu import on_core
from clearway.embedded import server_arguments, storage_arguments, temporal_binary
from deploy.child import Child
from deploy.ports import LOOPBACK, Ports
from tests.postgres import running_server

START_SECONDS = 60.0


class TemporalServer(NamedTuple):
    """A running server."""

    client: Client
    address: str
    pid: int


@asynccontextmanager
async def temporal_server(folder: Path, *, core: int | None = None) -> AsyncIterator[TemporalServer]:
    """The embedded server on a file in WAL mode, as `clearway.embedded` starts it; on one processor if it is named."""
    ports = Ports.free()
    address = f"{LOOPBACK}:{ports.temporal}"
    command = (
        *(temporal_binary(), "server", "start-dev", "--headless", "--ip", LOOPBACK, "--log-level", "error"),
        *("--port", str(ports.temporal)),
        *storage_arguments(folder / "temporal.db"),
        *server_arguments(),
    )
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("TEMPORAL_", "OTEL_"))}
    child = Child("temporal", command, log=folder / "temporal.log", directory=folder, environment=ours)
    with on_core(core):
        child.start()
    try:
        client = await _connected(address, child)
        assert child.pid is not None  # started above
        yield TemporalServer(client, address, child.pid)
    finally:
        await asyncio.to_thread(child.end)


async def _connected(address: str, child: Child) -> Client:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            client = await Client.connect(address, data_converter=pydantic_data_converter)
            if await client.service_client.check_health():
                return client
        except (RuntimeError, RPCError):
            pass
        if child.exit_status is not None or time.monotonic() > deadline:
            raise RuntimeError(f"Temporal's server did not start:\n{child.tail()}")
        await asyncio.sleep(0.1)


class NoPostgreSQL(Exception):
    """PostgreSQL cannot be started here; the text says why."""


class PostgreSQL(NamedTuple):
    """A running server."""

    url: str
    pid: int
    version: str


@contextmanager
def postgresql() -> Iterator[PostgreSQL]:
    """A server that waits for the disk at each commit. Raises NoPostgreSQL with the reason."""
    server = running_server(durable=True)
    try:
        url = server.__enter__()
    except pytest.skip.Exception as reason:  # the tests' server, and the tests' way to say that there is none
        raise NoPostgreSQL(str(reason)) from None
    try:
        engine = sqlalchemy.create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
        with engine.connect() as connection:
            folder, version = (
                str(connection.exec_driver_sql(f"SHOW {setting}").scalar_one())
                for setting in ("data_directory", "server_version")
            )
        engine.dispose()
        pid = int((Path(folder) / "postmaster.pid").read_text(encoding="utf-8").splitlines()[0])
        yield PostgreSQL(url, pid, version)
    finally:
        server.__exit__(None, None, None)
