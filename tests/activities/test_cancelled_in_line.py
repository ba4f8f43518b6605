"""An activity that is given up while its thread waits for the database leaves the line of writers as it found it."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from temporalio.testing import ActivityEnvironment

from activities.closing import CaseRegister
from clearway.contracts.case import CaseKey
from clearway.contracts.states import State
from models.database import Database
from models.tables import CaseRecord
from models.work import CloseRequest
from tests.patience import PATIENCE

NOW = datetime(2026, 4, 10, tzinfo=UTC)
KEY = CaseKey(ebc_code="3301960A01", order_no="CW-1")
SOON = 10
"""Seconds, fewer than a writer stands in line before it asks SQLite itself."""


def _state(database: Database) -> str:
    with database.transaction() as session:
        return session.get_one(CaseRecord, KEY.workflow_id).state


def test_a_writer_that_is_cancelled_in_line_ends_its_work_and_holds_no_other_up(tmp_path: Path) -> None:
    database, given_up = Database(f"sqlite:///{tmp_path}/clearway.db"), ActivityEnvironment()
    database.migrate()
    request = CloseRequest(key=KEY, state=State.CANCELLED, now=NOW)
    with ThreadPoolExecutor() as threads:
        with database.transaction():
            closed = threads.submit(given_up.run, CaseRegister(database).close_case, request)
            deadline = time.monotonic() + PATIENCE
            while database.in_line == 0:
                assert time.monotonic() < deadline, "nobody came into the line"
            given_up.cancel()
        closed.result(timeout=PATIENCE)
        assert threads.submit(_state, database).result(timeout=SOON) == State.CANCELLED
    database.close()
