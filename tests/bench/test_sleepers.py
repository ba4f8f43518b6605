"""What sleeps is weighed, woken and counted, at a size that proves it runs. How heavy it is is nobody's test here."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from rich.progress import Progress

from bench.growth import COSTS, growth_sheets, measure_growth
from bench.idle import idle_sheets, measure_idle
from bench.judgements import judge_once
from bench.long_lists import AT, LONG, lengthened, works
from bench.memory import LIMITS, measure_memory, memory_sheets
from bench.sleepers import HISTORY, VISIBILITY, Scales, resident, settled_size
from clearway.messages import Report
from clearway.testing import sample_set


@pytest.fixture
def progress() -> Iterator[Progress]:
    with Progress(disable=True) as shown:
        yield shown


async def test_lists_asleep_are_weighed_and_woken(progress: Progress) -> None:
    measured = await measure_idle(6, 1, 3, 1, 4, progress, restarts=1)
    assert [window.lists for window in (*measured.empty, *measured.full)] == [1] * 6
    assert all(row.ratio for row in (*measured.pace, *measured.waking))
    unsigned, signed, sealed, bare = measured.weights
    assert (unsigned.lists, signed.lists, sealed.lists, bare.lists) == (9, 1, 1, 1)
    assert "sealed" in sealed.name
    assert bare.business[""] == 0
    assert unsigned.together == unsigned.temporal[""] + unsigned.business[""] > 0
    if HISTORY in unsigned.temporal:  # an SQLite that tells the pages of each table
        assert unsigned.temporal[HISTORY] > 0
        assert VISIBILITY in signed.temporal
        assert signed.business["raw_message"] >= 0
    titles = [sheet.title for sheet in idle_sheets(measured)]
    assert "6 lists asleep" in titles[0]
    assert len(titles) == 5


async def test_growth_is_measured_in_all_three_ways(progress: Progress) -> None:
    measured = await measure_growth(1, 2, 2, (3, 6), 2, progress)
    names = [row.name for row in measured.lines]
    for length in LONG[1:]:
        assert {f"a list of {length} lines, {cost}" for cost in COSTS} <= set(names)
        assert f"message validated, {length} lines, ms of processor" in names
    assert all(row.ratio for row in measured.lines)
    assert [(each.lists, each.batches) for each in measured.collections] == [(3, 1), (6, 1)]
    assert all(each.statements > each.lists and each.events > 10 for each in measured.collections)
    plain, *pinned = measured.processes
    assert plain.ratio
    assert "worker 2" in plain.note
    assert all(each.ratio or each.skipped for each in pinned)
    assert [len(sheet.rows) for sheet in growth_sheets(measured)] == [len(names), 2, 3]


async def test_memory_is_read_while_the_cache_fills(progress: Progress) -> None:
    measured = await measure_memory(8, 4, 1, progress)
    assert [look.lists for look in measured.filling] == [5, 5, 5, 6, 8]
    assert all(look.bytes > 0 for look in (*measured.filling, *measured.stack))
    assert {look.process for look in measured.stack} == set(LIMITS)
    (sheet,) = memory_sheets(measured)
    assert len(sheet.rows) == 5 + 1 + 2 * len(LIMITS)


async def test_a_cache_that_tells_nothing_of_a_list_is_refused_before_anything_starts(progress: Progress) -> None:
    with pytest.raises(ValueError, match="--cached 5"):
        await measure_memory(5, 1, 1, progress)


@pytest.mark.parametrize("length", LONG)
def test_a_long_list_adds_up_to_the_short_one_and_passes_everything(length: int) -> None:
    short = sample_set("LONG", at=AT)
    long = lengthened(short, length)
    assert len(long.order.lines) == len(long.declaration_list.lines) == length
    assert sum(line.total_price for line in long.order.lines) == short.order.goods_value
    judgement = judge_once(long)
    assert judgement.problems == ()
    assert judgement.matched
    for work in works(length):
        done = work.once()
        if isinstance(done, Report):
            assert done.faults == ()


async def test_what_came_since_is_weighed_without_the_rest(tmp_path: Path) -> None:
    files = tmp_path / "a.db", tmp_path / "b.db"
    for file in files:
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("CREATE TABLE history_node (body BLOB)")
            connection.execute("INSERT INTO history_node VALUES (randomblob(500000))")
            connection.commit()
    scales = await Scales(*files).zero()
    with closing(sqlite3.connect(files[0])) as connection:
        connection.execute("INSERT INTO history_node VALUES (randomblob(400000))")
        connection.commit()
        weight = await scales.weigh("two", 2)
    assert 195_000 <= weight.temporal[""] <= 210_000, "a page may have had room left"
    assert weight.business[""] == 0
    assert (await settled_size(files[0]))[""] == files[0].stat().st_size


def test_nobody_has_no_memory() -> None:
    assert resident(2**22 + 1) == 0
