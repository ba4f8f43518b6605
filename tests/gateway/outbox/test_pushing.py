"""Pushed events: in order, signed, at least once, and nothing overtakes what failed."""

import asyncio
from datetime import timedelta

import pytest

from clearway.webhooks import WebhookRefused, verify
from gateway.outbox.reach import Reach
from models.database import Database
from tests.gateway.outbox.clock import START
from tests.gateway.outbox.receiver import EBC, LOG, Office, Receiver


def kinds(receiver: Receiver, secret: str, office: Office) -> list[str]:
    return [event.kind for event in receiver.events(secret, office.clock)]


async def test_events_arrive_signed_and_in_order_and_only_the_recipients_own(
    office: Office, receiver: Receiver
) -> None:
    _, secret = await office.subscribe(receiver.url)
    office.tell("RECEIPT", "BILL")
    office.tell("GUARANTEE_LOW", recipient=LOG)
    office.tell("LIST_ENDED")
    await office.push()
    events = receiver.events(secret, office.clock)
    assert [event.kind for event in events] == ["RECEIPT", "BILL", "LIST_ENDED"]
    assert (events[0].recipient, events[0].details, events[0].at) == (EBC, {"customs": "2991"}, START)
    assert len(set(receiver.ids())) == 3


async def test_what_was_told_before_is_not_sent_and_the_same_again_neither(office: Office, receiver: Receiver) -> None:
    office.tell("RECEIPT")
    _, secret = await office.subscribe(receiver.url)
    office.tell("RECEIPT", "BILL")
    office.tell("BILL")
    await office.push()
    assert kinds(receiver, secret, office) == ["BILL"]


async def test_only_the_kinds_that_were_asked_for_are_sent(office: Office, receiver: Receiver) -> None:
    _, secret = await office.subscribe(receiver.url, kinds=["BILL", "LIST_ENDED"])
    office.tell("RECEIPT", "BILL", "LIST_ENDED")
    await office.push()
    assert kinds(receiver, secret, office) == ["BILL", "LIST_ENDED"]


async def test_nothing_overtakes_what_failed_and_the_pause_grows(office: Office, receiver: Receiver) -> None:
    number, secret = await office.subscribe(receiver.url)
    receiver.statuses = [503, 503]
    office.tell("RECEIPT", "BILL")
    await office.push()
    assert len(receiver.got) == 1
    shown = await office.show(number)
    assert (shown["blocked_why"], shown["tries"], shown["waiting"]) == ("HTTP 503", 1, 2)
    office.later(seconds=29)
    await office.push()
    assert len(receiver.got) == 1
    office.later(seconds=1)
    await office.push()
    assert len(receiver.got) == 2
    office.later(seconds=59)
    await office.push()
    assert len(receiver.got) == 2
    office.later(seconds=1)
    await office.push()
    assert [headers["webhook-id"] for headers, _ in receiver.got[:3]] == ["evt_1"] * 3
    assert receiver.ids()[3:] == ["evt_2"]
    shown = await office.show(number)
    assert (shown["blocked_at"], shown["tries"], shown["waiting"]) == (None, 0, 0)
    assert verify(*receiver.got[-1], secret, office.clock()).kind == "BILL"


async def test_an_address_that_says_no_is_left_alone_for_ten_minutes(office: Office, receiver: Receiver) -> None:
    number, _ = await office.subscribe(receiver.url)
    receiver.statuses = [404]
    office.tell("RECEIPT")
    await office.push()
    office.later(minutes=9, seconds=59)
    await office.push()
    assert len(receiver.got) == 1
    office.later(seconds=1)
    await office.push()
    assert len(receiver.got) == 2
    assert (await office.show(number))["waiting"] == 0


async def test_an_address_may_ask_for_a_longer_pause(office: Office, receiver: Receiver) -> None:
    number, _ = await office.subscribe(receiver.url)
    receiver.statuses, receiver.headers = [429], {"Retry-After": "120"}
    office.tell("RECEIPT")
    await office.push()
    assert (await office.show(number))["try_at"] == (START + timedelta(seconds=120)).isoformat()


async def test_an_address_that_is_gone_ends_its_subscription(office: Office, receiver: Receiver) -> None:
    number, _ = await office.subscribe(receiver.url)
    receiver.statuses = [410]
    office.tell("RECEIPT", "BILL")
    await office.push()
    office.tell("LIST_ENDED")
    office.later(days=1)
    await office.push()
    assert len(receiver.got) == 1
    shown = await office.show(number)
    assert (shown["ended_at"], shown["waiting"], shown["expired"]) == (START.isoformat(), 0, 2)
    assert "410" in shown["blocked_why"]


async def test_a_redirect_is_not_followed(office: Office, receiver: Receiver) -> None:
    number, _ = await office.subscribe(receiver.url)
    receiver.statuses, receiver.headers = [307], {"Location": "http://169.254.169.254/latest"}
    office.tell("RECEIPT")
    await office.push()
    assert (await office.show(number))["blocked_why"] == "HTTP 307"


async def test_somebody_may_have_a_blocked_address_tried_now(office: Office, receiver: Receiver) -> None:
    number, _ = await office.subscribe(receiver.url)
    receiver.statuses = [400]
    office.tell("RECEIPT", "BILL")
    await office.push()
    answer = await office.post(f"{number}/unblock")
    assert (answer.status_code, answer.json()["blocked_at"]) == (200, None)
    await office.push()
    assert receiver.ids() == ["evt_1", "evt_1", "evt_2"]


async def test_an_event_that_can_never_be_taken_may_be_given_up(office: Office, receiver: Receiver) -> None:
    number, _ = await office.subscribe(receiver.url)
    receiver.statuses = [400]
    office.tell("RECEIPT", "BILL")
    await office.push()
    assert (await office.post(f"{number}/unblock", {"give_up": "evt_1"})).status_code == 200
    await office.push()
    assert receiver.ids() == ["evt_1", "evt_2"]
    assert (await office.post(f"{number}/unblock", {"give_up": "evt_1"})).status_code == 404
    assert (await office.show(number))["expired"] == 1


async def test_an_event_that_nobody_takes_in_fourteen_days_is_given_up(office: Office, receiver: Receiver) -> None:
    number, _ = await office.subscribe("http://127.0.0.1:9/nobody")
    office.tell("RECEIPT")
    await office.push()
    assert (await office.show(number))["tries"] == 1
    office.later(days=14, seconds=-1)
    await office.push()
    assert (await office.show(number))["expired"] == 0
    office.later(hours=1)
    await office.push()
    shown = await office.show(number)
    assert (shown["expired"], shown["waiting"]) == (1, 0)


async def test_a_gateway_that_dies_while_it_sends_sends_again(office: Office, receiver: Receiver) -> None:
    _, secret = await office.subscribe(receiver.url)
    office.tell("RECEIPT", "BILL", "LIST_ENDED")
    arrived = asyncio.Event()

    async def die_with_the_second() -> None:
        if len(receiver.got) == 2:
            arrived.set()
            await asyncio.sleep(60)

    receiver.before_answer = die_with_the_second
    async with office.pusher.ending():
        pushing = asyncio.create_task(office.push())
        await arrived.wait()
        await pushing
    receiver.before_answer = None
    office.restart()
    await office.push()
    assert receiver.ids() == ["evt_1", "evt_2"], "another gateway may still be at it"
    office.later(seconds=70)  # twice the patience with an address, and five
    await office.push()
    assert receiver.ids() == ["evt_1", "evt_2", "evt_2", "evt_3"]
    assert len({event.id for event in receiver.events(secret, office.clock)[2:]}) == 2


async def test_two_gateways_send_each_event_once_and_in_order(office: Office, receiver: Receiver) -> None:
    number, _ = await office.subscribe(receiver.url)
    other = Office(office.database)
    office.tell(*(f"KIND_{count}" for count in range(20)))
    await asyncio.gather(office.push(), other.push())
    while (await office.show(number))["waiting"]:
        await asyncio.gather(office.push(1), other.push(1))
    assert receiver.ids() == [f"evt_{count}" for count in range(1, 21)]


async def test_a_slow_address_holds_up_nobody_else(database: Database, receiver: Receiver) -> None:
    office = Office(database, webhook_seconds=2)

    async def sleep() -> None:
        await asyncio.sleep(600)

    async with Receiver(before_answer=sleep).listening() as slow:
        stuck, _ = await office.subscribe(slow.url)
        await office.subscribe(receiver.url)
        office.tell("RECEIPT", "BILL")
        await office.push(4)
        assert (len(slow.got), len(receiver.got)) == (1, 2)
        while not (await office.show(stuck))["tries"]:
            await office.push(1)
        assert (await office.show(stuck))["blocked_why"] == "no answer within 2 seconds"
    async with office.pusher.ending():
        pass


async def test_addresses_that_are_never_done_let_the_others_have_their_turns(
    database: Database, receiver: Receiver
) -> None:
    office = Office(database, webhook_parallel=1, webhook_seconds=1)

    async def dawdle() -> None:
        await asyncio.sleep(0.3)

    async with Receiver(before_answer=dawdle).listening() as slow:
        await office.subscribe(slow.url)
        await office.subscribe(receiver.url)
        office.tell(*(f"K{number}" for number in range(40)))
        while not receiver.got:
            await office.push(1)
        assert len(slow.got) < 10
    async with office.pusher.ending():
        pass


async def test_a_new_secret_signs_beside_the_earlier_one_for_a_day(office: Office, receiver: Receiver) -> None:
    number, old = await office.subscribe(receiver.url)
    answer = await office.post(f"{number}/rotate-secret")
    new = answer.json()["secret"]
    assert answer.json()["earlier_until"] == (START + timedelta(days=1)).isoformat()
    office.tell("RECEIPT")
    await office.push()
    assert [verify(*receiver.got[0], secret, office.clock()).kind for secret in (old, new)] == ["RECEIPT"] * 2
    office.later(days=1)
    office.tell("BILL")
    await office.push()
    assert verify(*receiver.got[1], new, office.clock()).kind == "BILL"
    with pytest.raises(WebhookRefused):
        verify(*receiver.got[1], old, office.clock())


async def test_a_test_event_stands_outside_the_queue(office: Office, receiver: Receiver) -> None:
    number, secret = await office.subscribe(receiver.url)
    receiver.statuses = [200, 500]
    good, bad = [(await office.post(f"{number}/test")).json() for _ in range(2)]
    assert (good["delivered"], good["status"]) == (True, 200)
    assert (bad["delivered"], bad["status"], bad["fault"]) == (False, 500, "HTTP 500")
    assert kinds(receiver, secret, office) == ["SELF_TEST"] * 2
    shown = await office.show(number)
    assert (shown["waiting"], shown["blocked_at"]) == (0, None)


async def test_a_name_that_leads_inside_later_is_not_followed(database: Database, receiver: Receiver) -> None:
    careless = Office(database)
    number, _ = await careless.subscribe(receiver.url)
    careful = Office(database, webhook_reach=Reach.PUBLIC)
    careful.tell("RECEIPT")
    await careful.push()
    assert receiver.got == []
    assert "inside of a network" in (await careful.show(number))["blocked_why"]


async def test_an_ended_subscription_gets_nothing_more(office: Office, receiver: Receiver) -> None:
    number, _ = await office.subscribe(receiver.url)
    office.tell("RECEIPT")
    for _ in range(2):
        answer = await office.http.delete(f"/subscriptions/{number}")
        assert (answer.status_code, answer.json()["expired"]) == (200, 1)
    office.tell("BILL")
    await office.push()
    assert receiver.got == []
    assert (await office.http.get("/subscriptions", params={"recipient": EBC})).json() == {"subscriptions": []}
    ended = await office.http.get("/subscriptions", params={"ended": True})
    assert [each["id"] for each in ended.json()["subscriptions"]] == [number]
