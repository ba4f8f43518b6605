"""Transfers of the ledger beside a bare `INSERT … COMMIT`, on SQLite and on PostgreSQL."""

import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from pathlib import Path
from threading import Barrier
from typing import NamedTuple

import pytest
import sqlalchemy
from rich.progress import Progress

from bench.ratios import Ratios, Row, compare, machine
from models.database import Database
from models.ledger.accounts import Account
from models.ledger.transfers import Move, confirm, post, reserve
from tests.postgres import new_database, running_server

AT = datetime(2026, 3, 10, tzinfo=UTC)
WORLD = Account("world", "quota", "CNY", limited=False)
PLENTY = Decimal(1_000_000_000)
ONE = Decimal("1.00")
PER_PAIR = 2
"""Transfers of a pair, each in a transaction of its own, as in life: reserved at acceptance, confirmed at release."""
_BARE = sqlalchemy.Table(
    "bench_bare",
    sqlalchemy.MetaData(),
    sqlalchemy.Column("number", sqlalchemy.Integer, primary_key=True),
    sqlalchemy.Column("content", sqlalchemy.String(200)),
)


class Scenario(NamedTuple):
    """How many connections work at once, and whether on one account."""

    name: str
    connections: int
    one_account: bool = False


SCENARIOS = (
    Scenario("1 connection", 1),
    Scenario("8 connections, an account each", 8),
    Scenario("8 connections, one account", 8, one_account=True),
)


def measure_ledger(rounds: int, pairs: int, progress: Progress) -> Ratios:
    """Both databases, every scenario; PostgreSQL where it is installed."""
    done = progress.add_task("scenarios", total=2 * len(SCENARIOS))
    rows: list[Row] = []
    settings = {"rounds": rounds, "pairs": pairs, **machine("sqlalchemy", "sqlmodel", "psycopg")}
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="clearway-bench-"))
        for kind, begin in (("SQLite", _sqlite(Path(folder))), ("PostgreSQL", _postgresql(stack))):
            try:
                database = Database(begin())
            except pytest.skip.Exception as reason:  # the tests' server, and the tests' way to say that there is none
                rows += [Row(name=f"{kind}, {each.name}", skipped=str(reason)) for each in SCENARIOS]
                progress.advance(done, len(SCENARIOS))
                continue
            stack.callback(database.close)
            settings[kind] = _prepare(database)
            for scenario in SCENARIOS:
                rows.append(_measure(database, kind, scenario, rounds, pairs))
                progress.advance(done)
    return Ratios(settings=settings, rows=rows)


def _sqlite(folder: Path) -> Callable[[], str]:
    return lambda: f"sqlite:///{folder}/ledger.db"


def _postgresql(stack: ExitStack) -> Callable[[], str]:
    """A server that waits for the disk at each commit, as SQLite does."""
    return lambda: new_database(stack.enter_context(running_server(durable=True)))


def _prepare(database: Database) -> str:
    """Tables, and money in every account; the database's version."""
    database.migrate()
    _BARE.create(database.engine)
    with database.transaction() as session:
        for number in range(max(each.connections for each in SCENARIOS)):
            post(session, Move(f"into {number}", WORLD, _account(number), PLENTY, AT))
    question = "SELECT sqlite_version()" if database.engine.dialect.name == "sqlite" else "SHOW server_version"
    with database.engine.connect() as connection:
        return str(connection.exec_driver_sql(question).scalar_one())


def _account(number: int) -> Account:
    return Account(f"purse {number}", "quota", "CNY")


def _measure(database: Database, kind: str, scenario: Scenario, rounds: int, pairs: int) -> Row:
    each, prefixes = -(-pairs // scenario.connections), count()

    def ledger() -> float:
        prefix = f"{scenario.name} {next(prefixes)}"

        def work(thread: int) -> None:
            account = _account(0 if scenario.one_account else thread)
            for number in range(each):
                name = f"{prefix} {thread} {number}"
                with database.transaction() as session:
                    reserve(session, Move(name, account, WORLD, ONE, AT, reference=name))
                with database.transaction() as session:
                    confirm(session, f"{name} confirmed", name, AT)

        return _rate(scenario.connections, each * PER_PAIR, work)

    def bare() -> float:
        def work(thread: int) -> None:
            for number in range(each * PER_PAIR):
                with database.engine.begin() as connection:
                    connection.execute(_BARE.insert().values(content=f"{scenario.name} {thread} {number}"))

        return _rate(scenario.connections, each * PER_PAIR, work)

    return compare(f"{kind}, {scenario.name}", rounds, ledger, bare)


def _rate(connections: int, each: int, work: Callable[[int], None]) -> float:
    """Transactions per second of so many threads that begin together."""
    begin = Barrier(connections + 1)

    def begin_together(thread: int) -> None:
        begin.wait()
        work(thread)

    with ThreadPoolExecutor(connections) as pool:
        working = [pool.submit(begin_together, thread) for thread in range(connections)]
        begin.wait()
        begun = time.perf_counter()
        for ended in working:
            ended.result()
        return connections * each / (time.perf_counter() - begun)
