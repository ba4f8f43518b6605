"""A collection that was ended by hand, or lost, is started again while there is time; one that runs is left alone."""

from datetime import datetime, timedelta

import pytest

from models.collection import dues
from models.collection.rousing import rouse
from models.database import Database
from tests.collection_office import FIRST_RUN, KEY, PAY_BEFORE, RELEASED, Office
from tests.gateway.recording import House

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
DAY_29 = RELEASED + 29 * DAY
GUARD = PAY_BEFORE - 2 * DAY
IN_TIME = GUARD + timedelta(hours=26)


@pytest.fixture
def office(store: Database) -> Office:
    return Office(store)


def roused(office: Office, now: datetime) -> int:
    with office.database.transaction() as session:
        return rouse(session, now)


def test_a_list_that_nobody_warned_by_day_29_rouses_its_collection_once_a_day(office: Office) -> None:
    office.release(1)
    assert roused(office, DAY_29 - timedelta(seconds=1)) == 0
    assert [roused(office, DAY_29 + hours * HOUR) for hours in (0, 1, 24)] == [1, 0, 1]
    news = office.items("collect")[1:]
    assert {item.workflow_id for item in news} == {KEY.workflow_id}


def test_a_list_that_was_warned_and_then_not_paid_rouses_it_a_night_after_its_guard(office: Office) -> None:
    office.release(1)
    office.run(FIRST_RUN)
    assert roused(office, IN_TIME - timedelta(seconds=1)) == 0
    assert roused(office, IN_TIME) == 1
    assert IN_TIME < PAY_BEFORE


def test_a_collection_that_runs_is_left_alone(office: Office) -> None:
    refused, blocked = office.release(1, bill="27.30"), office.release(2, bill="27.30")
    office.bank.refusals = 100
    with office.database.transaction() as session:
        dues.block(session, blocked, "control", RELEASED)
    for now in (FIRST_RUN, GUARD, GUARD + DAY):
        office.run(now)
    assert office.due(refused).paid == 0
    assert roused(office, GUARD + DAY + HOUR) == 0


async def test_the_gateway_looks_when_it_starts_and_starts_what_stands_still(house: House) -> None:
    Office(house.database).release(1, at=house.clock.now - 29 * DAY)
    for _ in range(2):
        await house.step()
    calls = [(what, workflow_id) for what, workflow_id, _ in house.cases.calls]
    assert calls == [("collect", KEY.workflow_id)] * 2, "told of the release, then roused"
