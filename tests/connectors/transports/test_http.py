"""HTTP as transport: posted once per try, the name beside it, every answer taken for what it is."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from urllib.parse import unquote, urlsplit

import httpx
import pytest
from fastapi import FastAPI, Request, Response

from connectors import Refused, Unavailable
from connectors.customs.transports import HttpTransport
from tests.connectors.conformance.servers import serve
from tests.connectors.transports.cable import Cable, cable_to
from tests.connectors.transports.conformance import HEADERS, TransportFacts


class Door:
    """Customs' door: keeps what comes, under its name."""

    def __init__(self) -> None:
        self.cable: Cable | None = None
        self.paths: list[str] = []
        self._lock = threading.Lock()
        self._held: dict[str, bytes] = {}
        self._headers: dict[str, dict[str, str]] = {}
        self.app = FastAPI()
        self.app.add_api_route("/{path:path}", self._take, methods=["POST"])

    def held(self) -> Mapping[str, bytes]:
        return self._held

    def headers(self, name: str) -> Mapping[str, str]:
        return self._headers[name]

    def away(self) -> AbstractContextManager[None]:
        assert self.cable is not None
        return self.cable.out()

    async def _take(self, request: Request) -> Response:
        body = await request.body()
        name = unquote(request.headers["idempotency-key"])
        with self._lock:
            self.paths.append(request.url.path)
            if self._held.setdefault(name, body) != body:
                return Response('{"code": "NAME_TAKEN", "reason": "other content"}', 409)
            self._headers[name] = dict(request.headers)
        return Response(status_code=202)


@pytest.fixture
def other_side() -> Iterator[Door]:
    door = Door()
    with serve(door.app) as url, cable_to(urlsplit(url).port or 0) as door.cable:
        yield door


@pytest.fixture
def transport(other_side: Door) -> Iterator[HttpTransport]:
    assert other_side.cable is not None
    with httpx.Client(trust_env=False) as http:
        yield HttpTransport(f"http://127.0.0.1:{other_side.cable.port}", http, timeout=httpx.Timeout(5))


class TestHttp(TransportFacts):
    """Everything that is true of every transport."""


def test_other_bytes_under_the_same_name_are_refused_by_a_door_that_looks(transport: HttpTransport) -> None:
    transport.send("CEB621-1", b"one", HEADERS)
    with pytest.raises(Refused, match="NAME_TAKEN"):
        transport.send("CEB621-1", b"two", HEADERS)


def test_an_address_without_a_path_means_customs_door_and_one_with_a_path_means_that(
    transport: HttpTransport, other_side: Door
) -> None:
    assert other_side.cable is not None
    transport.send("CEB621-1", b"one", {})
    with httpx.Client(trust_env=False) as http:
        HttpTransport(f"http://127.0.0.1:{other_side.cable.port}/cebcmsg", http).send("CEB621-2", b"two", {})
    assert other_side.paths == ["/customs/messages", "/cebcmsg"]


@pytest.mark.parametrize(
    ("status", "expected"), [(503, Unavailable), (429, Unavailable), (302, Unavailable), (400, Refused)]
)
def test_every_answer_is_one_of_two(status: int, expected: type[Exception]) -> None:
    app = FastAPI()
    app.add_api_route("/customs/messages", lambda: Response(status_code=status), methods=["POST"])
    with serve(app) as url, httpx.Client(trust_env=False) as http, pytest.raises(expected):
        HttpTransport(url, http).send("CEB621-1", b"one", HEADERS)
