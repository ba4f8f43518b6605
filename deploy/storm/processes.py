"""What the parts of the stack cost while a storm passes: processor time and peak memory, over every restart."""

import asyncio
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from deploy.child import Child

PROC = Path("/proc")
STEP = 1.0
"""Seconds between two looks: what a killed process used after the last one is not counted."""
OURSELVES = "the storm"


@dataclass
class Cost:
    """Of one part, with all its processes."""

    cpu_seconds: float = 0.0
    """Processor time, that of processes which were killed among it."""
    peak_bytes: int = 0
    """Most memory that all its processes had at one moment."""

    @property
    def megabytes(self) -> int:
        """The peak, MB."""
        return round(self.peak_bytes / 1_000_000)


class _Process(NamedTuple):
    pid: int
    session: int
    started: int
    seconds: float
    bytes: int


@dataclass
class Meter:
    """Looks at the processes of a stack, and at our own, where the system shows them (Linux)."""

    children: list[Child]
    costs: dict[str, Cost] = field(default_factory=dict)
    _used: dict[str, dict[tuple[int, int], float]] = field(default_factory=dict)
    """Processor time by part and process; a process is known by its pid and when it was started."""

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            self.look()
            await asyncio.sleep(STEP)

    def look(self) -> None:
        """Look once."""
        sessions = {child.pid: child.name for child in self.children if child.pid}
        memory: dict[str, int] = {}
        for process in _processes():
            part = OURSELVES if process.pid == os.getpid() else sessions.get(process.session)
            if part:
                memory[part] = memory.get(part, 0) + process.bytes
                self._used.setdefault(part, {})[process.pid, process.started] = process.seconds
        for part, now in memory.items():
            cost = self.costs.setdefault(part, Cost())
            cost.peak_bytes = max(cost.peak_bytes, now)
            cost.cpu_seconds = sum(self._used[part].values())


def _processes() -> Iterator[_Process]:
    """Every process, from its `stat` (man 5 proc)."""
    ticks, page = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")
    for file in PROC.glob("[0-9]*/stat"):
        try:
            told = file.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:  # it ended meanwhile
            continue
        session, user, system, started, pages = (int(told[number]) for number in (3, 11, 12, 19, 21))
        yield _Process(int(file.parent.name), session, started, (user + system) / ticks, pages * page)
