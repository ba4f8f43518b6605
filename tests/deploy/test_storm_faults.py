"""What breaks in a storm: drawn by seed, told, mended; and a small storm holds whatever breaks."""

import asyncio
import os
import sqlite3
import sys
import time
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest

from deploy.child import Child
from deploy.report import Progression, console_for
from deploy.storm.__main__ import stack_for, weather
from deploy.storm.breaking import _hold_write_lock, possible
from deploy.storm.faults import BANK, CUSTOMS, Chapter, Fault, Kind, draw, due
from deploy.storm.processes import OURSELVES, Meter
from deploy.storm.saboteur import Happened, Saboteur, rows

WORKER = Fault(Kind.WORKER, Chapter.HANDED_IN, 0.5, 1)
BANK_DOWN = Fault(Kind.PLATFORM, Chapter.DAY_31, 0.5, 1, BANK)


def test_the_same_seed_breaks_the_same_and_each_kind_breaks_whatever_else_does() -> None:
    every = draw("a", tuple(Kind), 60)
    assert every == draw("a", tuple(Kind), 60) != draw("b", tuple(Kind), 60)
    assert {fault.kind for fault in every} == set(Kind)
    assert draw("a", (Kind.DISK,), 60) == [fault for fault in every if fault.kind is Kind.DISK]
    assert draw("a", (), 60) == []


def test_a_larger_storm_breaks_more() -> None:
    assert len(draw("a", tuple(Kind), 5000)) == 6 * len(Kind)


@pytest.mark.parametrize("seed", range(40))
def test_the_banks_clock_stays_within_the_day_of_its_batch_and_customs_breaks_while_it_is_asked(seed: int) -> None:
    """At 02:00 the batch is paid; by law the bank's day counts."""
    for fault in draw(str(seed), (Kind.CLOCK, Kind.PLATFORM), 4000):
        assert (fault.chapter is Chapter.DAY_31) is (fault.platform == BANK)
        assert abs(fault.minutes) < (120 if fault.platform == BANK else 181)
        assert bool(fault.minutes) is (fault.kind is Kind.CLOCK)


def test_a_disk_is_full_only_for_a_gateway_that_keeps_files() -> None:
    assert [kind for kind in Kind if not possible(kind, "postgresql://x/y")] == [Kind.DISK]
    assert [kind for kind in Kind if not possible(kind)] == ([] if sys.platform == "linux" else [Kind.DISK])


def test_every_fault_is_told_in_one_line() -> None:
    told = [fault.told for fault in draw("a", tuple(Kind), 20_000)]
    assert not any("\n" in line for line in told)
    assert (
        Fault(Kind.CLOCK, Chapter.HANDED_IN, 0, 9, CUSTOMS, -7).told == "the clock of customs is 7 minutes slow for 9 s"
    )


def test_a_fault_is_due_at_its_moment_or_once_its_chapter_is_over() -> None:
    planned = [WORKER, BANK_DOWN]
    assert due(planned, Chapter.HANDED_IN, 0.49) == []
    assert due(planned, Chapter.HANDED_IN, 0.5) == [WORKER]
    assert due(planned, Chapter.CUSTOMS_SPEAKS, 0) == [WORKER]
    assert due(planned, Chapter.THE_END, 0) == planned


async def test_faults_break_once_one_after_another_and_are_told() -> None:
    broken: list[Fault] = []
    told: list[str] = []
    at_once: list[Fault] = []

    async def break_it(fault: Fault) -> None:
        at_once.append(fault)
        assert len(at_once) == 1
        await asyncio.sleep(0)
        at_once.clear()
        broken.append(fault)

    async def meanwhile(_: Fault) -> None:
        await asyncio.sleep(60)

    saboteur = Saboteur([WORKER, BANK_DOWN], break_it, meanwhile, told.append)
    saboteur.reached(Chapter.THE_END, 0, 0)
    saboteur.reached(Chapter.THE_END, 1, 1)
    await saboteur.rest()
    assert broken == [WORKER, BANK_DOWN]
    assert [WORKER.told in told[0], BANK_DOWN.told in told[1]] == [True, True]
    assert [(row.kind, row.times) for row in rows(saboteur.happened)] == [(Kind.WORKER, 1), (Kind.PLATFORM, 1)]


async def test_a_part_that_does_not_come_back_is_told_at_once() -> None:
    async def break_it(_: Fault) -> None:
        raise OSError("gone for good")

    async def meanwhile(_: Fault) -> None:
        return

    saboteur = Saboteur([WORKER], break_it, meanwhile, lambda _: None)
    saboteur.reached(Chapter.THE_END, 1, 1)
    assert saboteur.failure() is None
    with pytest.raises(OSError, match="gone for good"):
        await saboteur.rest()
    assert isinstance(saboteur.failure(), OSError)
    assert saboteur.happened == []


def test_what_broke_is_added_up_by_kind() -> None:
    [row] = rows([Happened(WORKER, Chapter.HANDED_IN, 2.5), Happened(WORKER, Chapter.LATE, 4.0)])
    assert (row.times, row.away) == (2, 6.5)
    assert row.told[1].endswith("(in: What came late)")


def test_nobody_writes_while_the_database_is_locked(tmp_path: Path) -> None:
    file = tmp_path / "x.db"
    with sqlite3.connect(file) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE t (x)")

    async def write_meanwhile() -> None:
        holding = asyncio.create_task(asyncio.to_thread(_hold_write_lock, str(file), 0.5))
        await asyncio.sleep(0.2)
        with pytest.raises(sqlite3.OperationalError, match="database is locked"):
            sqlite3.connect(file, timeout=0).execute("INSERT INTO t VALUES (1)")
        await holding
        sqlite3.connect(file, timeout=0).execute("INSERT INTO t VALUES (1)")

    asyncio.run(write_meanwhile())
    database.close()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux shows every process under /proc")
def test_the_processor_time_of_a_part_outlives_its_processes(tmp_path: Path) -> None:
    busy = "import time; end = time.process_time() + 0.5\nwhile time.process_time() < end: pass\ntime.sleep(60)"
    child = Child(
        "part", [sys.executable, "-c", busy], log=tmp_path / "log", directory=tmp_path, environment=os.environ
    )
    meter = Meter([child])
    for lives in (1, 2):
        child.start()
        deadline = time.monotonic() + 60
        while "part" not in meter.costs or meter.costs["part"].cpu_seconds < 0.3 * lives:
            assert time.monotonic() < deadline
            meter.look()
            time.sleep(0.02)
        child.kill()
    assert meter.costs["part"].peak_bytes > 1_000_000
    assert meter.costs[OURSELVES].cpu_seconds > 0


HELD_IN_A_TEST = {Kind.DATABASE: 31}
"""Seconds; longer than SQLite's users wait."""


@pytest.mark.stack
@pytest.mark.timeout(900)  # outages take their time, and so do the retries after them
@pytest.mark.skipif(sys.platform != "linux", reason="the disk of another process is full on Linux only")
def test_a_small_storm_holds_while_everything_breaks(tmp_path: Path) -> None:
    faults = [fault for fault in draw("small", tuple(Kind), 12) if fault.kind is not Kind.DATABASE]
    faults.append(Fault(Kind.DATABASE, Chapter.HANDED_IN, 0.3, HELD_IN_A_TEST[Kind.DATABASE]))
    with stack_for(tmp_path / "storm", "small", Decimal("0.2")) as stack:
        report = asyncio.run(weather(stack, "small", 12, Progression(console_for(StringIO())), faults=faults))
    assert [(line.what, line.ours, line.theirs, line.blamed) for line in report.lines if not line.holds] == []
    assert {row.kind for row in report.broken} == set(Kind)
    assert {"temporal", "gateway", "worker", "simulator", OURSELVES} == set(report.costs)
