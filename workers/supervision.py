"""Several worker processes under one: started, watched, started again when they die, stopped together."""

import asyncio
import contextlib
import logging
import signal
import socket
import sys
from asyncio.subprocess import Process
from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from workers.ending import BROKEN_OFF, LAST_BREATH, SIGNALS

log = logging.getLogger("worker")


class Pace(NamedTuple):
    """How a process that died unasked is started again; seconds."""

    first_pause: float = 1
    longest_pause: float = 30
    steady: float = 60
    """A process that lived so long begins a new row of deaths."""
    most_deaths: int = 5
    """So many in a row, and all is given up."""


class GaveUp(Exception):
    """It is of no use to start again; the text says why."""


class Supervisor:
    """Runs a command several times over; each gets `--nth N --line FD` and writes one line when it takes work."""

    def __init__(self, command: Sequence[str], processes: int, grace: timedelta, pace: Pace | None = None) -> None:
        """`grace` is what each process has to finish its work in."""
        self._command = tuple(command)
        self._processes = processes
        self._patience = (grace + LAST_BREATH).total_seconds() + 2
        self._pace = pace or Pace()
        self._running: dict[int, Process] = {}
        self._ready: set[int] = set()
        self._all_were_ready = False
        self._stopping = asyncio.Event()
        self._second: signal.Signals | None = None
        self._left_work = False

    async def run(self) -> int:
        """Run until told to stop, or until it is of no use; the exit code of the whole."""
        loop = asyncio.get_running_loop()
        for each in SIGNALS:
            loop.add_signal_handler(each, self._on_signal, each)
        keeping = [asyncio.create_task(self._keep(nth)) for nth in range(self._processes)]
        done, _ = await asyncio.wait(keeping, return_when=asyncio.FIRST_EXCEPTION)
        failure = next((task.exception() for task in done if task.exception()), None)
        if failure is not None:
            self._stop()
            await asyncio.gather(*keeping, return_exceptions=True)
            if not isinstance(failure, GaveUp):
                raise failure
            log.error("gave up: %s", failure)
            return 1
        if self._second is not None:
            return 128 + self._second
        log.info("all %d processes have stopped", self._processes)
        return BROKEN_OFF if self._left_work else 0

    async def _keep(self, nth: int) -> None:
        """One process, again and again."""
        pace, deaths, loop = self._pace, 0, asyncio.get_running_loop()
        while not self._stopping.is_set():
            begun = loop.time()
            status = await self._live(nth)
            if self._stopping.is_set():
                self._left_work |= status not in (0, -signal.SIGTERM)  # by which it ends before it takes any work
                return
            if status == 0:
                log.info("process %d has ended by itself: nothing is left to do", nth)
                return
            if not self._all_were_ready:
                raise GaveUp(f"process {nth} could not start ({_told(status)})")
            deaths = 1 if loop.time() - begun >= pace.steady else deaths + 1
            if deaths >= pace.most_deaths:
                raise GaveUp(f"process {nth} died {deaths} times in a row ({_told(status)})")
            pause = min(pace.first_pause * 2 ** (deaths - 1), pace.longest_pause)
            log.warning("process %d died unasked (%s); starts again in %g s", nth, _told(status), pause)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)

    async def _live(self, nth: int) -> int:
        """From the start of a process to its end; its exit code, negative for a signal."""
        ours, theirs = socket.socketpair()
        with theirs:
            process = await asyncio.create_subprocess_exec(
                *(*self._command, "--nth", str(nth), "--line", str(theirs.fileno())),
                pass_fds=(theirs.fileno(),),
                process_group=0,  # Ctrl-C reaches us alone: it would count twice
            )
        self._running[nth] = process
        if self._stopping.is_set():  # while it was started
            process.terminate()
        reader, writer = await asyncio.open_connection(sock=ours)
        try:
            if await reader.readline():
                self._note_ready(nth, process)
            return await process.wait()
        finally:
            writer.close()
            self._ready.discard(nth)
            del self._running[nth]

    def _note_ready(self, nth: int, process: Process) -> None:
        log.info("process %d is ready (pid %d)", nth, process.pid)
        self._ready.add(nth)
        if len(self._ready) == self._processes:
            self._all_were_ready = True
            log.info("all %d processes are ready", self._processes)

    def _on_signal(self, number: signal.Signals) -> None:
        if self._stopping.is_set():
            self._second = number
        log.info("%s: %d processes are told to stop", number.name, len(self._running))
        self._stop()

    def _stop(self) -> None:
        """Tell each to stop; what does not heed it is killed in the end."""
        self._stopping.set()
        for process in self._running.values():
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
        wait = 2.0 if self._second is not None else self._patience
        asyncio.get_running_loop().call_later(wait, self._kill)

    def _kill(self) -> None:
        for nth, process in self._running.items():
            log.warning("process %d did not stop in time and is killed", nth)
            with contextlib.suppress(ProcessLookupError):
                process.kill()


def supervise(arguments: Sequence[str], processes: int, grace: timedelta) -> int:
    """Run this very program several times over with these arguments; the exit code of the whole."""
    command = (sys.executable, sys.argv[0], *arguments)

    async def run() -> int:
        return await Supervisor(command, processes, grace).run()

    return asyncio.run(run())


def _told(status: int) -> str:
    return f"exit code {status}" if status >= 0 else signal.Signals(-status).name
