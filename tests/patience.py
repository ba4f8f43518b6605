"""How long tests wait for what comes at once on an idle machine: a busy one may take its time."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from clearway.errors import ServiceUnavailable

T = TypeVar("T")
PATIENCE = 90.0
"""Seconds; a patience costs nothing where things go well."""


async def until(holds: Callable[[], object], what: str = "it never came about") -> None:
    """Wait in the loop for something that nothing tells of."""
    try:
        async with asyncio.timeout(PATIENCE):
            while not holds():  # noqa: ASYNC110
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise AssertionError(what) from None


async def answered(ask: Callable[[], Awaitable[T]]) -> T:
    """The answer to a question that changes nothing, asked again while a server that is busy has none."""
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                return await ask()
            except ServiceUnavailable:
                await asyncio.sleep(0.1)


def wait_until(holds: Callable[[], object], what: str = "it never came about") -> None:
    """The same in a thread."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)
