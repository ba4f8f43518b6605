"""The doors of the stack as the demo uses them: the gateway hears customs only under customs' signature."""

import asyncio
import http.client
import json
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from clearway.messages.signatures import FileKey, sign_bytes
from deploy.unexpected import Unexpected

PATIENCE, PAUSE = 60.0, 1.0
"""Seconds for which something is sent again that nobody took, and between two tries."""


@dataclass(frozen=True)
class Gateway:
    """The gateway of a stack."""

    url: str
    customs: FileKey | None = field(default=None, repr=False)
    """Signs what is said in customs' name."""

    async def say_as_customs(self, door: str, said: Mapping[str, Any]) -> None:
        """Send what customs says to one of its doors, e.g. `control-instructions`. Raises Unexpected."""
        content = json.dumps(said).encode()
        headers = {}
        if self.customs is not None:
            headers = {"X-Clearway-Key": self.customs.name, "X-Clearway-Signature": sign_bytes(content, self.customs)}
        await _send(f"{self.url}/customs/{door}", content, headers)

    async def post(self, path: str, said: Mapping[str, Any]) -> None:
        """Send JSON to any other door. Raises Unexpected."""
        await post(self.url + path, said)


async def post(url: str, said: Mapping[str, Any]) -> None:
    """Send JSON. Raises Unexpected."""
    await _send(url, json.dumps(said).encode(), {})


async def _send(url: str, content: bytes, headers: Mapping[str, str]) -> None:
    """Send until it is taken or refused: who gets no answer, or hears that nothing can be kept now, sends again."""

    def send() -> None:
        request = urllib.request.Request(url, content, {"Content-Type": "application/json", **headers})
        with urllib.request.urlopen(request, timeout=10):
            pass

    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return await asyncio.to_thread(send)
        except (OSError, http.client.HTTPException) as error:
            refused = isinstance(error, urllib.error.HTTPError) and error.code < 500
            if refused or time.monotonic() > deadline:
                raise Unexpected(f"{url} did not take it: {error}") from error
        await asyncio.sleep(PAUSE)
