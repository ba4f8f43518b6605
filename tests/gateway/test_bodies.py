"""Large bodies take turns, so that no crowd of them fills the gateway's memory; small ones pass them by."""

import asyncio
import json
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest
from fastapi import Request

from gateway.bodies import LARGE, Bodies
from gateway.refusals import Code, DoorRefused
from gateway.settings import GatewaySettings
from models.database import Database
from tests.gateway.recording import House
from tests.listening import listening
from tests.patience import PATIENCE

PART = b"x" * (LARGE + 1)


class Caller:
    """One request, told part by part; knows whether the gateway has asked for any of it."""

    def __init__(self, house: House, length: int | None, path: str = "/customs/receipts") -> None:
        self.asked = asyncio.Event()
        self._parts: asyncio.Queue[dict[str, object]] = asyncio.Queue()
        self._sent: list[dict[str, Any]] = []
        self._scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "POST",
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "headers": [] if length is None else [(b"content-length", str(length).encode())],
            "client": ("127.0.0.1", 1),
            "server": ("gateway", 80),
        }
        self._call = asyncio.create_task(house.app(self._scope, self._receive, self._send))  # type: ignore[arg-type]

    def tell(self, part: bytes, *, more: bool) -> None:
        self._parts.put_nowait({"type": "http.request", "body": part, "more_body": more})

    def hang_up(self) -> None:
        self._parts.put_nowait({"type": "http.disconnect"})

    @property
    def is_answered(self) -> bool:
        return self._call.done()

    async def answer(self) -> tuple[int, dict[bytes, bytes], dict[str, Any]]:
        await self._call
        start, *rest = self._sent
        body = b"".join(each.get("body", b"") for each in rest)
        return start["status"], dict(start["headers"]), json.loads(body)

    async def status(self) -> int:
        return (await self.answer())[0]

    async def _receive(self) -> dict[str, object]:
        self.asked.set()
        return await self._parts.get()

    async def _send(self, message: dict[str, Any]) -> None:
        self._sent.append(message)


def _request(parts: list[bytes], *headers: tuple[bytes, bytes]) -> Request:
    """A request whose parts are taken from the list."""
    length = b"content-length", str(sum(map(len, parts))).encode()

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": parts.pop(0), "more_body": bool(parts)}

    return Request({"type": "http", "headers": headers or (length,)}, receive)


async def _rest() -> None:
    """Long enough for whatever would go on without being told."""
    for _ in range(50):
        await asyncio.sleep(0)


@pytest.fixture
def one_at_a_time(database: Database) -> House:
    return House(database, GatewaySettings(large_bodies=1))


async def test_a_large_body_waits_unread_for_its_turn_and_is_then_taken(one_at_a_time: House) -> None:
    first, second = Caller(one_at_a_time, len(PART)), Caller(one_at_a_time, len(PART))
    await first.asked.wait()
    await _rest()
    assert not second.asked.is_set()

    first.tell(PART, more=False)
    second.tell(PART, more=False)

    assert [await first.status(), await second.status()] == [202, 202]
    assert [raw.body for raw in one_at_a_time.raws()] == [PART, PART]


async def test_a_small_body_waits_for_no_large_one(one_at_a_time: House) -> None:
    large, small = Caller(one_at_a_time, len(PART)), Caller(one_at_a_time, LARGE)
    await large.asked.wait()

    small.tell(b"x" * LARGE, more=False)
    assert await small.status() == 202

    large.tell(PART, more=False)
    assert await large.status() == 202


async def test_no_more_are_read_at_once_than_have_turns(database: Database) -> None:
    house = House(database, GatewaySettings(large_bodies=2))
    callers = [Caller(house, len(PART)) for _ in range(6)]
    for _ in range(3):
        await _rest()
        reading = [each for each in callers if each.asked.is_set()]
        assert len(reading) == 2
        for each in reading:
            each.tell(PART, more=False)
            assert await each.status() == 202
            callers.remove(each)


async def test_a_body_of_unknown_length_takes_a_turn_once_it_is_large(one_at_a_time: House) -> None:
    known, unknown = Caller(one_at_a_time, len(PART)), Caller(one_at_a_time, None)
    await known.asked.wait()
    unknown.tell(PART, more=True)
    unknown.tell(b"x", more=False)
    await _rest()
    assert one_at_a_time.raws() == []

    known.tell(PART, more=False)

    assert [await known.status(), await unknown.status()] == [202, 202]
    assert {len(raw.body) for raw in one_at_a_time.raws()} == {len(PART), len(PART) + 1}


@pytest.mark.parametrize("headers", [(), ((b"transfer-encoding", b"chunked"),)], ids=["announced", "of unknown length"])
async def test_who_waits_too_long_is_sent_away_and_let_write_to_the_end(headers: tuple[tuple[bytes, bytes]]) -> None:
    bodies = Bodies(GatewaySettings(large_bodies=1, body_seconds=1))
    parts = [PART, b"the end"]
    async with AsyncExitStack() as turn:
        assert await bodies.read(_request([PART]), turn) == PART
        with pytest.raises(DoorRefused) as refused:
            await bodies.read(_request(parts, *headers), AsyncExitStack())

    assert refused.value.status == 503
    assert [problem.code for problem in refused.value.problems] == [Code.BUSY]
    assert refused.value.headers["Retry-After"]
    assert parts == []
    async with AsyncExitStack() as turn:
        assert await bodies.read(_request([PART]), turn) == PART  # the turn was given back


async def test_who_waits_to_be_asked_for_its_body_is_not_asked() -> None:
    parts = [b"x"]
    announced = (b"content-length", b"99999999"), (b"expect", b"100-continue")
    with pytest.raises(DoorRefused):
        await Bodies(GatewaySettings()).read(_request(parts, *announced), AsyncExitStack())
    assert parts == [b"x"]


async def test_who_still_writes_hears_that_it_is_too_much(house: House) -> None:
    async with listening(house.app) as address, httpx.AsyncClient(base_url=address, timeout=PATIENCE) as sender:
        answer = await sender.post("/customs/receipts", content=b"x" * 20_000_000)

    assert answer.status_code == 413
    assert house.raws() == []


async def test_who_is_refused_and_still_writes_holds_up_nobody(one_at_a_time: House) -> None:
    too_much = Caller(one_at_a_time, None)
    too_much.tell(PART, more=True)
    await _rest()
    prompt = Caller(one_at_a_time, len(PART))
    too_much.tell(b"x" * one_at_a_time.settings.max_body_bytes, more=True)
    prompt.tell(PART, more=False)
    assert await prompt.status() == 202
    assert not too_much.is_answered

    too_much.tell(b"the end", more=False)
    assert await too_much.status() == 413


async def test_a_body_that_never_ends_is_refused_and_gives_its_turn_back(database: Database) -> None:
    house = House(database, GatewaySettings(large_bodies=1, body_seconds=1))
    slow = Caller(house, len(PART))
    slow.tell(b"x", more=True)

    status, headers, told = await slow.answer()

    assert (status, headers[b"connection"]) == (408, b"close")
    assert [each["code"] for each in told["problems"]] == ["E_BODY_CUT"]
    assert "1 seconds" in told["problems"][0]["message_en"]
    prompt = Caller(house, len(PART))
    prompt.tell(PART, more=False)
    assert await prompt.status() == 202
    assert len(house.raws()) == 1


async def test_who_hangs_up_gives_the_turn_back(one_at_a_time: House) -> None:
    gone, next_one = Caller(one_at_a_time, len(PART)), Caller(one_at_a_time, len(PART))
    await gone.asked.wait()
    gone.hang_up()
    next_one.tell(PART, more=False)

    assert [await gone.status(), await next_one.status()] == [400, 202]


@pytest.mark.parametrize("path", ["/documents", "/reports"])
async def test_what_is_read_at_once_keeps_its_turn_until_it_is_read(one_at_a_time: House, path: str) -> None:
    """Else a crowd of large messages would be taken apart at the same time."""
    first, second = Caller(one_at_a_time, len(PART), path), Caller(one_at_a_time, len(PART), path)
    first.tell(PART, more=False)
    await second.asked.wait()

    assert [raw.state for raw in one_at_a_time.raws()] == ["refused"]

    second.tell(PART, more=False)
    assert [await first.status(), await second.status()] == [422, 422]
