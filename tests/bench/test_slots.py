"""Processes that share a core in turn: each stands still outside its slot, and none is left standing."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bench.cpu import PROC
from bench.slots import in_slots

ROOT = Path(__file__).parents[2]
BUSY = (sys.executable, "-c", "while True: pass")
PATIENCE = 30.0
MANY = 200


def _stands_still(pid: int) -> bool:
    return (PROC / str(pid) / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "T"


def _until(true: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.001)
    return True


@pytest.fixture
def busy() -> Iterator[list[int]]:
    children = [subprocess.Popen(BUSY) for _ in range(2)]
    yield [child.pid for child in children]
    for child in children:
        child.kill()
        child.wait()


def _all_run(pids: list[int]) -> bool:
    return not any(_stands_still(pid) for _ in range(MANY) for pid in pids)


def test_each_runs_and_stands_still_in_turn_and_runs_on_afterwards(busy: list[int]) -> None:
    with in_slots(busy):
        for pid in busy:
            assert _until(lambda pid=pid: _stands_still(pid))  # type: ignore[misc]
            assert _until(lambda pid=pid: not _stands_still(pid))  # type: ignore[misc]
    assert _all_run(busy)


def test_one_alone_has_a_share_too(busy: list[int]) -> None:
    with in_slots(busy[:1]):
        assert _until(lambda: _stands_still(busy[0]))
        assert not _stands_still(busy[1])
    assert _all_run(busy)


def test_one_that_ended_disturbs_nobody(busy: list[int]) -> None:
    with in_slots(busy):
        os.kill(busy[0], signal.SIGKILL)
        assert _until(lambda: _stands_still(busy[1]))
    assert _all_run(busy[1:])


def test_who_is_killed_leaves_nobody_standing(busy: list[int]) -> None:
    told = f"import time; from bench.slots import in_slots\nwith in_slots([{busy[0]}]): time.sleep(600)"
    with subprocess.Popen((sys.executable, "-c", told), cwd=ROOT) as holder:
        assert _until(lambda: _stands_still(busy[0]))
        holder.kill()
    assert _until(lambda: _all_run(busy[:1]))
