"""What is said in customs' name at a door: said again while nothing can be kept there, and never after a refusal."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from deploy.doors import post
from deploy.ports import LOOPBACK
from deploy.unexpected import Unexpected


class Door:
    """Answers with these statuses, one after another, and keeps what was said."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.said: list[bytes] = []
        door = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                door.said.append(self.rfile.read(int(self.headers["content-length"])))
                self.send_response(door.statuses.pop(0))
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Nothing is printed."""

        self._server = HTTPServer((LOOPBACK, 0), Handler)
        self.url = f"http://{LOOPBACK}:{self._server.server_port}/door"
        Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Nobody listens any more."""
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def door() -> Iterator[Door]:
    """A door."""
    opened = Door()
    yield opened
    opened.close()


async def test_what_cannot_be_kept_is_said_again_with_the_same_bytes(door: Door) -> None:
    door.statuses = [503, 202]
    await post(door.url, {"a": 1})
    assert door.said == [b'{"a": 1}'] * 2


async def test_what_is_refused_is_not_said_again(door: Door) -> None:
    door.statuses = [400, 202]
    with pytest.raises(Unexpected, match="HTTP Error 400"):
        await post(door.url, {"a": 1})
    assert len(door.said) == 1
