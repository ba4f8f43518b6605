"""The worker as a process: what it says when it cannot start, and how it tells of a platform that is down."""

import asyncio
import logging
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from connectors.errors import Unavailable
from tests.patience import PATIENCE
from worker import ExpectedFailures, Workers

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    ("setting", "value", "told"),
    [
        ("TEMPORAL_ADDRESS", "127.0.0.1:1", "127.0.0.1:1"),
        ("CLEARWAY_PAYLOAD_KEYS", "rubbish", "payload key"),
        ("CLEARWAY_DATABASE_URL", "nowhere://", "the database cannot be used"),
        ("CLEARWAY_DEPLOYMENT", "a.b", "deployment"),
    ],
)
def test_a_setting_that_cannot_be_used_is_one_sentence(tmp_path: Path, setting: str, value: str, told: str) -> None:
    environment = os.environ | {"CLEARWAY_DATABASE_URL": f"sqlite:///{tmp_path}/x.db", setting: value}
    done = subprocess.run(
        [sys.executable, "worker.py"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 1
    assert told in done.stderr
    assert "docs/operating.md" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_platform_that_is_down_is_told_without_a_traceback() -> None:
    try:
        raise Unavailable("bank", "HTTP 503")
    except Unavailable:
        fault = sys.exc_info()
    record = logging.LogRecord("temporalio.activity", logging.WARNING, __file__, 1, "failed", (), fault)
    assert ExpectedFailures().filter(record)
    assert record.exc_info is None
    assert record.getMessage() == "will be tried again: bank is unavailable: HTTP 503"


class Ending:
    """One of two workers, as it ends."""

    def __init__(self, seconds: float, failure: Exception | None = None) -> None:
        self.seconds, self.failure, self.done = seconds, failure, False

    async def __aenter__(self) -> None:
        pass

    async def __aexit__(self, *_: object) -> None:
        await asyncio.sleep(self.seconds)
        self.done = True
        if self.failure:
            raise self.failure


async def test_a_worker_that_fails_lets_the_other_finish_what_it_has_begun() -> None:
    failing, other = Ending(0, RuntimeError("away")), Ending(0.05)
    both: Any = (failing, other)
    with pytest.raises(RuntimeError, match="away"):
        async with Workers(both):
            pass
    assert other.done
