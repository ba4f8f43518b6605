"""Slots of time on one core: each process runs in its own and stands still otherwise, as on a slower core."""

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

PERIOD = 0.010
"""Seconds in which each slot comes once; short, since a process that stands still may hold a lock."""
SHARE = 0.45
"""Of a core, for each process: two of them and whoever changes them fit into one."""
PATIENCE = 5.0


@contextmanager
def in_slots(pids: Sequence[int]) -> Iterator[None]:
    """Meanwhile each of at most two processes runs for its share of each period, never two of them at once.

    One alone has no more than its share either. A small process changes them; when we end, however we do, it lets
    all of them run.
    """
    command = (sys.executable, __file__, *map(str, pids))
    with subprocess.Popen(command, stdin=subprocess.PIPE) as changing:
        try:
            yield
        finally:
            assert changing.stdin is not None  # asked for above
            changing.stdin.close()
            changing.wait(PATIENCE)


def _change(pids: Sequence[int]) -> None:
    """Until nobody holds the other end of our standard input any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    begin = time.monotonic()
    try:
        while not select.select([sys.stdin], [], [], 0)[0]:
            for number, pid in enumerate(pids):
                _wait_until(begin + number * SHARE * PERIOD)
                _tell(pid, signal.SIGCONT)
                _wait_until(begin + (number + 1) * SHARE * PERIOD)
                _tell(pid, signal.SIGSTOP)
            begin = max(begin + PERIOD, time.monotonic())
            _wait_until(begin)
    finally:
        for pid in pids:
            _tell(pid, signal.SIGCONT)


def _wait_until(moment: float) -> None:
    time.sleep(max(moment - time.monotonic(), 0))


def _tell(pid: int, what: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, what)


if __name__ == "__main__":
    _change([int(pid) for pid in sys.argv[1:]])
