"""How a worker process stops: no new work, what is under way may finish, and nothing waits for ever."""

import asyncio
import logging
import os
import signal
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory, CancelledError
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from clearway.ending import leave
from workers.ending import BROKEN_OFF, FAILED, LAST_BREATH, SIGNALS

log = logging.getLogger("worker")


class UnderWay(Interceptor):
    """The activities under way, and how those ended that were so when the process was told to stop."""

    def __init__(self) -> None:
        self.tasks: set[asyncio.Task[Any]] = set()
        self.finished = self.broken_off = 0
        self.stopping = False

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        """Keep account of each."""
        return _Noted(next, self)

    def break_off(self) -> None:
        """Report what is left as failed, so that another worker takes it up at once; its threads are past help."""
        for task in tuple(self.tasks):
            task.cancel()


class _Noted(ActivityInboundInterceptor):
    def __init__(self, following: ActivityInboundInterceptor, under_way: UnderWay) -> None:
        super().__init__(following)
        self._under_way = under_way

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        under_way, task = self._under_way, asyncio.current_task()
        assert task is not None  # a coroutine runs in one
        under_way.tasks.add(task)
        try:
            result = await super().execute_activity(input)
        except (asyncio.CancelledError, CancelledError):
            details = activity.cancellation_details()
            if not under_way.stopping or (details is not None and details.cancel_requested):
                raise
            under_way.broken_off += 1
            why = "broken off: the worker stops"
            raise ApplicationError(why, type="WorkerStops", category=ApplicationErrorCategory.BENIGN) from None
        except BaseException:
            under_way.finished += under_way.stopping
            raise
        finally:
            under_way.tasks.discard(task)
        under_way.finished += under_way.stopping
        return result


class Stop:
    """The order to stop: by a signal, by the end of the process that runs several, or by ourselves."""

    def __init__(self, under_way: UnderWay, grace: timedelta, *, line: int | None = None) -> None:
        """Listen from now on; must be made inside the running event loop."""
        self._under_way = under_way
        self._grace = grace
        self._line = line
        self._told = asyncio.Event()
        self._failed = False
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
        """Give the order; what is under way after the grace period is broken off and reported, or else left alone."""
        if self._told.is_set():
            return
        self._told.set()
        self._under_way.stopping = True
        seconds = self._grace.total_seconds()
        log.info("%s: takes no new work; %d activities under way have %g s", why, len(self._under_way.tasks), seconds)
        self._loop.call_later(self._grace.total_seconds(), self._under_way.break_off)
        self._loop.call_later((self._grace + LAST_BREATH).total_seconds(), self._leave)

    async def fail(self, error: BaseException) -> None:
        """Stop because a worker of this process failed: it works no more, and half of a process helps nobody."""
        self._failed = True
        self.give(f"a worker failed: {error}")

    def account(self) -> int:
        """Say what became of the work under way; the exit code."""
        counts = self._under_way
        left = counts.broken_off + len(counts.tasks)
        if left:
            log.warning("stopped: %d activities finished, %d left to another worker", counts.finished, left)
        else:
            log.info("stopped: drained, %d activities finished meanwhile", counts.finished)
        if self._failed:
            return FAILED
        return BROKEN_OFF if left else 0

    def _on_signal(self, number: signal.Signals) -> None:
        if self._told.is_set():
            log.warning("a second %s: ends at once", number.name)
            leave(128 + number)
        self.give(number.name)

    def _on_line(self) -> None:
        """Nothing is ever said to us on the line: it ends, when whoever runs us is no more."""
        assert self._line is not None  # else it were not read
        self._loop.remove_reader(self._line)
        self.give("the process that runs the workers is gone")

    def _leave(self) -> None:
        leave(self.account())


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
