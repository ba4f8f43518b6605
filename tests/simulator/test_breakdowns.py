"""Clocks of the outside world may be wrong for a while, and platforms down: until somebody says that it is over."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import httpx
import pytest

from simulator.app import create_app
from simulator.clock import Clock
from simulator.settings import Settings
from tests.simulator.office import open_office
from tests.simulator.papers import AT, new_papers

PAYMENT = {"payment_order_no": "JK1", "amount": "10.00", "payer_code": "3301960A01", "requested_at": AT.isoformat()}
QUESTION = {"name": "张三", "id_number": "330106199003077475", "at": AT.isoformat()}


@pytest.fixture
async def world() -> AsyncIterator[httpx.AsyncClient]:
    """The whole outside world."""
    app = create_app(Settings(pause_ms=0))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://world") as http,
    ):
        yield http


async def _paid_at(world: httpx.AsyncClient, key: str) -> datetime:
    answer = await world.post("/bank/payments", json=PAYMENT | {"idempotency_key": key})
    return datetime.fromisoformat(answer.raise_for_status().json()["paid_at"])


async def test_the_bank_dates_by_its_clock_and_never_dates_a_payment_anew(world: httpx.AsyncClient) -> None:
    assert (await world.put("/clocks/bank", json={"minutes": -45})).json() == {"customs": 0, "bank": -45}
    assert await _paid_at(world, "a") == AT - timedelta(minutes=45)
    await world.put("/clocks/bank", json={"minutes": 0})
    assert await _paid_at(world, "a") == AT - timedelta(minutes=45)
    assert await _paid_at(world, "b") == AT


def test_what_was_said_keeps_the_error_of_its_first_time() -> None:
    clock = Clock(90)
    assert clock.error_of("first") == timedelta(minutes=90)
    clock.error = timedelta(0)
    assert clock.error_of("first") == timedelta(minutes=90)
    assert clock.error_of("second") == timedelta(0)


@pytest.mark.parametrize("minutes", [1441, -1441])
async def test_a_clock_is_wrong_by_a_day_at_most(world: httpx.AsyncClient, minutes: int) -> None:
    assert (await world.put("/clocks/customs", json={"minutes": minutes})).status_code == 400


@pytest.mark.parametrize(
    ("platform", "door", "knock"),
    [
        ("bank", "/bank/payments", PAYMENT | {"idempotency_key": "k"}),
        ("identity", "/identity/verify", QUESTION),
        ("customs", "/customs/messages", {}),
    ],
)
async def test_a_platform_that_is_down_takes_nothing_until_it_is_back(
    world: httpx.AsyncClient, platform: str, door: str, knock: dict[str, str]
) -> None:
    before = (await world.post(door, json=knock)).status_code
    await world.put(f"/outages/{platform}")
    assert (await world.post(door, json=knock)).status_code == 503
    assert (await world.get("/outages")).json() == {"down": [platform], "turned_away": 1}
    assert (await world.get("/health")).status_code == 200, "the others go on"
    await world.delete(f"/outages/{platform}")
    assert (await world.post(door, json=knock)).status_code == before != 503


async def test_receipts_and_bills_are_stamped_by_customs_clock() -> None:
    told = {}
    for minutes in (0, 90):
        async with open_office(customs_clock=minutes) as office:
            await office.file_case(new_papers("CL-1"))
            told[minutes] = office.times()
    assert set(told[0]) == {"2", "3", "120", "399", "800", "816"}
    assert told[90] == {word: at + timedelta(minutes=90) for word, at in told[0].items()}
