"""Ratios are those of neighbouring rounds, and what limited a side is told from the cores it used."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy

from bench.cpu import Meter, on_core, seconds_of
from bench.database_work import Count
from bench.figures import Lifecycles, Round, Spread, compared, limit, side_figures
from bench.lifecycle_sheets import lifecycle_sheets
from bench.sheets import Sheet
from bench.traffic import Traffic, differences
from models.database import Database


def _round(side: str, seconds: float, worker: float, server: float = 0.0) -> Round:
    return Round(side=side, lists=10, seconds=seconds, processor={"worker": worker, "server": server})


ROUNDS = [
    _round("list", 2, 1),
    _round("bare", 1, 0.5),
    _round("list", 4, 2),
    _round("bare", 4, 2),
    _round("list", 5, 1),
    _round("bare", 4, 2),
]


def test_a_ratio_is_that_of_neighbouring_rounds() -> None:
    ratio = compared(ROUNDS, "list", "bare")
    assert ratio.rate == Spread(minimum=0.5, median=0.8, maximum=1.0)
    assert ratio.cost == Spread(minimum=0.5, median=1.0, maximum=2.0)


def test_processor_time_is_told_per_lifecycle() -> None:
    side = side_figures("", [_round("list", 2, 1, 3), _round("list", 2, 2, 3)], None, cores=2, pinned=False)
    assert side.processor == {"worker": pytest.approx(0.15), "server": pytest.approx(0.3)}


@pytest.mark.parametrize(
    ("shares", "pinned", "told"),
    [
        ({"worker": 0.9, "server": 0.3}, False, "worker"),
        ({"worker": 0.7, "server": 1.2}, False, "all 2 cores (most server)"),
        ({"worker": 0.1, "server": 1.8}, False, "server"),
        ({"worker": 0.3, "server": 0.9}, False, "nothing full (server 0.90)"),
        ({"worker": 0.3, "server": 0.9}, True, "server"),
        ({"worker": 0.6, "driver": 0.35, "server": 0.5}, True, "core of the others (most worker)"),
    ],
)
def test_what_limits_is_the_process_or_the_core_that_is_full(shares: dict[str, float], pinned: bool, told: str) -> None:
    assert limit(shares, 2, pinned=pinned) == told


def test_what_differs_in_traffic_is_told_by_kind_with_both_numbers() -> None:
    one, other = (
        Traffic(events=3, workflow_tasks=1, history_bytes=1, payload_bytes=1, kinds=kinds)
        for kinds in ({"SIGNAL": 2, "TIMER": 1}, {"SIGNAL": 2, "MARKER": 1})
    )
    assert differences(one, other) == {"MARKER": (0, 1), "TIMER": (1, 0)}


def test_the_processor_time_of_a_process_holds_that_of_what_it_started() -> None:
    burn = "import time\nwhile time.process_time() < 0.3: pass"
    started = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {burn!r}]); print(); input()"
    with subprocess.Popen([sys.executable, "-c", started], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.readline()  # the child was waited for
        with_children = seconds_of(process.pid)
        alone = seconds_of(process.pid, children=False)
        process.communicate(b"\n")
    assert with_children >= alone + 0.25


def test_a_meter_tells_the_driver_apart() -> None:
    meter = Meter({"absent": 2**22 + 1})
    spent = meter.spent()
    assert set(spent) == {"absent", "driver"}
    assert spent["absent"] == 0


def test_what_is_started_on_a_core_stays_there_and_the_driver_goes_on_as_before() -> None:
    before = os.sched_getaffinity(0)
    core = min(before)
    with on_core(core):
        told = subprocess.run(
            [sys.executable, "-c", "import os; print(os.sched_getaffinity(0))"], capture_output=True, text=True
        )
    assert told.stdout.strip() == str({core})
    assert os.sched_getaffinity(0) == before


def test_only_what_writes_is_counted_as_a_transaction(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/count.db")
    with database.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE t (n INTEGER)")
    count = Count(database.engine)
    with database.transaction() as session:
        session.execute(sqlalchemy.text("SELECT n FROM t"))
    assert count.work == (0, 1)
    with database.transaction() as session:
        session.execute(sqlalchemy.text("INSERT INTO t VALUES (1)"))
        session.execute(sqlalchemy.text("SELECT n FROM t"))
    assert count.work == (1, 3)
    with database.engine.connect() as connection, connection.begin() as begun:
        connection.exec_driver_sql("INSERT INTO t VALUES (2)")
        begun.rollback()
    with database.transaction() as session:
        session.execute(sqlalchemy.text("SELECT n FROM t"))
    assert count.work == (1, 5), "what was rolled back is no transaction, nor the reading after it"
    database.close()


def test_a_sheet_is_a_table_in_markdown() -> None:
    assert Sheet("T", ("", "a|b"), [("row", "1")]).markdown() == "**T**\n\n|  | a\\|b |\n|---|---|\n| row | 1 |\n"


def test_every_side_has_its_line_in_the_tables(measured: Lifecycles) -> None:
    ratios, processors, traffic = lifecycle_sheets(measured)
    assert [row[0] for row in ratios.rows] == ["list / bare", "dbos-pg"]
    assert ratios.rows[1][1:3] == ("NOT MEASURED", "no PostgreSQL")
    assert processors.rows[0] == ("list", "0.00", "2.00", "2.00", "worker")
    assert all(len(row) == len(sheet.columns) for sheet in (ratios, processors, traffic) for row in sheet.rows)


@pytest.fixture
def measured() -> Lifecycles:
    settings: dict[str, Any] = {"rounds": 1, "lists": 10, "at_once": 1, "pinned": False}
    rounds = [_round("list", 2, 2), _round("bare", 1, 1)]
    return Lifecycles(
        settings=settings,
        rounds=rounds,
        sides={each.side: side_figures(each.side, [each], None, cores=2, pinned=False) for each in rounds},
        ratios=[compared(rounds, "list", "bare")],
        skipped={"dbos-pg": "no PostgreSQL"},
    )
