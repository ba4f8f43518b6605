"""A subscriber's address on loopback, which answers as told; and a gateway that has nothing but its outbox."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
from fastapi import FastAPI

from clearway.contracts.subscriptions import Event
from clearway.webhooks import verify
from gateway.answers import answer_problems
from gateway.arrivals import Arrivals
from gateway.doors.subscriptions import SubscriptionDoor, subscription_door
from gateway.outbox.pusher import Pusher
from gateway.outbox.reach import Reach
from gateway.settings import GatewaySettings
from gateway.tracing import Tracing
from models.database import Database
from models.notices import tell
from tests.gateway.outbox.clock import START, Clock

EBC, LOG = "3301960A01", "3301960L01"
CASE = f"declaration-list/{EBC}/CW20260310-0001"


@dataclass
class Receiver:
    """What came, and what is answered: the statuses in turn, then 200 for good."""

    statuses: list[int] = field(default_factory=list)
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    before_answer: Callable[[], Awaitable[None]] | None = None
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    def events(self, secret: str, clock: Clock) -> list[Event]:
        """What came, each checked as a subscriber checks it."""
        return [verify(headers, body, secret, clock()) for headers, body in self.got]

    def ids(self) -> list[str]:
        return [headers["webhook-id"] for headers, _ in self.got]

    @asynccontextmanager
    async def listening(self) -> AsyncIterator["Receiver"]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while request := await self._read(reader):
                self.got.append(request)
                if self.before_answer:
                    await self.before_answer()
                status = self.statuses.pop(0) if self.statuses else 200
                told = "".join(f"{name}: {value}\r\n" for name, value in self.headers.items())
                writer.write(f"HTTP/1.1 {status} X\r\ncontent-length: 0\r\n{told}\r\n".encode())
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _read(self, reader: asyncio.StreamReader) -> tuple[dict[str, str], bytes] | None:
        head = await reader.readuntil(b"\r\n\r\n")
        lines = head.decode().split("\r\n")[1:]
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines if line)}
        return headers, await reader.readexactly(int(headers.get("content-length", "0")))


class Office:
    """The doors of subscriptions and the pusher on one database; `restart` is what happens after a crash."""

    def __init__(self, database: Database, **settings: Any) -> None:
        self.database = database
        self.clock = Clock()
        given: dict[str, Any] = {
            "webhook_reach": Reach.LOOPBACK,
            "webhook_seconds": 30,
            "poll_seconds": 2.0,
        } | settings
        self.settings = GatewaySettings(**given)
        self.restart()

    def restart(self) -> None:
        self.pusher = Pusher(self.database, self.settings, self.clock)
        app = FastAPI()
        answer_problems(app)
        door = SubscriptionDoor(self.database, self.pusher, self.settings.webhook_reach, self.clock)
        arrivals = Arrivals(self.database, self.settings, self.clock, Tracing())
        app.include_router(subscription_door(door, arrivals))
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway")

    def tell(self, *kinds: str, recipient: str = EBC) -> None:
        """Something happened."""
        with self.database.transaction() as session:
            for kind in kinds:
                tell(session, recipient=recipient, kind=kind, subject=CASE, at=START, key=kind, customs="2991")

    async def subscribe(self, url: str = "", **more: Any) -> tuple[int, str]:
        """A subscription's number and secret."""
        mode = "push" if url else "pull"
        answer = await self.http.post("/subscriptions", json={"recipient": EBC, "mode": mode, "url": url} | more)
        assert answer.status_code == 201, answer.text
        return answer.json()["subscription"]["id"], answer.json()["secret"]

    async def push(self, rounds: int = 3) -> None:
        for _ in range(rounds):
            await self.pusher.push()

    async def show(self, number: int) -> Any:
        answer = await self.http.get(f"/subscriptions/{number}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(self, path: str, body: Any = None) -> httpx.Response:
        return await self.http.post(f"/subscriptions/{path}", json=body)

    async def events(self, number: int, **asked: int) -> list[Any]:
        answer = await self.http.get(f"/subscriptions/{number}/events", params=asked)
        assert answer.status_code == 200, answer.text
        events: list[Any] = answer.json()["events"]
        return events

    def later(self, **time: float) -> None:
        self.clock.now += timedelta(**time)
