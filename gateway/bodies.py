"""Bodies of requests: read within the permitted size and time, and large ones a few at a time.

A crowd of large messages must not fill the memory of the process through which everybody's receipts come.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager

from fastapi import Request
from starlette.requests import ClientDisconnect

from gateway.answers import RETRY_AFTER
from gateway.refusals import Code, DoorRefused, refusal
from gateway.settings import GatewaySettings

log = logging.getLogger(__name__)

LARGE = 64 * 1024
"""Bytes. A body up to this size waits for nobody: the server reads as much ahead of every request anyway."""
SPILLED = 32 * 1024 * 1024
SPILL_SECONDS = 10
"""So much of a refused body is read and dropped, for so long: who still writes would not read our answer."""
_CLOSE = {"Connection": "close"}


class Turns:
    """The line of large bodies. Everything runs on one event loop."""

    def __init__(self, at_once: int, seconds: float) -> None:
        """So many at once; who has waited so many seconds is sent away."""
        self._free = asyncio.Semaphore(at_once)
        self._seconds = seconds

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn and hold it. Raises DoorRefused, 503, when it does not come."""
        try:
            async with asyncio.timeout(self._seconds):
                await self._free.acquire()
        except TimeoutError:
            log.warning("a large body was sent away: no turn in %g seconds", self._seconds)
            raise DoorRefused(503, [refusal(Code.BUSY)], RETRY_AFTER | _CLOSE) from None
        try:
            yield
        finally:
            self._free.release()


class Bodies:
    """Reads what requests bring."""

    def __init__(self, settings: GatewaySettings) -> None:
        self._most = settings.max_body_bytes
        self._seconds = settings.body_seconds
        self._turns = Turns(settings.large_bodies, settings.body_seconds)

    async def read(self, request: Request, turn: AsyncExitStack) -> bytes:
        """The whole body; the stack holds the turn of a large one from before it is read. Raises DoorRefused."""
        try:
            return await self._read(request, turn)
        except DoorRefused as refused:
            if refused.status in (413, 503):
                await turn.aclose()
                await _spill(request)
            raise

    async def _read(self, request: Request, turn: AsyncExitStack) -> bytes:
        announced = request.headers.get("content-length", "")
        expected = int(announced) if announced.isascii() and announced.isdigit() else 0
        if expected > self._most:
            raise self._too_large()
        if has_turn := expected > LARGE:
            await turn.enter_async_context(self._turns.turn())
        chunks: list[bytes] = []
        size = 0
        try:
            async with asyncio.timeout(self._seconds) as limit, aclosing(request.stream()) as stream:
                async for chunk in stream:
                    size += len(chunk)
                    if size > self._most:
                        chunks.clear()  # the refusal would carry them along
                        raise self._too_large()
                    if size > LARGE and not has_turn:
                        limit.reschedule(None)  # to wait is not the sender's fault
                        await turn.enter_async_context(self._turns.turn())
                        limit.reschedule(asyncio.get_running_loop().time() + self._seconds)
                        has_turn = True
                    chunks.append(chunk)
        except ClientDisconnect:
            raise DoorRefused(400, [refusal(Code.BODY_CUT)]) from None
        except TimeoutError:
            told = f"It was not complete after {self._seconds} seconds."
            raise DoorRefused(408, [refusal(Code.BODY_CUT, detail=told)], _CLOSE) from None
        return b"".join(chunks)

    def _too_large(self) -> DoorRefused:
        return DoorRefused(
            413, [refusal(Code.TOO_LARGE, ("body", None), detail=f"The limit is {self._most} bytes.")], _CLOSE
        )


async def _spill(request: Request) -> None:
    """Let the sender write to the end, unless it waits to be asked for its body."""
    if request.headers.get("expect", "").lower() == "100-continue":
        return
    spilled = 0
    try:
        async with asyncio.timeout(SPILL_SECONDS), aclosing(request.stream()) as stream:
            async for chunk in stream:
                spilled += len(chunk)
                if spilled > SPILLED:
                    return
    except (ClientDisconnect, TimeoutError):
        return
