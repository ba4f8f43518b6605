"""The note of a running stack: leftovers of a killed one are ended, everybody else is left alone."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.child import command_of
from deploy.record import Record, clear_leftovers
from tests.patience import PATIENCE

SLEEP = "import time; time.sleep(600)"


@pytest.fixture
def sleeper() -> Iterator[list[subprocess.Popen[bytes]]]:
    """Processes that a test starts; ended after it."""
    started: list[subprocess.Popen[bytes]] = []
    yield started
    for process in started:
        process.kill()
        process.wait()


def _record(children: dict[str, int], *, pid: int, command: str) -> Record:
    address = "127.0.0.1:1"
    return Record(pid, command, True, True, address, address, address, address, children)


def _sleep(started: list[subprocess.Popen[bytes]], *words: str) -> subprocess.Popen[bytes]:
    process = subprocess.Popen([sys.executable, "-c", SLEEP, *words], start_new_session=True)
    started.append(process)
    while not command_of(process.pid):  # for a moment a new process has no command line yet
        time.sleep(0.01)
    return process


def test_parts_of_a_killed_stack_are_ended(data: Path, sleeper: list[subprocess.Popen[bytes]]) -> None:
    part = _sleep(sleeper, "worker.py")
    reaper = threading.Thread(target=part.wait)  # as init does for a process whose parent is gone
    reaper.start()
    _record({"worker": part.pid}, pid=part.pid, command="a supervisor that is gone").write(data)
    clear_leftovers(data)
    reaper.join(PATIENCE)
    assert part.returncode == -15
    assert Record.read(data) is None


def test_a_process_that_only_has_the_same_number_is_left_alone(
    data: Path, sleeper: list[subprocess.Popen[bytes]]
) -> None:
    stranger = _sleep(sleeper, "somebody else")
    _record({"worker": stranger.pid}, pid=stranger.pid, command="a supervisor that is gone").write(data)
    clear_leftovers(data)
    assert stranger.poll() is None


def test_a_running_stack_is_left_alone(data: Path, sleeper: list[subprocess.Popen[bytes]]) -> None:
    part = _sleep(sleeper, "worker.py")
    _record({"worker": part.pid}, pid=os.getpid(), command=command_of(os.getpid())).write(data)
    clear_leftovers(data)
    assert part.poll() is None
    assert Record.read(data) is not None


def test_a_note_that_cannot_be_read_is_no_note(data: Path) -> None:
    data.mkdir()
    (data / "stack.json").write_text('{"pid": 1', encoding="utf-8")
    assert Record.read(data) is None
    (data / "stack.json").write_text('{"pid": 1}', encoding="utf-8")
    assert Record.read(data) is None


def test_only_its_own_supervisor_takes_a_note_away(data: Path) -> None:
    _record({}, pid=os.getpid(), command="").write(data)
    Record.remove(data, os.getpid() + 1)
    assert Record.read(data) is not None
    Record.remove(data, os.getpid())
    assert Record.read(data) is None
