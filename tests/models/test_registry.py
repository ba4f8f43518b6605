"""The registry's command: one sentence and an exit code for every file and database that cannot be used."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILE = "deploy/registry.yaml"


def _load(file: str, url: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "models.registry", file],
        cwd=ROOT,
        env={**os.environ, "CLEARWAY_DATABASE_URL": url},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("url", ["garbage", "postgresql://u:p@127.0.0.1:1/x"])
def test_a_database_that_cannot_be_used_is_one_sentence(url: str) -> None:
    ended = _load(FILE, url)
    assert ended.returncode == 4
    assert ended.stderr.count("\n") == 1
    assert ended.stderr.endswith("mend CLEARWAY_DATABASE_URL\n")


def test_a_file_that_is_not_there_makes_no_database(tmp_path: Path) -> None:
    ended = _load("no.yaml", f"sqlite:///{tmp_path}/x.db")
    assert ended.returncode == 2
    assert ended.stderr.startswith("no.yaml: ")
    assert list(tmp_path.iterdir()) == []
