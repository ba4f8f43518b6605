"""What a receipt costs the database on its way from the door to its case, so that nobody makes it dearer unawares."""

import asyncio
import random

from clearway.contracts.documents import THREE_DOCUMENTS
from clearway.messages import write
from tests.activities.statements import counting
from tests.gateway.recording import (
    CASE,
    GUID,
    House,
    list_receipt,
    order_receipt,
    payment_receipt,
    sample,
    waybill_receipt,
)

DOCUMENTS = [
    make(status, 1) for status in ("2", "3", "120") for make in (order_receipt, payment_receipt, waybill_receipt)
]
LIST = [list_receipt(status, 2 + minute) for minute, status in enumerate(("2", "3", "120", "399", "800"))]


async def _post(house: House, *records: object) -> None:
    """All at the same time, each in a message of its own."""
    bodies = [write([record], guid=GUID) for record in records]  # type: ignore[list-item]
    answers = await asyncio.gather(*(house.http.post("/customs/receipts", content=body) for body in bodies))
    assert {answer.status_code for answer in answers} == {202}


async def test_messages_that_come_together_share_a_commit(house: House) -> None:
    with counting(house.database) as counted:
        await _post(house, *DOCUMENTS)
    assert counted.transactions <= 2, "the first goes at once, the others while it is written"
    assert len(house.raws()) == len(DOCUMENTS)


async def test_a_batch_is_read_in_one_transaction_whatever_it_holds(house: House) -> None:
    house.know()
    house.file(*THREE_DOCUMENTS)
    await _post(house, *DOCUMENTS, *LIST)
    with counting(house.database) as counted:
        await asyncio.to_thread(house.app.state.dispatcher._reader.read_all, range(1, 15))
    assert counted.transactions == 1
    inserts = [each for each in counted.statements if each.startswith("INSERT INTO inbox_item")]
    assert len(house.items()) == 14
    assert len(counted.statements) - len(inserts) <= 22, "\n".join(counted.statements)


async def test_large_messages_are_not_held_in_memory_together(house: House) -> None:
    for _ in range(3):
        noise = random.Random(20260310).randbytes(600_000)
        house.store(write([list_receipt("800")], guid=GUID) + b"<!--" + noise.hex().encode() + b"-->")
    with counting(house.database) as counted:
        await asyncio.to_thread(house.app.state.dispatcher._reader.read_all, range(1, 4))
    assert counted.transactions == 3


async def test_twice_as_many_messages_ask_for_no_more_statements(house: House) -> None:
    house.know()
    asked = []
    for first, minutes in ((1, range(5)), (6, range(10, 20))):
        await _post(house, *(list_receipt("300", minute) for minute in minutes))
        with counting(house.database) as counted:
            ours = range(first, first + len(minutes))
            await asyncio.to_thread(house.app.state.dispatcher._reader.read_all, ours)
        asked.append(sum(not each.startswith("INSERT INTO inbox_item") for each in counted.statements))
    assert asked[1] <= asked[0], asked


async def test_what_waits_for_a_case_is_asked_in_three_statements_and_marked_in_one(house: House) -> None:
    house.know()
    house.file(*THREE_DOCUMENTS)
    await _post(house, *DOCUMENTS)
    await house.step()
    await _post(house, *LIST)
    await asyncio.to_thread(house.app.state.dispatcher._reader.read_all, range(10, 15))
    with counting(house.database) as counted:
        lane = next(lane for lane in house.app.state.dispatcher._lanes if lane.name == "news")
        assert await lane.work() == 1
    assert counted.transactions == 1
    assert len(counted.statements) == 4, counted.statements
    assert house.cases.told == [(CASE, ["120", "120", "120"]), (CASE, ["120", "399", "800"])]


async def test_an_idle_gateway_writes_nothing(house: House) -> None:
    await house.step()  # looks at everything once
    with counting(house.database) as counted:
        await house.step()
    assert counted.transactions == 0, counted.statements


async def test_a_document_at_the_door_takes_three_transactions(house: House) -> None:
    """Its bytes before anything reads them, its news before its case hears of it, and that the case has it."""
    with counting(house.database) as counted:
        assert (await house.submit(sample("order.xml"))).status_code == 200
    assert counted.transactions == 3
    assert len(counted.statements) <= 13, "\n".join(counted.statements)
