"""Raw first: the bytes are kept as they came, before the answer and before anything reads them."""

from collections.abc import AsyncIterator

import pytest

from clearway.messages import write
from gateway.bodies import SPILLED
from gateway.settings import GatewaySettings
from models.database import Database
from models.tables import RawMessage
from tests.gateway.recording import CASE, GUID, House, list_receipt, order_receipt, sample

DOORS = [
    "/customs/receipts",
    "/customs/control-instructions",
    "/customs/inspection-results",
    "/customs/dispositions",
    "/customs/holds",
]


@pytest.mark.parametrize("path", DOORS)
@pytest.mark.parametrize(
    "body", [b"", b"\x00\xff\xfe not xml", b"<CEB622Message", b"{", "﻿<x>回执</x>".encode(), b"\r\n<a/>\r\n "]
)
async def test_customs_is_answered_202_with_the_bytes_kept_whatever_they_are(
    house: House, path: str, body: bytes
) -> None:
    answer = await house.http.post(path, content=body)

    assert answer.status_code == 202
    (raw,) = house.raws()
    assert answer.json() == {"raw_id": raw.id}
    assert raw.body == body
    assert raw.state == "stored"
    assert (await house.http.get(f"/inbox/{raw.id}/raw")).content == body


async def test_official_layouts_come_back_byte_for_byte(house: House) -> None:
    for name in ("list_receipt.xml", "tax_bill.xml", "order_receipt.xml"):
        raw_id = (await house.http.post("/customs/receipts", content=sample(name))).json()["raw_id"]
        assert (await house.http.get(f"/inbox/{raw_id}/raw")).content == sample(name)


async def test_the_message_is_committed_before_the_answer_and_nothing_has_read_it(
    house: House, database: Database
) -> None:
    await house.tell(order_receipt("120"))

    other = Database(database.url)
    with other.transaction() as session:
        assert session.get_one(RawMessage, 1).state == "stored"
    other.close()
    assert house.items() == []


async def test_what_cannot_be_committed_is_not_acknowledged(house: House, database: Database) -> None:
    with database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE raw_message RENAME TO gone")

    answer = await house.http.post("/customs/receipts", content=b"<a/>")

    assert answer.status_code == 503
    assert answer.json()["problems"][0]["code"] == "E_NOT_STORED"


async def test_a_document_is_committed_before_its_case_hears_of_it(house: House) -> None:
    seen: list[str] = []

    async def look() -> None:
        seen.extend(raw.state for raw in house.raws())

    house.cases.before_call = look
    await house.submit(sample("order.xml"))

    assert seen == ["read"]


class Chunks:
    """An endless body in chunks of 64 KiB that counts what was taken."""

    def __init__(self) -> None:
        self.taken = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            self.taken += 1
            yield b"x" * 65_536


@pytest.mark.parametrize("path", [*DOORS, "/documents"])
async def test_20_mb_are_refused_at_the_limit_and_not_stored(house: House, path: str) -> None:
    answer = await house.http.post(path, content=b"x" * 20_000_000)

    assert answer.status_code == 413
    (problem,) = answer.json()["problems"]
    assert problem["code"] == "E_TOO_LARGE"
    assert problem["remedy_en"]
    assert "7340032" in problem["message_en"]
    assert house.raws() == []


async def test_a_body_without_end_is_refused_after_as_much_as_a_sender_may_need_to_hear_of_it(house: House) -> None:
    chunks = Chunks()

    # Told by hand, because the test client joins a streamed body before it hands it over.
    stream = chunks.__aiter__()
    sent: list[dict[str, object]] = []

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": await anext(stream), "more_body": True}

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/customs/receipts",
        "raw_path": b"/customs/receipts",
        "query_string": b"",
        "headers": [],
        "client": ("127.0.0.1", 1),
        "server": ("gateway", 80),
    }
    await house.app(scope, receive, send)  # type: ignore[arg-type]

    assert sent[0]["status"] == 413
    assert chunks.taken == 113 + SPILLED // 65_536 + 1
    assert house.raws() == []


async def test_a_body_of_exactly_the_limit_is_kept_and_one_byte_more_is_not(database: Database) -> None:
    house = House(database, GatewaySettings(max_body_bytes=100))

    assert (await house.http.post("/customs/receipts", content=b"x" * 100)).status_code == 202
    assert (await house.http.post("/customs/receipts", content=b"x" * 101)).status_code == 413
    assert len(house.raws()) == 1


async def test_the_same_message_again_is_kept_again_and_acknowledged_again(house: House) -> None:
    house.know()
    body = write([list_receipt("800")], guid=GUID)
    answers = [await house.http.post("/customs/receipts", content=body) for _ in range(3)]
    await house.step()

    assert [answer.status_code for answer in answers] == [202, 202, 202]
    assert len(house.raws()) == 3
    (item,) = house.items()
    assert item.repeats == 2
    assert house.cases.told == [(CASE, ["800"])]
