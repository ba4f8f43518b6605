"""Customs as a self-test plays it: an address on loopback that takes one upload and checks its form and signature."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs

from clearway.contracts.payment_data import FAILED, TAKEN
from clearway.messages import MessageRefused
from clearway.messages.payment_data import UNSIGNED, read_upload
from clearway.messages.signatures import Trust

SIGNED, NOT_SIGNED = "signed", "unsigned: no key is set"
_LONGEST = 10_000_000


class OwnCustoms:
    """Listens while the context lasts."""

    def __init__(self, trusted: Trust) -> None:
        class Door(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers.get("content-length", "0"))
                answer = judge(self.rfile.read(min(length, _LONGEST)), trusted)
                self.send_response(200)
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, format: str, *_: object) -> None:
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Door)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        """Where to upload."""
        return f"http://127.0.0.1:{self._server.server_port}/"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def judge(form: bytes, trusted: Trust) -> bytes:
    """What customs says to an upload: 10000, or 20000 with the reason."""
    fields = parse_qs(form.decode("utf-8", "replace"))
    try:
        upload = read_upload(fields.get("payExInfoStr", [""])[0])
        if (upload.cert_no, upload.sign_value) != UNSIGNED:
            upload.verify(trusted)
            code, told = TAKEN, SIGNED
        else:
            code, told = TAKEN, NOT_SIGNED
    except MessageRefused as refused:
        code, told = FAILED, "; ".join(problem.message_en for problem in refused.problems[:5])
    return json.dumps({"code": code, "message": told, "total": 0, "serviceTime": 0}).encode()
