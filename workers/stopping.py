"""How a worker process stops: no new work, what is under way may finish, and nothing waits for ever."""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any, NoReturn

from temporalio import activity
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

SIGNALS = (signal.SIGTERM, signal.SIGINT)
BROKEN_OFF = 3
"""Exit code of a process that left work behind for another worker."""
LAST_BREATH = timedelta(seconds=1)
"""For what is to be said and closed after the grace period; a thread that still runs then is left alone."""
log = logging.getLogger("worker")


class UnderWay(Interceptor):
    """Counts the activities under way, and how those ended that were so when the process was told to stop."""

    def __init__(self) -> None:
        self.now = self.finished = self.broken_off = 0
        self.stopping = False

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        """Count each."""
        return _Counted(next, self)


class _Counted(ActivityInboundInterceptor):
    def __init__(self, following: ActivityInboundInterceptor, under_way: UnderWay) -> None:
        super().__init__(following)
        self._under_way = under_way

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        self._under_way.now += 1
        try:
            return await super().execute_activity(input)
        finally:
            self._under_way.now -= 1
            if self._under_way.stopping:
                details = activity.cancellation_details()
                if details is not None and details.worker_shutdown:
                    self._under_way.broken_off += 1
                else:
                    self._under_way.finished += 1


class Stop:
    """The order to stop: by a signal, by the end of the process that runs several, or by ourselves."""

    def __init__(self, under_way: UnderWay, grace: timedelta, *, line: int | None = None) -> None:
        """Listen from now on; must be made inside the running event loop."""
        self._under_way = under_way
        self._grace = grace
        self._line = line
        self._told = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        for each in SIGNALS:
            self._loop.add_signal_handler(each, self._on_signal, each)
        if line is not None:
            self._loop.add_reader(line, self._on_line)

    async def told(self) -> None:
        """Wait for the order."""
        await self._told.wait()

    def ready(self) -> None:
        """Tell the process that runs several that this one takes work."""
        if self._line is not None:
            os.write(self._line, b"ready\n")

    def give(self, why: str) -> None:
        """Give the order; work that is under way after the grace period and a breath is left where it is."""
        if self._told.is_set():
            return
        self._told.set()
        self._under_way.stopping = True
        seconds = self._grace.total_seconds()
        log.info("%s: takes no new work; %d activities under way have %g s", why, self._under_way.now, seconds)
        self._loop.call_later((self._grace + LAST_BREATH).total_seconds(), self._leave)

    def account(self) -> int:
        """Say what became of the work under way; the exit code."""
        counts = self._under_way
        left = counts.broken_off + counts.now
        if left:
            log.warning("stopped: %d activities finished, %d left to another worker", counts.finished, left)
            return BROKEN_OFF
        log.info("stopped: drained, %d activities finished meanwhile", counts.finished)
        return 0

    def _on_signal(self, number: signal.Signals) -> None:
        if self._told.is_set():
            log.warning("a second %s: ends at once", number.name)
            _leave(128 + number)
        self.give(number.name)

    def _on_line(self) -> None:
        """Nothing is ever said to us on the line: it ends, when whoever runs us is no more."""
        assert self._line is not None  # else it were not read
        self._loop.remove_reader(self._line)
        self.give("the process that runs the workers is gone")

    def _leave(self) -> None:
        _leave(self.account())


def _leave(status: int) -> NoReturn:
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(status)  # a thread may hang in a call for much longer


async def first_of(*waits: Callable[[], Any]) -> None:
    """Wait until one of several is over; the others are given up."""
    tasks = [asyncio.ensure_future(wait()) for wait in waits]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
