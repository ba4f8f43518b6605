"""What processes used of the processors, read from /proc, and on which processor they may run."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

PROC = Path("/proc")
TICK = 1.0 / os.sysconf("SC_CLK_TCK")
"""Seconds in the unit in which the system counts processor time."""
_PARENT, _USED = 1, slice(11, 15)
"""Fields of /proc/PID/stat after the name: the parent; user and system time, own and of children that ended."""


class NoProcessorTimes(Exception):
    """This system does not tell what a process used."""


def require_processor_times() -> None:
    """Raises NoProcessorTimes with the reason where the system has no /proc."""
    if not (PROC / "self" / "stat").exists():
        raise NoProcessorTimes("the processor time of other processes is read from /proc, which only Linux has")


def seconds_of(pid: int, *, children: bool = True) -> float:
    """Processor seconds that a process has used, with all that it started and that lives or was waited for.

    Without `children` only its own. A process that is gone has used nothing.
    """
    if not children:
        own = _stat(pid)
        return _seconds(own[_USED][:2]) if own else 0.0
    return sum(_seconds(each[_USED]) for each in _family(pid).values())


def _family(pid: int) -> dict[int, list[str]]:
    """A process and all its descendants, with their fields."""
    stats = {int(entry.name): fields for entry in PROC.iterdir() if entry.name.isdigit() and (fields := _stat(entry))}
    offspring: dict[int, list[int]] = {}
    for child, fields in stats.items():
        offspring.setdefault(int(fields[_PARENT]), []).append(child)
    found, open_ends = {}, [pid]
    while open_ends:
        member = open_ends.pop()
        if member in stats:
            found[member] = stats[member]
            open_ends += offspring.get(member, [])
    return found


def _stat(process: int | Path) -> list[str]:
    """The fields after the name, which may hold spaces; none for a process that is gone."""
    folder = PROC / str(process) if isinstance(process, int) else process
    try:
        return (folder / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return []


def _seconds(ticks: list[str]) -> float:
    return sum(map(int, ticks)) * TICK


class Meter:
    """Reads what named processes use between two moments; the driver, who asks, is one of them."""

    def __init__(self, processes: Mapping[str, int]) -> None:
        self._processes = dict(processes)
        self._before = self._read()

    def spent(self) -> dict[str, float]:
        """Processor seconds of each since the meter was made."""
        now = self._read()
        return {name: now[name] - self._before[name] for name in now}

    def _read(self) -> dict[str, float]:
        used = {name: seconds_of(pid) for name, pid in self._processes.items()}
        return used | {"driver": seconds_of(os.getpid(), children=False)}


def two_cores() -> tuple[int, int]:
    """Two processors that we may use. Raises ValueError where there is one only."""
    ours = sorted(os.sched_getaffinity(0))
    if len(ours) < 2:
        raise ValueError("pinning needs two processors; this process may use one only")
    return ours[0], ours[1]


@contextmanager
def on_core(core: int | None) -> Iterator[None]:
    """What is started meanwhile runs on this processor alone; None leaves everything as it is."""
    if core is None:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def move_to(pid: int, core: int | None) -> None:
    """Have a running process, all its threads, run on this processor alone; None leaves it as it is."""
    if core is None:
        return
    for thread in (PROC / str(pid) / "task").iterdir():
        os.sched_setaffinity(int(thread.name), {core})
