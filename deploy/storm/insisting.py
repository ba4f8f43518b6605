"""A client that insists as real senders do: what got no answer is asked again, with the same content, for minutes."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

from temporalio.service import RetryConfig

from clearway.calls import Opening
from clearway.client import ClearwayClient
from clearway.contracts.base import Contract
from clearway.errors import ServiceUnavailable

A = TypeVar("A", bound=Contract)

PATIENCE = 300.0
"""Seconds for which somebody asks again what got no answer."""
PAUSE = 1.0
"""Seconds between two tries."""
RETRIES = RetryConfig(
    max_elapsed_time_millis=round(timedelta(seconds=PATIENCE) / timedelta(milliseconds=1)), max_retries=1000
)
"""How the connection itself tries again while the server cannot be reached: the very same request."""


class InsistingClient(ClearwayClient):
    """Repeats what was not answered; what was refused is an answer."""

    repeats = 0
    """How often something was asked again."""

    async def _ask(self, workflow_id: str, update: str, request: Contract, answer: type[A]) -> A:
        ask = super()._ask
        return await self.insist(lambda: ask(workflow_id, update, request, answer))

    async def _open_with(self, opening: Opening, summary: str, update: str, request: Contract, answer: type[A]) -> A:
        open_with = super()._open_with
        return await self.insist(lambda: open_with(opening, summary, update, request, answer))

    async def _read(self, workflow_id: str, view: type[A]) -> A:
        read = super()._read
        return await self.insist(lambda: read(workflow_id, view))

    async def insist(self, call: Callable[[], Awaitable[A]], patience: float = PATIENCE) -> A:
        """Call until it is answered or refused, or patience is over. Raises what the call raises at last."""
        deadline = time.monotonic() + patience
        while True:
            try:
                return await call()
            except ServiceUnavailable:
                if time.monotonic() >= deadline:
                    raise
            self.repeats += 1
            await asyncio.sleep(PAUSE)
