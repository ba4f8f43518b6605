"""Fetched events: they come again until they are acknowledged, and only what was seen can be."""

import asyncio
from typing import Any

import pytest
from sqlmodel import Session

from models import outbox
from models.outbox import Told, pass_on
from models.tables import Notice, OutboxEvent
from tests.gateway.outbox.clock import START
from tests.gateway.outbox.receiver import EBC, Office
from tests.patience import PATIENCE


def kinds(events: list[Any]) -> list[str]:
    return [event["kind"] for event in events]


async def test_events_come_again_until_they_are_acknowledged(office: Office) -> None:
    number, _ = await office.subscribe()
    office.tell("RECEIPT", "BILL", "LIST_ENDED")
    first = await office.events(number, limit=2)
    assert kinds(first) == ["RECEIPT", "BILL"]
    assert await office.events(number, limit=2) == first
    answer = await office.post(f"{number}/acknowledge", {"up_to": 2})
    assert answer.json() == {"acknowledged": 2, "waiting": 1}
    assert kinds(await office.events(number)) == ["LIST_ENDED"]
    again = await office.post(f"{number}/acknowledge", {"up_to": 2})
    assert again.json() == {"acknowledged": 0, "waiting": 1}


async def test_single_events_may_be_acknowledged(office: Office) -> None:
    number, _ = await office.subscribe()
    office.tell("RECEIPT", "BILL")
    ids = [event["id"] for event in await office.events(number)]
    answer = await office.post(f"{number}/acknowledge", {"ids": ids[1:]})
    assert answer.json() == {"acknowledged": 1, "waiting": 1}
    assert kinds(await office.events(number)) == ["RECEIPT"]


async def test_only_what_was_handed_out_is_acknowledged_by_a_number(office: Office) -> None:
    number, _ = await office.subscribe()
    office.tell("RECEIPT", "BILL")
    assert kinds(await office.events(number, after=1)) == ["BILL"]
    answer = await office.post(f"{number}/acknowledge", {"up_to": 2})
    assert answer.json() == {"acknowledged": 1, "waiting": 1}
    assert kinds(await office.events(number)) == ["RECEIPT"]


async def test_nobody_acknowledges_the_events_of_another(office: Office) -> None:
    mine, _ = await office.subscribe()
    theirs, _ = await office.subscribe(kinds=["RECEIPT"])
    office.tell("RECEIPT")
    ids = [event["id"] for event in await office.events(theirs)]
    assert (await office.post(f"{mine}/acknowledge", {"ids": ids})).json()["acknowledged"] == 0
    assert kinds(await office.events(theirs)) == ["RECEIPT"]


async def test_whoever_waits_is_answered_when_something_happens(office: Office) -> None:
    number, _ = await office.subscribe()
    waiting = asyncio.create_task(office.events(number, wait=30))
    await asyncio.sleep(0.2)
    assert not waiting.done()
    office.tell("RECEIPT")
    assert kinds(await asyncio.wait_for(waiting, PATIENCE)) == ["RECEIPT"]


async def test_whoever_does_not_wait_is_answered_at_once(office: Office) -> None:
    number, _ = await office.subscribe()
    assert await office.events(number) == []


async def test_a_test_event_lies_ready_for_its_subscriber_alone(office: Office) -> None:
    number, _ = await office.subscribe()
    other, _ = await office.subscribe(kinds=["BILL"])
    answer = (await office.post(f"{number}/test")).json()
    assert (answer["delivered"], answer["waits"]) == (False, True)
    assert [(each["id"], each["kind"]) for each in await office.events(number)] == [(answer["id"], "SELF_TEST")]
    assert await office.events(other) == []


async def test_an_acknowledgement_of_nothing_is_refused(office: Office) -> None:
    number, _ = await office.subscribe()
    answer = await office.post(f"{number}/acknowledge", {})
    assert (answer.status_code, answer.json()["problems"][0]["code"]) == (422, "E_NOTHING_ACKNOWLEDGED")


async def test_the_outbox_says_what_waits_and_since_when(office: Office) -> None:
    number, _ = await office.subscribe()
    office.tell("RECEIPT", "BILL")
    with office.database.transaction() as session:
        assert outbox.standing(session, office.clock()).oldest_age_seconds == 0
    await office.push()
    office.later(seconds=90)
    with office.database.transaction() as session:
        standing = outbox.standing(session, office.clock())
    assert (standing.waiting, standing.oldest_age_seconds, standing.blocked, standing.expired) == (2, 90, 0, 0)
    office.later(days=14)
    await office.push()
    with office.database.transaction() as session:
        assert outbox.standing(session, office.clock()).expired == 2
    assert (await office.show(number))["expired"] == 2


async def test_an_event_of_a_transaction_that_failed_is_never_sent(office: Office) -> None:
    number, _ = await office.subscribe()

    def fail(session: Session) -> None:
        notice = Notice(dedupe_key="x", recipient=EBC, kind="RECEIPT", at=START, payload="{}")
        session.add(notice)
        session.flush()
        pass_on(session, [Told(notice.number or 0, EBC, "RECEIPT", START)])
        session.flush()
        assert session.get(OutboxEvent, 1) is not None
        raise ZeroDivisionError

    with office.database.transaction() as session, pytest.raises(ZeroDivisionError), session.begin_nested():
        fail(session)
    assert await office.events(number) == []
