"""The gateway is killed between any two steps of receiving: nothing is lost, nothing happens twice."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from models.database import Database
from tests.connectors.transports.broker import Broker
from tests.gateway.intake.dying import POINTS
from tests.gateway.intake.receiving import at_work, bodies, intake, receipt
from tests.gateway.recording import House
from tests.patience import wait_until

ROOT = Path(__file__).parents[3]
SENT = [receipt(minute) for minute in range(12)]


def run_until_killed(database: Database, source: str, point: str, number: int) -> None:
    arguments = [sys.executable, "-m", "tests.gateway.intake.dying", database.url, source, point, str(number)]
    ended = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False)
    assert ended.returncode == -9, ended.stderr


async def all_arrived_and_none_happened_twice(database: Database, source: str, done: Callable[[], bool]) -> None:
    (rest,) = intake(source, database).sources
    with at_work(rest):
        wait_until(done, "the rest was not taken")
        wait_until(lambda: set(bodies(database)) >= set(SENT), "not everything was stored")
    assert set(bodies(database)) == set(SENT)
    assert len(bodies(database)) > len(SENT), "nobody was killed after a commit"
    house = House(database)
    house.know()
    await house.step()
    house.clock.pass_seconds(100)
    await house.step()
    assert len(house.items()) == len(SENT)
    assert {raw.state for raw in house.raws()} == {"read"}
    assert sorted(status for _, told in house.cases.told for status in told) == ["120"] * len(SENT)


async def test_a_folder_is_emptied_whatever_kills_us(database: Database, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for number, body in enumerate(SENT):
        (folder / f"receipt-{number:02}.xml").write_bytes(body)
    source = f"folder://{folder}?settle=0"
    for point in POINTS:
        run_until_killed(database, source, point, 2)

    await all_arrived_and_none_happened_twice(database, source, lambda: not list(folder.glob("*.xml")))
    assert {file.read_bytes() for file in (folder / "taken").iterdir()} == set(SENT)
    assert not (folder / "refused").exists()


async def test_a_queue_is_emptied_whatever_kills_us(database: Database, broker: Broker) -> None:
    queue = broker.new_queue()
    broker.publish(queue, *SENT)
    source = f"{broker.url}/{queue}"
    for point in POINTS:
        run_until_killed(database, source, point, 2)

    await all_arrived_and_none_happened_twice(database, source, lambda: broker.depth(queue) == 0)


@pytest.mark.parametrize("point", ["before", "uncommitted"])
def test_what_was_not_committed_stays_where_it_was(point: str, database: Database, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.xml").write_bytes(SENT[0])
    run_until_killed(database, f"folder://{tmp_path}/in?settle=0", point, 1)
    assert bodies(database) == []
    assert (tmp_path / "in" / "a.xml").read_bytes() == SENT[0]
