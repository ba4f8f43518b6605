"""A client that does what its error says: it tries again what the server let fall before anything had come of it."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from clearway.calls import Opening
from clearway.client import ClearwayClient
from clearway.contracts.base import Contract
from clearway.errors import ServiceUnavailable

A = TypeVar("A", bound=Contract)

TRIES = 3
LET_FALL = "workflow task failure"
"""The server's words where news crossed a request that ends a case: the request was not done (UnhandledCommand)."""


class InsistingClient(ClearwayClient):
    """Repeats a request only where it is certain that it changed nothing."""

    async def _ask(self, workflow_id: str, update: str, request: Contract, answer: type[A]) -> A:
        ask = super()._ask
        return await insist(lambda: ask(workflow_id, update, request, answer))

    async def _open_with(self, opening: Opening, summary: str, update: str, request: Contract, answer: type[A]) -> A:
        open_with = super()._open_with
        return await insist(lambda: open_with(opening, summary, update, request, answer))


async def insist(call: Callable[[], Awaitable[A]]) -> A:
    """Call until it is answered, or fails otherwise, or too often. Raises ServiceUnavailable."""
    for _ in range(TRIES - 1):
        try:
            return await call()
        except ServiceUnavailable as unavailable:
            if not any(LET_FALL in problem.message_en for problem in unavailable.problems):
                raise
    return await call()
