"""The gateway as a process: it says what is wrong in words when it cannot start."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


def run(tmp_path: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {
        "TEMPORAL_ADDRESS": "127.0.0.1:1",
        "CLEARWAY_DATABASE_URL": f"sqlite:///{tmp_path}/clearway.db",
    }
    environment |= settings
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


@pytest.mark.parametrize(
    ("setting", "value", "told"),
    [
        ("CLEARWAY_GATEWAY_PORT", "abc", "port: Input should be a valid integer"),
        ("CLEARWAY_DATABASE_URL", "rubbish", "the database cannot be used: Could not parse"),
        ("CLEARWAY_DATABASE_URL", f"sqlite:///{ROOT}", "the database cannot be used: "),
        ("CLEARWAY_PAYLOAD_KEYS", "rubbish", "payload key 'rubbish' must be 32 bytes"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_without_a_traceback(
    setting: str, value: str, told: str, tmp_path: Path
) -> None:
    ended = run(tmp_path, "--port", "0", **{setting: value})

    assert ended.returncode == 1
    assert told in ended.stderr
    assert "docs/operating.md" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_it_tells_its_arguments(tmp_path: Path) -> None:
    told = run(tmp_path, "--help")

    assert told.returncode == 0
    assert "--port" in told.stdout
