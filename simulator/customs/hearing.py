"""Trouble at customs' door: it is down, slow, or breaks off its answer after it has taken a message."""

import asyncio
import hashlib
from datetime import timedelta

from fastapi import Response
from starlette.types import Receive, Scope, Send

from clearway.messages import Message
from simulator.customs.shelf import Bounded
from simulator.mishaps import HEARING, Fate, Mishap
from simulator.refusals import Refusal
from simulator.scenarios import scenario_of
from simulator.settings import Settings

_TIMES_DOWN = 2


class Hearing:
    """Decides what goes wrong with what is filed."""

    def __init__(self, settings: Settings) -> None:
        self._fate = Fate(settings.seed, settings.mishaps)
        self._slow = timedelta(milliseconds=settings.late_ms).total_seconds()
        self._knocks: Bounded[str, int] = Bounded(10_000)
        self._taken: set[int] = set()
        """Numbers made from their guids, for they may be very many."""

    @property
    def taken(self) -> int:
        """Different messages that were taken."""
        return len(self._taken)

    async def begin(self, message: Message) -> bool:
        """Whether the answer breaks off; raises Refusal with 503 while the door is down for this message."""
        knocks = self._knocks[message.guid] = self._knocks.get(message.guid, 0) + 1
        order_no = str(getattr(message.records[0], "order_no", ""))
        mishap = scenario_of(order_no).door or self._fate.of(HEARING, message.message_type, order_no)
        if mishap is Mishap.DOWN and knocks <= _TIMES_DOWN:
            raise Refusal(503, "E_DOWN", "customs' door is down for a moment")
        if mishap is Mishap.SLOW and knocks == 1:
            await asyncio.sleep(self._slow)
        self._taken.add(int.from_bytes(hashlib.sha256(message.guid.encode()).digest()[:8]))
        return mishap is Mishap.CUT and knocks == 1


class BrokenOff(Response):
    """An answer that promises more than it holds; the server then closes the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the beginning."""
        await send({"type": "http.response.start", "status": 202, "headers": [(b"content-length", b"100")]})
        await send({"type": "http.response.body", "body": b"{", "more_body": True})
