"""Delivery: in order, at least once, tried again while the case is away, kept when it is gone."""

import asyncio

import pytest

from clearway.contracts.keys import CaseKey
from clearway.contracts.problems import Problem
from clearway.errors import AlreadyEnded, NotFound, ServiceUnavailable
from gateway.settings import GatewaySettings
from models.addresses import list_address
from models.database import Database
from models.tables import InboxItem
from tests.gateway.recording import CASE, House, control, finding, list_receipt, sample
from tests.patience import PATIENCE, until

GONE = (Problem(code="E_ALREADY_ENDED", message_en="Over.", message_zh="已结束", remedy_en="Look.", remedy_zh="查看"),)


async def test_receipts_out_of_order_are_delivered_in_the_order_of_their_time(house: House) -> None:
    house.know()
    await house.tell(list_receipt("800", 3))
    await house.tell(list_receipt("120", 1))
    await house.tell(list_receipt("300", 2))
    await house.step()

    assert house.cases.told == [(CASE, ["120", "300", "800"])]


async def test_an_inspection_stands_between_what_came_before_and_after_it(house: House) -> None:
    house.know()
    await house.tell(list_receipt("800", 4), list_receipt("120", 1))
    await house.http.post("/customs/inspection-results", json=finding(minute=3))
    await house.http.post("/customs/control-instructions", json=control(minute=2))
    await house.step()

    assert [what for what, _, _ in house.cases.calls] == ["deliver", "instruct", "record_inspection", "deliver"]
    assert house.cases.told == [(CASE, ["120"]), (CASE, ["800"])]


async def test_a_receipt_says_from_which_message_it_was_read(house: House) -> None:
    house.know()
    raw_id = await house.tell(list_receipt("800"))
    await house.step()

    ((_, _, news),) = house.cases.calls
    assert news.receipts[0].inbox_id == raw_id


async def test_news_that_nobody_can_read_keeps_no_other_case_waiting(house: House) -> None:
    other = CaseKey.of(CASE).model_copy(update={"order_no": "OTHER"}).workflow_id
    house.know()
    house.know(other, [list_address("cop", "OTHER-1")])
    await house.tell(list_receipt("300", 1), list_receipt("800", 2), list_receipt("800", 3, cop_no="OTHER-1"))
    await asyncio.to_thread(house.dispatcher._reader.read_all, [1])  # read, and not delivered yet
    with house.database.transaction() as session:
        session.get_one(InboxItem, 1).payload = '{"kept": "by another release"}'
    await house.step(2)

    assert house.cases.told == [(other, ["800"])]
    assert house.states() == ["waiting", "waiting", "delivered"], "what comes after it does not overtake it"


@pytest.mark.parametrize("error", [AlreadyEnded, NotFound])
async def test_news_for_a_case_that_is_gone_is_kept_with_the_reason(
    house: House, error: type[AlreadyEnded | NotFound]
) -> None:
    house.know()
    house.cases.failures = [error(GONE)]
    await house.tell(list_receipt("899"))
    await house.step()
    house.clock.pass_seconds(100_000)
    await house.step()

    (item,) = house.items()
    assert (item.state, item.fault, item.tries) == ("undeliverable", "E_ALREADY_ENDED: Over.", 1)
    assert house.cases.calls == []
    shown = (await house.http.get("/inbox", params={"state": "undeliverable"})).json()["entries"]
    assert [entry["workflow_id"] for entry in shown] == [CASE]


async def test_a_case_that_is_away_is_tried_again_after_growing_pauses(database: Database) -> None:
    house = House(database, GatewaySettings(retry_first_seconds=1, retry_longest_seconds=4))
    house.know()
    house.cases.failures = [ServiceUnavailable(GONE) for _ in range(5)]
    await house.tell(list_receipt("800"))
    await house.step()

    for pause in (1, 2, 4, 4):
        tries = house.items()[0].tries
        house.clock.pass_seconds(pause - 0.001)
        await house.step()
        assert house.items()[0].tries == tries
        house.clock.pass_seconds(0.001)
        await house.step()
        assert house.items()[0].tries == tries + 1
    house.clock.pass_seconds(4)
    await house.step()

    assert house.cases.told == [(CASE, ["800"])]
    (item,) = house.items()
    assert (item.state, item.fault, item.tries) == ("delivered", "", 6)


async def test_news_that_comes_while_a_case_is_away_goes_with_what_waits(house: House) -> None:
    house.know()
    house.cases.failures = [ServiceUnavailable(GONE)]
    await house.tell(list_receipt("300", 1))
    await house.step()
    await house.tell(list_receipt("800", 2))
    await house.step()

    assert house.cases.told == [(CASE, ["300", "800"])]


async def test_a_case_that_is_away_holds_up_no_other(house: House) -> None:
    house.know()
    house.know("declaration-list/E/2", [list_address("cop", "COP2")])
    house.cases.failures = [ServiceUnavailable(GONE)]
    await house.tell(list_receipt("800"))
    await house.tell(list_receipt("800", cop_no="COP2"))
    await house.step()

    assert len(house.cases.told) == 1
    assert sorted(house.states()) == ["delivered", "waiting"]


async def test_a_case_that_does_not_answer_in_time_counts_as_away(database: Database) -> None:
    house = House(database, GatewaySettings(call_seconds=1))
    house.know()
    never = asyncio.Event()

    async def hang() -> None:
        await never.wait()

    house.cases.before_call = hang
    await house.tell(list_receipt("800"))
    await house.step()

    (item,) = house.items()
    assert (item.state, item.tries, item.fault) == ("waiting", 1, "TimeoutError")


async def test_a_defect_in_delivery_keeps_the_news(house: House) -> None:
    house.know()
    house.cases.failures = [KeyError("张三")]
    await house.tell(list_receipt("800"))
    await house.step()
    house.clock.pass_seconds(1)
    await house.step()

    assert house.cases.told == [(CASE, ["800"])]


async def test_death_in_the_middle_of_a_call_loses_nothing(house: House) -> None:
    house.know()
    reached = asyncio.Event()

    async def hang() -> None:
        reached.set()
        await asyncio.Event().wait()

    house.cases.before_call = hang
    await house.tell(list_receipt("800"))
    step = asyncio.create_task(house.step())
    await reached.wait()
    step.cancel()
    with pytest.raises(asyncio.CancelledError):
        await step
    assert house.states() == ["waiting"]

    house.cases.before_call = None
    house.restart()
    await house.step(2)
    assert house.cases.told == [(CASE, ["800"])]
    assert house.states() == ["delivered"]


async def test_nothing_is_lost_or_told_twice_when_every_step_is_another_process(house: House) -> None:
    house.know()
    await house.http.post("/customs/receipts", content=sample("list_receipt.xml"))
    house.restart()
    await house.step()
    await house.tell(list_receipt("899", 9))
    for _ in range(3):
        house.restart()
        await house.step()

    statuses = [status for _, told in house.cases.told for status in told]
    assert statuses.count("800") == 1
    assert statuses[-1] == "899"
    assert set(house.states()) == {"delivered", "noted"}


async def test_the_dispatcher_works_by_itself_while_the_app_lives(database: Database) -> None:
    house = House(database, GatewaySettings(poll_seconds=30))
    house.know()
    told = asyncio.Event()

    async def note() -> None:
        told.set()

    house.cases.before_call = note
    async with house.app.router.lifespan_context(house.app):
        await house.tell(list_receipt("800"))
        async with asyncio.timeout(PATIENCE):
            await told.wait()

    assert house.cases.told == [(CASE, ["800"])]
    assert house.states() == ["delivered"]


async def test_the_dispatcher_outlives_a_failing_step_and_says_so(database: Database) -> None:
    house = House(database, GatewaySettings(poll_seconds=0.01))
    with database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE inbox_item RENAME TO away")

    async def health(ok: bool) -> None:
        await until(lambda: (house.dispatcher.last_failure is None) is ok, "nobody tells of it")

    async with house.app.router.lifespan_context(house.app):
        await health(ok=False)
        assert house.dispatcher.last_failure == "OperationalError"
        with database.engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE away RENAME TO inbox_item")
        await health(ok=True)


async def test_documents_that_get_no_answer_do_not_hold_up_customs(database: Database) -> None:
    house = House(database, GatewaySettings(call_seconds=2, poll_seconds=0.01, parallel=1))
    house.know()
    house.cases.silent = {"transmit"}
    house.store(sample("order.json"), door="enterprise", sender="E")
    await house.step()
    house.clock.pass_seconds(2)
    house.settings = GatewaySettings(call_seconds=2 * PATIENCE, poll_seconds=0.01, parallel=1)
    house.restart()
    asked = asyncio.Event()

    async def note() -> None:
        asked.set()

    house.cases.before_call = note
    async with house.app.router.lifespan_context(house.app):
        async with asyncio.timeout(PATIENCE):
            await asked.wait()
        await house.tell(list_receipt("800"))
        await until(lambda: house.cases.told, "it waits for the documents")
        order, _ = house.items()
        house.cases.back.set()  # the gateway ends no step halfway

    assert (order.state, order.fault) == ("waiting", "")
    assert [item.state for item in house.items()] == ["delivered", "delivered"]
