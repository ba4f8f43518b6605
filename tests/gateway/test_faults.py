"""The gateway while Temporal is away or the database takes nothing: a clear answer, nothing half, and on by itself."""

import asyncio
import random
import socket
import sqlite3
from contextlib import closing
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlmodel import col, select
from temporalio.client import Client

from clearway.client import ClearwayClient
from clearway.messages import write
from clearway.payloads import DATA_CONVERTER
from gateway.settings import GatewaySettings
from models.database import Database
from models.tables import RawMessage
from tests.gateway.recording import CASE, GUID, House, list_receipt, sample

LARGE = 300_000
"""Bytes that fit into no free page of a small database."""


class Disk:
    """The disk under a SQLite database, as SQLite sees it: full from a moment on, until there is room again."""

    def __init__(self, engine: Engine) -> None:
        self.full = False
        with closing(sqlite3.connect(str(engine.url.database))) as connection:
            connection.execute("VACUUM")  # migrations leave pages free
        event.listen(engine, "begin", self._limit)

    def _limit(self, connection: Any) -> None:
        used = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {used if self.full else 1_000_000}")


class Line:
    """The way to the cases, which may lead to a port at which nobody listens."""

    def __init__(self, house: House, dead: ClearwayClient) -> None:
        self.cases, self.dead, self.is_dead = house.cases, dead, True

    def __getattr__(self, name: str) -> Any:
        return getattr(self.dead if self.is_dead else self.cases, name)


@pytest.fixture
def disk(house: House) -> Disk:
    return Disk(house.database.engine)


def noise(size: int) -> str:
    """Text that nothing packs, the same in every run."""
    return random.Random(20260310).randbytes(size // 2).hex()


def large_receipt(minute: int = 1) -> bytes:
    """A receipt that takes much room."""
    return write([list_receipt("800", minute)], guid=GUID) + f"<!--{noise(LARGE)}-->".encode()


async def test_a_message_that_is_damaged_in_the_database_stops_no_other(house: House) -> None:
    house.know()
    certificate = b"<!--<X509Certificate>%b</X509Certificate>-->" % (b"QUJD" * 100)
    for minute in (1, 2):  # the second points to the certificate that the first put onto the shelf
        house.store(write([list_receipt("300", minute)], guid=GUID) + certificate)
    house.store(write([list_receipt("800", 3)], guid=GUID))
    with house.database.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM kept_certificate")
    later = Database(house.database.url)
    with closing(later):
        restarted = House(later)
        await restarted.step(2)
        assert restarted.cases.told == [(CASE, ["300", "800"])]
        with later.reading() as session:
            assert session.exec(select(RawMessage.state).order_by(col(RawMessage.id))).all() == [
                "read",
                "faulty",
                "read",
            ]


async def test_while_the_disk_is_full_nothing_is_acknowledged_or_half_stored(house: House, disk: Disk) -> None:
    house.know()
    disk.full = True
    answer = await house.http.post("/customs/receipts", content=large_receipt())

    assert answer.status_code == 503
    assert [problem["code"] for problem in answer.json()["problems"]] == ["E_NOT_STORED"]
    assert answer.headers["retry-after"]
    assert house.raws() == []

    disk.full = False
    assert (await house.http.post("/customs/receipts", content=large_receipt())).status_code == 202
    await house.step()
    assert house.cases.told == [(CASE, ["800"])]


async def test_what_does_not_fit_takes_nobody_elses_message_with_it(house: House, disk: Disk) -> None:
    await house.http.post("/customs/receipts", content=b"<first/>")
    disk.full = True
    bodies = [b"<a/>", large_receipt(), b"<b/>", large_receipt(2), b"<c/>"]
    answers = await asyncio.gather(*(house.http.post("/customs/receipts", content=body) for body in bodies))

    acknowledged = [answer.status_code for answer in answers]
    assert acknowledged == [202, 503, 202, 503, 202]
    kept = {raw.id: raw.body for raw in house.raws()}
    taken = [(answer.json()["raw_id"], body) for answer, body in zip(answers, bodies, strict=True) if answer.is_success]
    assert [kept[raw_id] for raw_id, _ in taken] == [body for _, body in taken]
    assert len(kept) == 4


async def test_what_was_stored_before_the_disk_was_full_is_read_by_itself_afterwards(
    database: Database,
) -> None:
    house = House(database, GatewaySettings(poll_seconds=0.02))
    disk = Disk(database.engine)
    house.know()
    heard = asyncio.Event()

    async def hear() -> None:
        heard.set()

    house.cases.before_call = hear
    receipts = [
        list_receipt("800" if minute == 40 else "300", minute, info=f"{minute} {noise(800)}") for minute in range(1, 41)
    ]
    await house.tell(*receipts)
    disk.full = True
    async with house.app.router.lifespan_context(house.app):
        async with asyncio.timeout(20):
            while house.dispatcher.last_failure is None:  # noqa: ASYNC110 - nothing tells of it
                await asyncio.sleep(0.01)
        assert house.dispatcher.last_failure == "OperationalError"
        assert {raw.state for raw in house.raws()} == {"stored"}
        assert house.items() == []
        disk.full = False
        async with asyncio.timeout(20):
            await heard.wait()
    assert [len(statuses) for _, statuses in house.cases.told] == [40]
    assert set(house.states()) == {"delivered"}


async def test_while_temporal_is_away_messages_are_kept_and_told_once_it_is_back(house: House) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # bound, and never listened at
        address = f"127.0.0.1:{nobody.getsockname()[1]}"
        client = await Client.connect(address, lazy=True, data_converter=DATA_CONVERTER)
        line = Line(house, ClearwayClient(client))
        house.settings = GatewaySettings(call_seconds=1, retry_first_seconds=1, retry_longest_seconds=2)
        cases, house.cases = house.cases, line  # type: ignore[assignment]  # every call goes through it
        house.restart()
        house.know()
        assert (await house.tell(list_receipt("800"))) == 1
        answer = await house.submit(sample("order.xml"))
        assert answer.status_code == 503
        assert [problem["code"] for problem in answer.json()["problems"]] == ["E_UNAVAILABLE"]
        await house.step()
        assert house.states() == ["waiting", "waiting"]
        assert min(item.tries for item in house.items()) >= 1
        assert cases.calls == []

        line.is_dead = False
        house.clock.pass_seconds(3)
        await house.step()
    assert cases.told == [(CASE, ["800"])]
    assert [what for what, _, _ in cases.calls if what != "deliver"] == ["transmit"]
    assert house.states() == ["delivered", "delivered"]
