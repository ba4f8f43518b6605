"""The real Temporal server, once for all tests, each workflow with its own virtual clock; and chance, under control.

`make test` tries the same examples each time, so that a change is judged by what it changes. To search for others:

    HYPOTHESIS_PROFILE=search LIVES=200 make test T=tests/workflows/test_whole_lives.py ARGS=--hypothesis-seed=7
    RACE_SEED=random make test T=tests/workflows/test_races_after_release.py
    LEDGER_SEED=random make test T=tests/models/ledger

Without a seed of its own each search tries new examples. What fails prints how to run it again.
"""

import asyncio
import functools
import gc
import inspect
import os
import random
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from temporalio.client import Client
from temporalio.worker._workflow import _WorkflowWorker

from clearway.client import ClearwayClient
from models.database import Database
from tests import schedule
from tests.connectors.transports.broker import Broker, running_broker
from tests.desk import Desk
from tests.postgres import new_database, running_server
from tests.sqlite import new_file
from tests.temporal import running_temporal

gc.disable()  # until everything is collected, which makes little rubbish and much that stays

# Machines are noisy: an example that takes long is no failure. A failing one prints how to run it again.
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
settings.register_profile("reproducible", UNHURRIED, derandomize=True)
settings.register_profile("search", UNHURRIED)
PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "reproducible")
settings.load_profile(PROFILE)

# Temporal's library takes a workflow for deadlocked that does not yield within two seconds, which on a machine that is
# busy is none; it breaks it off anywhere, fails its task, and may never be rid of it when the worker stops.
DEADLOCK = 60
_WorkflowWorker._deadlock_timeout_seconds = property(lambda _: DEADLOCK, lambda _, two: None)  # type: ignore[assignment]

LONGEST = 370
"""Seconds for an asynchronous test, a little less than pytest's own `timeout`."""

# Set here and not where they are used, so that all processes of one run have the same ones.
SEEDS = ("RACE_SEED", "LEDGER_SEED")
for seed in SEEDS:
    if os.environ.setdefault(seed, "4") == "random":
        os.environ[seed] = str(random.SystemRandom().randrange(10**6))


def pytest_report_header() -> str:
    """What to set to have the same again."""
    return " ".join(["chance:", f"HYPOTHESIS_PROFILE={PROFILE}", *(f"{seed}={os.environ[seed]}" for seed in SEEDS)])


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long begins first; what waits too long says what for."""
    schedule.put_in_order(items)
    for item in items:
        if isinstance(item, pytest.Function) and inspect.iscoroutinefunction(item.obj):
            item.obj = _bounded(item.obj)


def _bounded(test: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    """A test that ends in time; when it is interrupted from outside, nothing tells at which of its lines it stood."""

    @functools.wraps(test)
    async def ends_in_time(*arguments: Any, **named: Any) -> None:
        async with asyncio.timeout(LONGEST):
            await test(*arguments, **named)

    return ends_in_time


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Seven thousand collected tests are no rubbish: whoever looks through them again and again has no time left."""
    gc.freeze()
    gc.set_threshold(7_000, 10, 10)
    gc.enable()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Files that share a costly server run in one process."""
    return schedule.scheduling(config, log)


@pytest.fixture(scope="session")
async def temporal() -> AsyncIterator[Client]:
    """A plain client of a server of its own; clocks move only when a test moves them."""
    async with running_temporal() as client:
        yield client


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """An empty business database with the sample registry."""
    opened = new_file(tmp_path / "clearway.db")
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL server of our own, for all tests; its new databases have the tables already."""
    with running_server() as url:
        template = Database(url.removesuffix("postgres") + "template1")
        template.migrate()
        template.close()
        yield url


@pytest.fixture(scope="session")
def broker() -> Iterator[Broker]:
    """A RabbitMQ of our own, for all tests."""
    with running_broker() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A migrated, empty database of each kind."""
    if request.param == "sqlite":
        opened = new_file(tmp_path / "x.db", registered=False)
    else:
        opened = Database(new_database(request.getfixturevalue("postgres_url")))
    yield opened
    opened.close()


@pytest.fixture
async def desk(temporal: Client, database: Database) -> AsyncIterator[Desk]:
    """A desk with a running worker."""
    queue = f"test-{uuid.uuid4()}"
    made = Desk(ClearwayClient(temporal, task_queue=queue), database, queue=queue)
    async with made.worker():
        yield made
        await made.end_collections()
