"""Several processes under one: started, started again, given up, stopped; with real processes and real signals."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.patience import PATIENCE

ROOT = Path(__file__).parents[2]
HAND = Path(__file__).with_name("hand.py")

Crew = Callable[[int, str], "Running"]


class Running:
    """A supervisor and its hands, as a test sees them."""

    def __init__(self, folder: Path, processes: int, conduct: str) -> None:
        self._starts = folder / "starts"
        self._log = folder / "log"
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, str(HAND), "several", str(folder), str(processes), conduct],
                env=os.environ | {"PYTHONPATH": str(ROOT)},
                stderr=log,
            )

    @property
    def told(self) -> str:
        """What it has said so far."""
        return self._log.read_text()

    @property
    def starts(self) -> list[tuple[int, int]]:
        """Number and pid of every hand that was started."""
        lines = self._starts.read_text().splitlines() if self._starts.exists() else []
        return [(int(nth), int(pid)) for nth, pid in (line.split() for line in lines)]

    def until(self, said: str, times: int = 1) -> None:
        """Wait until it has said something so often."""
        deadline = time.monotonic() + PATIENCE
        while self.told.count(said) < times:
            assert self.process.poll() is None, self.told
            assert time.monotonic() < deadline, f"never said {said!r}:\n{self.told}"
            time.sleep(0.02)

    def ended(self) -> int:
        """Wait for its end; its exit code. None of its hands is left."""
        status = self.process.wait(PATIENCE)
        assert [pid for _, pid in self.starts if _lives(pid)] == []
        return status


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture
def crew(tmp_path: Path) -> Iterator[Crew]:
    """Starts a supervisor with so many hands of some conduct."""
    made: list[Running] = []

    def start(processes: int, conduct: str) -> Running:
        made.append(Running(tmp_path, processes, conduct))
        return made[-1]

    yield start
    for running in made:
        running.process.kill()
        running.process.wait()


def test_each_says_that_it_is_ready_and_then_all(crew: Crew) -> None:
    running = crew(3, "steady")
    running.until("all 3 processes are ready")
    assert sorted(re.findall(r"process (\d) is ready \(pid", running.told)) == ["0", "1", "2"]
    assert sorted(nth for nth, _ in running.starts) == [0, 1, 2]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_is_passed_on_and_the_whole_ends_well(crew: Crew, number: signal.Signals) -> None:
    running = crew(2, "steady")
    running.until("all 2 processes are ready")
    running.process.send_signal(number)
    assert running.ended() == 0
    assert "all 2 processes have stopped" in running.told


def test_one_that_left_work_behind_shows_in_the_exit_code(crew: Crew) -> None:
    running = crew(2, "hasty")
    running.until("all 2 processes are ready")
    running.process.terminate()
    assert running.ended() == 3


def test_one_that_died_unasked_is_told_in_one_line_and_started_again(crew: Crew) -> None:
    running = crew(2, "once")
    running.until("all 2 processes are ready")
    running.until("process 1 died unasked (exit code 7); starts again in 0.05 s")
    running.until("is ready (", times=4)
    running.process.terminate()
    assert running.ended() == 0
    assert "Traceback" not in running.told


def test_one_that_is_killed_is_told_by_its_signal_and_started_again(crew: Crew) -> None:
    running = crew(1, "steady")
    running.until("all 1 processes are ready")
    os.kill(running.starts[0][1], signal.SIGKILL)
    running.until("process 0 died unasked (SIGKILL)")
    running.until("process 0 is ready", times=2)
    assert len(running.starts) == 2


def test_after_several_deaths_in_a_row_it_gives_up_with_the_reason(crew: Crew) -> None:
    running = crew(2, "mortal")
    assert running.ended() == 1
    assert "gave up: process 0 died 4 times in a row (exit code 7)" in running.told
    assert re.findall(r"starts again in (.*) s", running.told) == ["0.05", "0.1", "0.2"]


def test_one_that_cannot_even_start_ends_the_whole_at_once(crew: Crew) -> None:
    running = crew(2, "unfit")
    assert running.ended() == 1
    assert re.search(r"gave up: process \d could not start \(exit code 7\)", running.told)
    assert len(running.starts) <= 2


def test_one_that_does_not_heed_the_signal_is_killed_in_the_end(crew: Crew) -> None:
    running = crew(1, "stubborn")
    running.until("all 1 processes are ready")
    running.process.terminate()
    assert running.ended() == 3
    assert "process 0 did not stop in time and is killed" in running.told


def test_a_second_signal_ends_it_at_once_and_shows_in_the_exit_code(crew: Crew) -> None:
    running = crew(1, "stubborn")
    running.until("all 1 processes are ready")
    running.process.terminate()
    running.until("SIGTERM: 1 processes are told to stop")
    running.process.terminate()
    assert running.ended() == 128 + signal.SIGTERM
