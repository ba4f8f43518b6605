"""News that our own collection leaves in the inbox reaches its list, and the collection itself, at least once."""

from datetime import timedelta
from decimal import Decimal

from clearway.contracts.collection import CollectNow, DueAlarm, TaxNews
from clearway.contracts.facts import PaymentOutcome, TaxPayment
from clearway.errors import AlreadyEnded, NotFound, ServiceUnavailable
from models.collection.letters import Letter, post
from tests.gateway.recording import CASE, EBC, START, House, list_receipt

COLLECTION = f"tax-collection/{EBC}/2991"


def leave(house: House, kind: str, workflow_id: str, key: str, content: TaxNews | DueAlarm | CollectNow) -> None:
    with house.database.transaction() as session:
        post(session, [Letter(kind, workflow_id, key, content)], START)


def tax(news_id: str = "B-1|1", minute: int = 0) -> TaxNews:
    payment = TaxPayment(outcome=PaymentOutcome.PAID, amount=Decimal("28.21"))
    at = START + timedelta(minutes=minute)
    return TaxNews(news_id=news_id, payment=payment, open=Decimal(0), settled=True, at=at)


def alarm(name: str = "DAY_40") -> DueAlarm:
    return DueAlarm(alarm=name, at=START)


async def test_a_list_hears_what_became_of_its_tax_and_of_a_day_that_comes_near(house: House) -> None:
    leave(house, "due_alarm", CASE, f"DAY_40|{CASE}", alarm())
    leave(house, "tax", CASE, "B-1|1", tax(minute=1))
    await house.step()

    assert house.cases.calls == [("tell_due_alarm", CASE, alarm()), ("tell_tax", CASE, tax(minute=1))]
    assert house.states() == ["delivered", "delivered"]


async def test_the_same_news_left_twice_is_told_once(house: House) -> None:
    for _ in range(2):
        leave(house, "tax", CASE, "B-1|1", tax())
    await house.step()
    leave(house, "tax", CASE, "B-1|1", tax())
    await house.step()

    assert house.cases.calls == [("tell_tax", CASE, tax())]


async def test_news_of_a_collection_whose_time_runs_ahead_is_told_at_once(house: House) -> None:
    leave(house, "tax", CASE, "B-1|1", tax(minute=60 * 24 * 40))
    await house.step()
    assert [what for what, _, _ in house.cases.calls] == ["tell_tax"]


async def test_a_collection_is_told_once_however_many_lists_woke_it(house: House) -> None:
    for minute in (3, 1, 2):
        leave(house, "collect", COLLECTION, f"{minute}", CollectNow(at=START + timedelta(minutes=minute)))
    await house.step()

    assert house.cases.calls == [("collect", COLLECTION, CollectNow(at=START + timedelta(minutes=3)))]
    assert house.states() == ["delivered"] * 3


async def test_news_for_a_list_that_is_over_is_kept_and_shown(house: House) -> None:
    leave(house, "tax", CASE, "B-1|1", tax())
    leave(house, "due_alarm", CASE, "DAY_40", alarm())
    house.cases.failures = [AlreadyEnded(()), NotFound(())]
    await house.step()

    entries = (await house.http.get("/inbox", params={"state": "undeliverable"})).json()["entries"]
    assert sorted((entry["kind"], entry["door"], entry["workflow_id"]) for entry in entries) == [
        ("due_alarm", "collection", CASE),
        ("tax", "collection", CASE),
    ]


async def test_a_collection_that_is_away_is_told_later_by_another_process(house: House) -> None:
    leave(house, "collect", COLLECTION, "1", CollectNow(at=START))
    house.cases.failures = [ServiceUnavailable(())]
    await house.step()
    assert house.states() == ["waiting"]

    house.restart()
    house.clock.pass_seconds(1)
    await house.step()
    assert [(what, workflow_id) for what, workflow_id, _ in house.cases.calls] == [("collect", COLLECTION)]


async def test_customs_news_before_and_after_it_are_signals_of_their_own(house: House) -> None:
    house.know()
    await house.tell(list_receipt("800", 1), list_receipt("899", 3))
    leave(house, "tax", CASE, "B-1|1", tax(minute=2))
    await house.step()

    assert [what for what, _, _ in house.cases.calls] == ["deliver", "tell_tax", "deliver"]
