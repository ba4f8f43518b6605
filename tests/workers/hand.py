"""A process that plays a worker, and one that runs several of them; no Temporal in either.

    python tests/workers/hand.py several FOLDER PROCESSES CONDUCT    runs a Supervisor over `hand.py one FOLDER CONDUCT`

A hand notes its starts in FOLDER/starts, one line each: its number and its pid.
"""

import asyncio
import logging
import os
import signal
import sys
import time
from datetime import timedelta
from pathlib import Path

from workers.options import read_options
from workers.supervision import Pace, Supervisor

PACE = Pace(first_pause=0.05, longest_pause=0.2, steady=600, most_deaths=4)


def one(folder: Path, conduct: str, nth: int, line: int) -> int:
    """Behave as told: steady, stubborn, unfit, mortal, or once (dies only the first time)."""
    starts = folder / "starts"
    before = starts.read_text().count(f"{nth} ") if starts.exists() else 0
    told: list[int] = []
    boss = os.getppid()  # a test kills it outright
    signal.signal(signal.SIGTERM, lambda number, _: told.append(number))
    signal.signal(signal.SIGINT, signal.SIG_IGN if conduct == "stubborn" else lambda number, _: told.append(number))
    with starts.open("a") as lines:
        lines.write(f"{nth} {os.getpid()}\n")
    if conduct == "unfit":
        return 7
    os.write(line, b"ready\n")
    if (conduct == "mortal" and nth == 0) or (conduct == "once" and not before):
        while "processes are ready" not in (folder / "log").read_text():
            time.sleep(0.02)
        return 7
    while (not told or conduct == "stubborn") and os.getppid() == boss:
        time.sleep(0.02)
    return 3 if conduct == "hasty" and nth == 0 else 0


def several(folder: Path, processes: int, conduct: str) -> int:
    """Run hands until told to stop."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    command = (sys.executable, __file__, "one", str(folder), conduct)

    async def run() -> int:
        return await Supervisor(command, processes, timedelta(seconds=0.5), PACE).run()

    return asyncio.run(run())


if __name__ == "__main__":
    what, folder, *rest = sys.argv[1:]
    if what == "several":
        sys.exit(several(Path(folder), int(rest[0]), rest[1]))
    options = read_options(rest[1:])
    assert options.line is not None
    sys.exit(one(Path(folder), rest[0], options.nth, options.line))
