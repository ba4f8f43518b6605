"""Every side lives the same life: the same documents, judgement, reservations, filings and tax, however it is cut."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import pytest_asyncio
from sqlmodel import col, select

from bench.figures import Round
from bench.lifecycles import samples
from bench.lists import Course, Lane, one_round
from bench.servers import NoPostgreSQL, temporal_server
from bench.sides import SIDES
from bench.traffic import Traffic, differences
from clearway.contracts.facts import Judgement
from models.database import Database
from models.tables import CaseRecord, FilingRecord, LedgerTransfer, StoredDocument, TaxDue

SAME_WORK = ("list", "naive", "dbos")
EVERY = (*SAME_WORK, "bare")


class Lived(NamedTuple):
    """One list's life on each side, measured, and what it left."""

    rounds: dict[str, Round]
    traffic: dict[str, Traffic | None]
    books: dict[str, dict[str, Any]]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def lived(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Lived]:
    folder = tmp_path_factory.mktemp("bench")
    rounds: dict[str, Round] = {}
    traffic: dict[str, Traffic | None] = {}
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(temporal_server(folder))
        course = Course(folder, server, stack)
        for name in EVERY:
            lane: Lane = await course.lane(SIDES[name], None)
            rounds[name], ids = await one_round(name, lane, samples(1), 1, lambda: None)
            traffic[name] = await lane.traffic(ids)
    yield Lived(rounds, traffic, {name: _books(folder / f"{name}.db") for name in SAME_WORK})


def _books(file: Path) -> dict[str, Any]:
    """What the business database has of its only list, without names and numbers that differ from list to list."""
    database = Database(f"sqlite:///{file}")
    try:
        with database.transaction() as session:
            (record,) = session.exec(select(CaseRecord)).all()
            (due,) = session.exec(select(TaxDue)).all()
            judged = Judgement.model_validate_json(record.judgement)
            moves = select(LedgerTransfer).where(col(LedgerTransfer.reference) == record.workflow_id)
            assert judged.tax is not None
            assert judged.quota is not None
            assert judged.guarantee is not None
            return {
                "state": record.state,
                "judgements": record.judged,
                "problems": [each.code for each in judged.problems],
                "warnings": [each.code for each in judged.warnings],
                "tax": judged.tax.total,
                "limits": judged.limits,
                "quota": judged.quota,
                "guarantee": (judged.guarantee.outcome, judged.guarantee.amount),
                "due": (due.due, due.assessed, due.agent, due.customs, due.state),
                "moves": sorted((each.kind, each.debit.split("/")[0], each.amount) for each in session.exec(moves)),
                "documents": sorted(each.kind for each in session.exec(select(StoredDocument))),
                "filings": sorted(each.kind for each in session.exec(select(FilingRecord))),
            }
    finally:
        database.close()


@pytest.mark.parametrize("side", [name for name in SAME_WORK if name != "list"])
def test_every_side_leaves_the_same_books(lived: Lived, side: str) -> None:
    assert lived.books[side] == lived.books["list"]


def test_the_list_is_matched_reserved_filed_and_owes_its_tax(lived: Lived) -> None:
    books = lived.books["list"]
    assert (books["state"], books["problems"]) == ("return_window", [])
    assert books["tax"] == books["due"][0] > 0
    assert books["quota"].counted > 0
    assert ("reserve", "guarantee", books["tax"]) in books["moves"]
    assert len(books["documents"]) == len(books["filings"]) == 4


def test_the_bare_workflow_has_the_traffic_of_the_list(lived: Lived) -> None:
    ours, bare = lived.traffic["list"], lived.traffic["bare"]
    assert ours is not None
    assert bare is not None
    assert differences(ours, bare) == {}, "kinds of events: so many of the list, so many of the bare workflow"
    assert ours.kinds["ACTIVITY_TASK_COMPLETED"] == 2
    assert ours.kinds["TIMER_CANCELED"] == 1, "the end must have come by news, not by time"
    assert bare.payload_bytes < ours.payload_bytes


def test_the_naive_list_has_an_event_for_every_step_and_receipt(lived: Lived) -> None:
    naive = lived.traffic["naive"]
    assert naive is not None
    assert naive.kinds["ACTIVITY_TASK_COMPLETED"] > 14
    assert naive.kinds["TIMER_CANCELED"] == 2
    assert naive.kinds["WORKFLOW_EXECUTION_SIGNALED"] == 9 + 5 + 2


def test_dbos_leaves_nothing_with_temporal(lived: Lived) -> None:
    assert lived.traffic["dbos"] is None
    assert set(lived.rounds["dbos"].processor) == {"worker", "driver"}


def test_processor_time_is_told_by_process(lived: Lived) -> None:
    assert set(lived.rounds["list"].processor) == {"server", "worker", "driver"}
    assert all(each.processor["worker"] > 0 for each in lived.rounds.values())


def test_transactions_and_statements_are_counted(lived: Lived) -> None:
    work = {name: each.database for name, each in lived.rounds.items()}
    assert all(each is not None for each in work.values())
    assert work["bare"] == (0, 0)
    assert work["list"] == work["dbos"], "DBOS takes the list's own steps"
    assert 0 < work["list"].transactions <= 4  # type: ignore[union-attr]  # seen above
    assert work["naive"].transactions >= 2 * work["list"].transactions  # type: ignore[union-attr]


async def test_list_and_dbos_live_on_postgresql(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(temporal_server(tmp_path))
        course = Course(tmp_path, server, stack)
        try:
            lanes = {name: await course.lane(SIDES[name], None) for name in ("list-pg", "dbos-pg")}
        except NoPostgreSQL as reason:
            pytest.skip(str(reason))
        for name, lane in lanes.items():
            one, _ = await one_round(name, lane, samples(1), 1, lambda: None)
            assert {"database", "worker"} <= set(one.processor)
            assert one.database is not None
            assert one.database.transactions > 0
        assert course.versions["PostgreSQL"]


async def test_the_whole_stack_lives_a_list_until_its_tax_is_paid(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(temporal_server(tmp_path))
        lane = await Course(tmp_path, server, stack).lane(SIDES["stack"], None)
        one, ids = await one_round("stack", lane, samples(1), 1, lambda: None)
        left = await lane.traffic(ids)
    assert set(one.processor) == {"server", "simulator", "gateway", "worker", "driver"}
    assert one.database is None
    assert left is not None
    assert left.kinds["WORKFLOW_EXECUTION_COMPLETED"] == 1
