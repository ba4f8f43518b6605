"""The gateway as a process: it says what is wrong in words when it cannot start."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def run(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {
        "TEMPORAL_ADDRESS": "127.0.0.1:1",
        "CLEARWAY_DATABASE_URL": f"sqlite:///{tmp_path}/clearway.db",
    }
    return subprocess.run(
        [sys.executable, "-m", "gateway", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_without_temporal_it_ends_with_a_remedy_and_no_traceback(tmp_path: Path) -> None:
    ended = run(tmp_path, "--port", "0")

    assert ended.returncode == 1
    assert "TEMPORAL_ADDRESS" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert (tmp_path / "clearway.db").exists()


def test_it_tells_its_arguments(tmp_path: Path) -> None:
    told = run(tmp_path, "--help")

    assert told.returncode == 0
    assert "--port" in told.stdout
