"""The outside platforms as one small HTTP server that takes its time when told to; remembers what it was asked."""

import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

PERSON = b'{"outcome": "VERIFIED"}'


@dataclass
class Outside:
    """A context that serves on a free port of this host."""

    keys: list[str] = field(default_factory=list)
    """Idempotency keys of the messages that customs was asked to take, in order."""
    asked: threading.Event = field(default_factory=threading.Event)
    """Customs has been asked something."""
    answering: threading.Event = field(default_factory=threading.Event)
    """Customs answers; while this is not set it takes its time."""

    def __enter__(self) -> Self:
        outside = self

        class Door(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["content-length"]))
                if self.path.startswith("/identity"):
                    return self._answer(PERSON)
                outside.keys.append(self.headers["idempotency-key"])
                outside.asked.set()
                outside.answering.wait()
                return self._answer(b"")

            def _answer(self, body: bytes) -> None:
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                """Nothing."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: Any, client_address: Any) -> None:
                """Whoever asked is gone: that is what is tested."""

        self._server = Server(("127.0.0.1", 0), Door)
        self.answering.set()
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.answering.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"
