"""The intake as a part of the gateway: named by one setting, none by default, and what it takes reaches the case."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from gateway.settings import GatewaySettings
from models.database import Database
from tests.gateway.intake.receiving import intake, receipt
from tests.gateway.recording import CASE, House
from tests.patience import until


def test_by_default_nothing_is_taken(database: Database) -> None:
    house = House(database)
    assert house.app.state.intake.sources == ()


def test_the_setting_names_any_number_of_sources_and_is_not_shown(
    monkeypatch: pytest.MonkeyPatch, database: Database
) -> None:
    urls = "folder:///srv/in, amqp://me:secret@127.0.0.1/queue ,"
    monkeypatch.setenv("CLEARWAY_GATEWAY_INTAKE", urls)
    settings = GatewaySettings()
    sources = House(database, settings).app.state.intake.sources
    assert [source.name for source in sources] == ["folder /srv/in", "queue queue at 127.0.0.1:5672"]
    assert "secret" not in repr(settings)


@pytest.mark.parametrize(
    ("urls", "told"),
    [
        ("http://127.0.0.1/x", "CLEARWAY_GATEWAY_INTAKE: an address begins with"),
        ("folder:///srv/in,/srv/other", "CLEARWAY_GATEWAY_INTAKE: an address begins with"),
        ("folder:///srv/in?poll=1", "unknown option poll"),
        ("amqp://127.0.0.1", "names a queue"),
        ("amqp://me:secret@127.0.0.1/a/b/c", "amqp://…@127.0.0.1/a/b/c"),
    ],
)
def test_an_address_that_is_none_is_told_at_the_start(urls: str, told: str, database: Database) -> None:
    with pytest.raises(ValueError, match=told) as fault:
        intake(urls, database)
    assert "secret" not in str(fault.value)


async def test_a_receipt_put_into_the_folder_reaches_its_case(database: Database, tmp_path: Path) -> None:
    settings = GatewaySettings(intake=SecretStr(f"folder://{tmp_path}/in?settle=0"), poll_seconds=0.05)
    house = House(database, settings)
    house.know()
    (tmp_path / "in").mkdir()
    for name in ("a.xml", "again.xml"):
        (tmp_path / "in" / name).write_bytes(receipt(1))
    async with house.app.router.lifespan_context(house.app):
        await until(lambda: len(list((tmp_path / "in").glob("taken/*"))) == 2, "they were not taken")
        assert (await house.http.get("/health")).json()["intake"] == {}
    house.clock.pass_seconds(100)
    await house.step(2)
    assert house.cases.told == [(CASE, ["120"])]


async def test_a_source_that_gives_nothing_is_told_and_does_not_hold_up_the_end(
    database: Database, tmp_path: Path
) -> None:
    settings = GatewaySettings(intake=SecretStr(f"folder://{tmp_path}/nowhere,amqp://127.0.0.1:1/q"), poll_seconds=60)
    house = House(database, settings)
    async with house.app.router.lifespan_context(house.app):
        await until(lambda: len(house.app.state.intake.failures) == 2, "nobody tells of it")
        health = (await house.http.get("/health")).json()
        assert not health["ok"]
        assert health["intake"] == {
            f"folder {tmp_path}/nowhere": "FileNotFoundError",
            "queue q at 127.0.0.1:1": "AMQPConnectionError",
        }


async def test_what_a_broker_hands_over_beyond_the_permitted_size_is_kept_and_refused(database: Database) -> None:
    body = receipt(1)
    house = House(database, GatewaySettings(max_body_bytes=len(body)))
    house.know()
    for given in (body + b" ", body):
        house.app.state.intake.keep(given)
    await house.step()
    assert [(raw.state, "E_TOO_LARGE" in raw.fault) for raw in house.raws()] == [("refused", True), ("read", False)]
