"""A PostgreSQL server of the tests' own: a private port, a throw-away data folder, ended afterwards."""

import os
import shutil
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy

from deploy.ports import free_port
from models.database import Database
from tests.patience import PATIENCE

DEBIAN = sorted(Path("/usr/lib/postgresql").glob("*/bin"))


def _binaries() -> Path:
    on_path = shutil.which("initdb")
    folder = Path(on_path).parent if on_path else DEBIAN[-1] if DEBIAN else None
    if folder is None:
        pytest.skip("NO POSTGRESQL: install Debian's package `postgresql` to run these tests")
    return folder


def _as_server_user(folder: Path) -> list[str]:
    """PostgreSQL refuses to run as root, so root hands over to the user `postgres`."""
    if os.geteuid() != 0:
        return []
    if shutil.which("runuser") is None:
        pytest.skip("NO POSTGRESQL: running as root without `runuser` to hand over to another user")
    shutil.chown(folder, "postgres", "postgres")
    return ["runuser", "-u", "postgres", "--"]


@contextmanager
def running_server(*, durable: bool = False) -> Iterator[str]:
    """The URL of a running server. Only a durable one waits for the disk at each commit."""
    binaries = _binaries()
    with tempfile.TemporaryDirectory(prefix="clearway-pg-") as scratch:
        folder = Path(scratch)
        folder.chmod(0o755)
        prefix = _as_server_user(folder)
        data = folder / "data"
        subprocess.run(
            [*prefix, str(binaries / "initdb"), "-D", str(data), "-U", "clearway", "-A", "trust", "--no-sync"],
            check=True,
            capture_output=True,
            cwd="/",
        )
        port = free_port()
        control = [*prefix, str(binaries / "pg_ctl"), "-D", str(data), "-w"]
        # Vacuum would visit hundreds of databases each minute, none of which lives that long.
        options = f"-h 127.0.0.1 -p {port} -k {folder} -c autovacuum=off"
        options += "" if durable else " -F -c full_page_writes=off -c synchronous_commit=off"
        log = str(folder / "log")
        subprocess.run([*control, "-l", log, "-o", options, "start"], check=True, capture_output=True, cwd="/")
        try:
            yield f"postgresql://clearway@127.0.0.1:{port}/postgres"
        finally:
            subprocess.run([*control, "-m", "immediate", "stop"], check=True, capture_output=True, cwd="/")


def new_database(server: str, *, template: str = "template1") -> str:
    """The URL of a new, empty database on a running server; `template0` has not even tables."""
    name = f"clearway_{uuid.uuid4().hex}"
    engine = sqlalchemy.create_engine(
        server.replace("postgresql:", "postgresql+psycopg:"), poolclass=sqlalchemy.NullPool
    )
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sqlalchemy.text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    return server.rsplit("/", 1)[0] + f"/{name}"


def until_waiting(database: Database, transactions: int) -> None:
    """Until so many transactions of a database wait for a lock; fails when nobody comes to."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    deadline = time.monotonic() + PATIENCE
    while True:
        with database.engine.connect() as connection:
            if connection.execute(sqlalchemy.text(waiting)).scalar_one() >= transactions:
                return
        assert time.monotonic() < deadline, "nobody waits"
        time.sleep(0.02)
