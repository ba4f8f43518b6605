"""Real servers on free loopback ports, run in threads and ended by whoever started them."""

import json
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import uvicorn
from fastapi import FastAPI, Request, Response

from clearway.contracts.documents import ListReceipt, TaxBill, TaxBillStatus
from clearway.messages import Message, MessageRefused, read
from clearway.messages.envelope import is_envelope, unwrap
from tests.patience import PATIENCE

RECEIPTS = "/customs/receipts"
INSTRUCTIONS = "/customs/control-instructions"
RESULTS = "/customs/inspection-results"
DISPOSITIONS = "/customs/dispositions"


@contextmanager
def serve(app: Callable[..., Awaitable[None]] | FastAPI) -> Iterator[str]:
    """Run an application and give its address."""
    # Named TCP: asyncio switches Nagle's delay off for such sockets only, else every answer waits 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_config=None, ws="none", lifespan="on", timeout_graceful_shutdown=2)
    server = uvicorn.Server(config)
    ready = threading.Event()
    startup = server.startup

    async def tell_when_started(sockets: list[socket.socket] | None = None) -> None:
        await startup(sockets)
        ready.set()

    server.startup = tell_when_started  # type: ignore[method-assign]
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        assert ready.wait(PATIENCE), "the server did not start"
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(PATIENCE)
        listener.close()
        assert not thread.is_alive(), "the server did not end"


@contextmanager
def closed_port() -> Iterator[str]:
    """An address at which nobody listens, held so that nobody else takes it."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{held.getsockname()[1]}"


@dataclass(frozen=True)
class Post:
    """What arrived at the gateway."""

    path: str
    content_type: str
    traceparent: str | None
    content: bytes

    @property
    def inner(self) -> bytes:
        """The CEB message, out of its envelope if it came in one."""
        return unwrap(self.content).data if is_envelope(self.content) else self.content

    @property
    def message(self) -> Message:
        """Read as a CEB message."""
        return read(self.inner)

    @property
    def told(self) -> str:
        """In a word: a list's status, `816`, `void`, `instruction`, a result or disposition; documents as `312:120`."""
        if self.path != RECEIPTS and not self.content.endswith(b"}}"):
            return "half"
        if self.path == INSTRUCTIONS:
            return "instruction"
        if self.path == RESULTS:
            return str(self.json["result"]["outcome"])
        if self.path == DISPOSITIONS:
            return str(self.json["order"]["disposition"])
        try:
            record = self.message.records[0]
        except MessageRefused:
            return "half"
        if isinstance(record, TaxBill):
            return "816"
        if isinstance(record, TaxBillStatus):
            return "void"
        status = str(getattr(record, "return_status", ""))
        return status if isinstance(record, ListReceipt) else f"{self.message.message_type[3:]}:{status}"

    @property
    def json(self) -> dict[str, Any]:
        """Read as JSON."""
        value = json.loads(self.content)
        assert isinstance(value, dict)
        return value


class Gateway:
    """Stands where ours will stand: records what arrives; may be told to refuse for a while."""

    def __init__(self) -> None:
        self.posts: list[Post] = []
        self.refused = 0
        self._refuse = 0
        self._changed = threading.Condition()
        self.app = FastAPI()
        self.app.add_api_route("/{path:path}", self._take, methods=["POST"])

    def refuse_next(self, times: int) -> None:
        """Answer 503 so many times."""
        with self._changed:
            self._refuse = times

    def forget(self) -> None:
        """Start with an empty record."""
        with self._changed:
            self.posts.clear()
            self.refused = 0

    def wait_for(self, told: str, seconds: float = PATIENCE) -> Post:
        """The first post that says this."""
        with self._changed:
            arrived = self._changed.wait_for(lambda: any(post.told == told for post in self.posts), seconds)
            assert arrived, f"{told} did not arrive, only {[post.told for post in self.posts]}"
            return next(post for post in self.posts if post.told == told)

    def said(self) -> list[str]:
        """What arrived about the list, in order; its three documents left out."""
        return [post.told for post in list(self.posts) if ":" not in post.told]

    async def _take(self, request: Request) -> Response:
        content = await request.body()
        post = Post(
            request.url.path,
            request.headers.get("content-type", ""),
            request.headers.get("traceparent"),
            content,
        )
        with self._changed:
            if self._refuse:
                self._refuse -= 1
                self.refused += 1
                return Response(status_code=503)
            self.posts.append(post)
            self._changed.notify_all()
        return Response(status_code=202)
