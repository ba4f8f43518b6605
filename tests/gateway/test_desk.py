"""The desk: what lies in the inbox, the stored bytes, a list as a whole, and the door's health."""

from datetime import datetime

from clearway.contracts.case import CaseKey, CaseView
from clearway.contracts.states import Detail, State
from clearway.errors import NotFound, ServiceUnavailable
from models.database import Database
from tests.gateway.recording import CASE, COP_NO, EBC, ORDER_NO, PAY, START, House, list_receipt, sample


def view(order_no: str = ORDER_NO, attempt: int = 1) -> CaseView:
    key = CaseKey(ebc_code=EBC, order_no=order_no, attempt=attempt)
    return CaseView(key=key, profile="SEED", state=State.MATCHED, detail=Detail.ACCEPTED)


async def test_the_inbox_shows_each_standing_newest_first(house: House) -> None:
    house.know(addresses=[f"list|cop|{COP_NO}"])
    await house.http.post("/customs/receipts", content=b"broken")
    await house.submit(sample("payment.json"), X_Clearway_Sender=PAY)
    await house.tell(list_receipt("800"))
    await house.step()
    await house.tell(list_receipt("120", 2))
    await house.step()
    await house.tell(list_receipt("899", 3))

    entries = (await house.http.get("/inbox")).json()["entries"]
    assert [entry["state"] for entry in entries] == ["stored", "waiting", "delivered", "parked", "refused"]
    for entry in entries:
        only = (await house.http.get("/inbox", params={"state": entry["state"]})).json()["entries"]
        assert only == [entry]

    refused, parked, delivered = entries[4], entries[3], entries[2]
    assert refused["problems"][0]["remedy_en"]
    assert (parked["kind"], parked["door"], parked["workflow_id"]) == ("document", "enterprise", None)
    assert (delivered["message_type"], delivered["workflow_id"], delivered["wakes"]) == ("CEB622", CASE, True)
    assert datetime.fromisoformat(delivered["delivered_at"]) == START


async def test_the_inbox_shows_no_content(house: House) -> None:
    await house.submit(sample("payment.json"), X_Clearway_Sender=PAY)
    await house.submit(sample("order.xml").replace(b"<ceb:goodsValue>300.00", b"<ceb:goodsValue>x"))

    shown = (await house.http.get("/inbox")).text
    assert "refused" in shown
    for personal in ("张三", "李四", "11010519491231002X", "13900000001"):
        assert personal not in shown


async def test_the_inbox_is_limited(house: House) -> None:
    for minute in range(5):
        await house.tell(list_receipt("300", minute))
    await house.step()

    assert len((await house.http.get("/inbox", params={"limit": 2})).json()["entries"]) == 2
    assert [e["raw_id"] for e in (await house.http.get("/inbox", params={"limit": 2})).json()["entries"]] == [5, 4]


async def test_stored_bytes_are_never_taken_for_a_page(house: House) -> None:
    await house.http.post("/customs/receipts", content=b"<script>1</script>", headers={"Content-Type": "text/html"})
    answer = await house.http.get("/inbox/1/raw")

    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_list_is_shown_in_its_newest_attempt(house: House) -> None:
    house.cases.views = {CASE: view(), f"{CASE}~2": view(attempt=2)}
    assert (await house.http.get(f"/lists/{EBC}/{ORDER_NO}")).json()["key"]["attempt"] == 1

    house.know()
    house.know(f"{CASE}~2")
    assert (await house.http.get(f"/lists/{EBC}/{ORDER_NO}")).json()["key"]["attempt"] == 2
    assert (await house.http.get(f"/lists/{EBC}/{ORDER_NO}?attempt=1")).json()["key"]["attempt"] == 1


async def test_an_order_number_may_hold_a_slash(house: House) -> None:
    house.cases.views = {f"declaration-list/{EBC}/A/B": view("A/B")}

    assert (await house.http.get(f"/lists/{EBC}/A/B")).json()["key"]["order_no"] == "A/B"


async def test_an_unknown_list_is_not_found_and_an_unreachable_one_is_unavailable(house: House) -> None:
    house.cases.failures = [NotFound(()), ServiceUnavailable(())]

    assert (await house.http.get(f"/lists/{EBC}/none")).status_code == 404
    assert (await house.http.get(f"/lists/{EBC}/none")).status_code == 503


async def test_health_counts_what_is_not_done(house: House) -> None:
    await house.tell(list_receipt("800"))
    await house.http.post("/customs/receipts", content=b"broken")
    await house.step()
    house.clock.pass_seconds(90)
    await house.tell(list_receipt("899"))

    health = (await house.http.get("/health")).json()
    assert health["ok"] is True
    states = ("stored", "refused", "faulty", "parked", "waiting", "undeliverable")
    assert [health["counts"][state] for state in states] == [1, 1, 0, 1, 0, 0]
    assert [health["oldest_seconds"][state] for state in states] == [0, 90, 0, 90, 0, 0]


async def test_health_says_when_nothing_can_be_kept(house: House, database: Database) -> None:
    with database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE raw_message RENAME TO gone")

    answer = await house.http.get("/health")
    assert answer.status_code == 503
    assert answer.json()["database"] is False
