"""A child is ended with everything it started, however it behaves."""

import os
import sys
import time
from pathlib import Path

from deploy.child import Child, command_of, group_exists
from tests.patience import PATIENCE

STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(600)"
)
PARENT = "import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']); \
print('ready', flush=True); time.sleep(600)"


def _started(directory: Path, code: str) -> Child:
    child = Child(
        "part", [sys.executable, "-c", code], log=directory / "part.log", directory=directory, environment=os.environ
    )
    child.start()
    deadline = time.monotonic() + PATIENCE
    while "ready" not in child.tail():
        assert time.monotonic() < deadline, child.tail()
        time.sleep(0.02)
    return child


def test_a_child_that_ignores_sigterm_is_killed(tmp_path: Path) -> None:
    child = _started(tmp_path, STUBBORN)
    assert child.pid is not None
    child.end(patience=0.2)
    assert child.exit_status == -9
    assert not group_exists(child.pid)


def test_a_child_that_is_killed_is_away_with_all_it_started_until_it_is_started_again(tmp_path: Path) -> None:
    child = _started(tmp_path, PARENT)
    first = child.pid
    assert first is not None
    child.kill()
    assert (child.exit_status, child.is_away, group_exists(first)) == (-9, True, False)
    child.start()
    assert (child.exit_status, child.is_away) == (None, False)
    assert child.pid != first
    child.end()


def test_what_a_child_started_ends_with_it(tmp_path: Path) -> None:
    child = _started(tmp_path, PARENT)
    assert child.pid is not None
    child.end()
    assert not group_exists(child.pid)


def test_the_tail_is_the_end_of_the_log(tmp_path: Path) -> None:
    child = _started(tmp_path, "print('first'); print('ready', flush=True); import time; time.sleep(600)")
    child.end()
    assert child.tail(lines=1) == "  | ready"


def test_ending_what_never_started_does_nothing(tmp_path: Path) -> None:
    child = Child("part", ["nothing"], log=tmp_path / "part.log", directory=tmp_path, environment={})
    child.end()
    assert child.pid is None
    assert child.tail() == "  | (nothing written)"


def test_the_command_of_a_process_is_known_while_it_lives(tmp_path: Path) -> None:
    child = _started(tmp_path, STUBBORN)
    assert child.pid is not None
    assert "SIG_IGN" in command_of(child.pid)
    child.end(patience=0)
    assert command_of(child.pid) == ""
