"""What we could not read for a fault of ours blocks nothing, is seen, and is read again after the fault is mended."""

import json

from sqlmodel import delete, select

from clearway.messages import write
from models.addresses import order_no_address
from models.ledger.acts import keep
from models.tables import Address, RawMessage
from tests.gateway.recording import CASE, EBC, GUID, LOG, ORDER_NO, PAY, START, House, list_receipt, sample

STRANGE = "a door of another release"


def faulty(house: House, body: bytes | None = None, door: str = STRANGE) -> int:
    """A message at a door that this release cannot read."""
    return house.store(body or write([list_receipt("800")], guid=GUID), door=door)


def mend(house: House) -> None:
    """From now on the door is known."""
    with house.database.transaction() as session:
        for raw in session.exec(select(RawMessage).where(RawMessage.door == STRANGE)):
            raw.door = "customs"


async def test_a_fault_of_ours_blocks_nothing_and_is_seen(house: House) -> None:
    house.know()
    faulty(house)
    await house.tell(list_receipt("120"))
    await house.tell(list_receipt("899", 2))
    await house.step()

    assert [raw.state for raw in house.raws()] == ["faulty", "read", "read"]
    assert house.cases.told == [(CASE, ["120", "899"])]
    (entry,) = (await house.http.get("/inbox", params={"state": "faulty"})).json()["entries"]
    assert [problem["code"] for problem in entry["problems"]] == ["E_UNREADABLE"]


async def test_it_is_read_again_when_an_operator_asks_and_says_nothing_twice(house: House) -> None:
    house.know()
    raw_id = faulty(house)
    await house.step()
    again = (await house.http.post(f"/inbox/{raw_id}/replay")).json()
    assert (again["messages"][0]["state"], again["messages"][0]["replays"]) == ("faulty", 1)

    mend(house)
    for _ in range(2):
        answer = await house.http.post(f"/inbox/{raw_id}/replay")
        assert answer.status_code == 200
        await house.step()

    shown = (await house.http.get(f"/inbox/{raw_id}")).json()
    assert (shown["state"], shown["replays"], shown["problems"]) == ("read", 3, [])
    assert [(item["state"], item["repeats"]) for item in shown["items"]] == [("delivered", 0)]
    assert house.cases.told == [(CASE, ["800"])]


async def test_many_are_read_again_at_once_oldest_first(house: House) -> None:
    house.know()
    for minute in range(3):
        faulty(house, write([list_receipt("300", minute)], guid=GUID))
    await house.step()
    mend(house)

    first = (await house.http.post("/inbox/replay", params={"state": "faulty", "limit": 2})).json()
    assert (first["replayed"], first["left"]) == (2, 1)
    assert [message["raw_id"] for message in first["messages"]] == [1, 2]
    second = (await house.http.post("/inbox/replay", params={"state": "faulty"})).json()
    assert (second["replayed"], second["left"]) == (1, 0)
    assert [raw.state for raw in house.raws()] == ["read"] * 3


async def test_only_what_was_refused_or_faulty_is_read_again_in_bulk(house: House) -> None:
    answer = await house.http.post("/inbox/replay", params={"state": "read"})

    assert answer.status_code == 422


async def test_what_took_effect_at_its_door_is_not_read_again(house: House) -> None:
    await house.http.post(f"/guarantees/{EBC}/top-ups", json={"id": "1"})
    with house.database.transaction() as session:
        ours = keep(session, "grant", "{}", START)
    await house.http.post("/payment-data/open", content=b"openReq=broken")

    for raw_id in (1, ours, 3):
        answer = await house.http.post(f"/inbox/{raw_id}/replay")
        assert answer.status_code == 409
        assert answer.json()["problems"][0]["code"] == "E_NOT_REPLAYABLE"
    assert (await house.http.post("/inbox/99/replay")).status_code == 404
    in_bulk = (await house.http.post("/inbox/replay", params={"state": "refused"})).json()
    assert (in_bulk["replayed"], in_bulk["left"]) == (0, 0)
    assert [(raw.state, raw.replays) for raw in house.raws()] == [("refused", 0), ("read", 0), ("refused", 0)]


async def test_the_next_release_tries_by_itself_once(house: House) -> None:
    house.know()
    raw_id = faulty(house)
    other = faulty(house, b"<CEB", STRANGE)
    await house.step()
    mend(house)
    await start(house)
    assert [raw.state for raw in house.raws()] == ["faulty", "faulty"]  # the same release: nothing has changed

    with house.database.transaction() as session:
        for raw in session.exec(select(RawMessage)):
            raw.read_by = "0.0.1"
    await start(house)
    await house.step()
    assert house.cases.told == [(CASE, ["800"])]
    states = {raw.id: (raw.state, raw.replays) for raw in house.raws()}
    assert states == {raw_id: ("read", 0), other: ("refused", 0)}


async def start(house: House) -> None:
    """A new process begins its work."""
    house.restart()
    async with house.app.router.lifespan_context(house.app):
        pass


async def test_a_document_that_we_cannot_read_is_kept_and_its_sender_told_so(house: House) -> None:
    house.know("declaration-list/no order number", [order_no_address(ORDER_NO)])
    answer = await house.submit(sample("waybill.json"), X_Clearway_Sender=LOG)

    assert answer.status_code == 202
    assert (answer.json()["state"], answer.json()["problems"][0]["code"]) == ("faulty", "E_UNREADABLE")
    assert [raw.state for raw in house.raws()] == ["faulty"]

    with house.database.transaction() as session:
        session.exec(delete(Address))
    house.know()
    await house.http.post("/inbox/replay", params={"state": "faulty"})
    house.clock.pass_seconds(house.settings.call_seconds)
    await house.step()
    assert [what for what, _, _ in house.cases.calls] == ["transmit"]


async def test_a_message_is_shown_whole_but_without_its_content(house: House) -> None:
    answer = await house.submit(sample("payment.xml"), X_Clearway_Sender=PAY)
    shown = (await house.http.get(f"/inbox/{answer.headers['x-clearway-raw-id']}")).text

    message = json.loads(shown)
    assert (message["state"], message["door"], message["sender"]) == ("read", "enterprise", PAY)
    assert message["size"] == len(sample("payment.xml"))
    assert [item["state"] for item in message["items"]] == ["parked"]
    for personal in ("张三", "11010519491231002X"):
        assert personal not in shown


async def test_figures_tell_how_much_is_not_done_and_for_how_long(house: House) -> None:
    await house.tell(list_receipt("800"))
    await house.step()
    house.clock.pass_seconds(61.9)
    faulty(house)
    await house.step()

    backlog = (await house.http.get("/inbox/figures")).json()["backlog"]
    assert backlog["parked"] == {"count": 1, "oldest_seconds": 61}
    assert backlog["faulty"] == {"count": 1, "oldest_seconds": 0}
    assert backlog["waiting"] == {"count": 0, "oldest_seconds": 0}
