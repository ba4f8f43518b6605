"""worker.py as processes, as their operator starts and stops them; each module of tests brings its `server`."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from temporalio.client import Client

from models.database import Database
from tests.patience import PATIENCE
from tests.workers.outside import Outside

ROOT = Path(__file__).parents[2]

Start = Callable[..., "Process"]


class Process:
    """worker.py, as its operator sees it."""

    def __init__(self, log: Path, environment: dict[str, str], arguments: tuple[str, ...], program: str) -> None:
        self._log = log
        with log.open("wb") as written:
            self.process = subprocess.Popen(
                [sys.executable, program, *arguments], cwd=ROOT, env=environment, stderr=written
            )

    @property
    def told(self) -> str:
        """What it has said so far."""
        return self._log.read_text()

    async def says(self, what: str, times: int = 1) -> None:
        """Wait until it has said something."""
        async with asyncio.timeout(PATIENCE):
            while self.told.count(what) < times:
                assert self.process.poll() is None, self.told
                await asyncio.sleep(0.05)

    async def ends(self) -> int:
        """Its exit code."""
        return await asyncio.to_thread(self.process.wait, PATIENCE)


@pytest.fixture
def outside() -> Iterator[Outside]:
    with Outside() as outside:
        yield outside


@pytest.fixture
def start(server: Client, database: Database, outside: Outside, tmp_path: Path) -> Iterator[Start]:
    """Starts worker.py, or another program that plays it; settings by keyword."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("CLEARWAY_", "TEMPORAL_"))}
    made: list[Process] = []

    def begin(*arguments: str, program: str = "worker.py", **settings: str) -> Process:
        places = dict.fromkeys(("CUSTOMS_URL", "BANK_URL", "IDENTITY_URL"), outside.url) | settings
        environment = inherited | {f"CLEARWAY_{name}": value for name, value in places.items()}
        environment |= {
            "TEMPORAL_ADDRESS": server.service_client.config.target_host,
            "TEMPORAL_CONFIG_FILE": os.devnull,
            "CLEARWAY_DATABASE_URL": settings.get("DATABASE_URL", database.url),
            "CLEARWAY_PERSON_KEY_SECRET": "test",
            "PYTHONPATH": str(ROOT),
        }
        log = tmp_path / f"worker-{len(made)}.log"
        made.append(Process(log, environment | _telemetry(settings), arguments, program))
        return made[-1]

    yield begin
    for each in made:
        each.process.kill()
        each.process.wait()


def _telemetry(settings: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in settings.items() if name.startswith("OTEL_")}
