"""How long tests wait for what comes at once on an idle machine: a busy one may take its time."""

import asyncio
from collections.abc import Callable

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
