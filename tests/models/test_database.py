"""The same tables, exact amounts and zoned instants on SQLite and on PostgreSQL."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from activities.examination import Examiner
from clearway.contracts.case import Transmission
from clearway.contracts.parties import Sender
from clearway.testing import sample_set
from models.database import MIGRATING, READERS_CACHE, Database
from models.registry import load, read
from models.tables import CaseRecord, PaymentRecord
from models.work import ExamineRequest
from tests.patience import PATIENCE
from tests.postgres import new_database, until_waiting
from tests.standins import Authority

ROOT = Path(__file__).parents[2]
AT = datetime(2026, 3, 10, 1, 0, tzinfo=UTC)


def _record(**changes: Any) -> CaseRecord:
    fields: dict[str, Any] = {
        "workflow_id": "declaration-list/E/1",
        "ebc_code": "E",
        "order_no": "1",
        "state": "submitted",
        "opened_at": AT,
        "changed_at": AT,
    }
    return CaseRecord(**{**fields, **changes})


def test_amounts_and_instants_come_back_as_they_went_in(store: Database) -> None:
    evening = datetime(2026, 3, 10, 23, 59, 59, 123456, tzinfo=timezone(timedelta(hours=8)))
    with store.transaction() as session:
        session.merge(
            PaymentRecord(
                workflow_id="declaration-list/E/1",
                amount=Decimal("26000.00001"),
                payment_order_no="1",
                requested_at=evening,
            )
        )
    with store.transaction() as session:
        row = session.get_one(PaymentRecord, "declaration-list/E/1")
        assert row.amount == Decimal("26000.00001")
        assert row.requested_at == evening
        assert row.requested_at.tzinfo is not None


def test_an_instant_without_a_zone_is_refused(store: Database) -> None:
    with pytest.raises(Exception, match="time zone"), store.transaction() as session:  # noqa: PT012  on flush
        session.merge(_record(changed_at=datetime(2026, 3, 10)))  # noqa: DTZ001  what is refused
        session.flush()


def test_an_error_rolls_everything_back(store: Database) -> None:
    with pytest.raises(ZeroDivisionError), store.transaction() as session:  # noqa: PT012  the failure is the point
        session.add(_record(workflow_id="gone"))
        raise ZeroDivisionError
    with store.transaction() as session:
        assert session.get(CaseRecord, "gone") is None


def test_who_reads_waits_for_no_writer_and_sees_only_what_is_committed(store: Database) -> None:
    with store.transaction() as session:
        session.add(_record(workflow_id="committed"))
    with store.transaction() as writing:
        writing.add(_record(workflow_id="under way"))
        writing.flush()
        with store.reading() as reading:
            assert reading.get_one(CaseRecord, "committed").opened_at == AT
            assert reading.get(CaseRecord, "under way") is None
    with store.reading() as reading:
        assert reading.get(CaseRecord, "under way") is not None


def test_who_reads_holds_no_writer_up(store: Database) -> None:
    with store.reading() as reading:
        assert reading.get(CaseRecord, "later") is None
        with store.transaction() as writing:
            writing.add(_record(workflow_id="later"))
        assert reading.get(CaseRecord, "later") is not None


def test_nothing_is_written_by_who_reads(store: Database) -> None:
    with store.reading() as reading:
        reading.add(_record(workflow_id="never"))
        with pytest.raises(DBAPIError, match=r"readonly|read-only"):
            reading.flush()
    with store.transaction() as session:
        assert session.get(CaseRecord, "never") is None
        session.add(_record(workflow_id="a writer writes"))


def test_who_reads_on_sqlite_keeps_few_pages(database: Database) -> None:
    with database.reading() as session:
        assert session.connection().exec_driver_sql("PRAGMA cache_size").scalar() == -READERS_CACHE


def _write(database: Database, workflow_id: str) -> None:
    with database.transaction() as session:
        session.add(_record(workflow_id=workflow_id))


def test_writers_of_one_process_wait_in_line_on_sqlite_only(store: Database) -> None:
    with ThreadPoolExecutor(1) as another:
        with store.transaction() as session:
            session.add(_record(workflow_id="first"))
            session.flush()
            second = another.submit(_write, store, "second")
            if store.engine.dialect.name == "sqlite":
                deadline = time.monotonic() + PATIENCE
                while store.in_line == 0:
                    assert time.monotonic() < deadline, "nobody waits"
                    time.sleep(0.01)
                assert not second.done()
            else:
                second.result(PATIENCE)
                assert store.in_line == 0
        second.result(PATIENCE)
        assert store.in_line == 0


def test_tables_that_are_new_enough_are_left_alone_without_alembic(store: Database) -> None:
    start = f"import sys; from models.database import Database; Database({store.url!r}).migrate()"
    code = f"{start}; print('alembic' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "False"


def test_processes_that_start_at_once_upgrade_a_database_one_after_the_other(postgres_url: str) -> None:
    database = Database(new_database(postgres_url, template="template0"))
    with closing(database), ThreadPoolExecutor(1) as another:
        with database.engine.begin() as connection:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MIGRATING})")  # as who upgrades it holds it
            upgraded = another.submit(database.migrate)
            until_waiting(database, 1)
            assert inspect(connection).get_table_names() == []
        upgraded.result(PATIENCE)
        assert "case_record" in inspect(database.engine).get_table_names()


def test_who_reads_on_postgresql_looks_where_writers_write(postgres_url: str) -> None:
    database = Database(f"{new_database(postgres_url)}?options=-csearch_path%3Dcustoms")
    with database.engine.begin() as connection:
        connection.exec_driver_sql("CREATE SCHEMA customs")
    with closing(database), database.reading() as reading:
        assert reading.connection().exec_driver_sql("SELECT current_schema()").scalar_one() == "customs"
        with pytest.raises(DBAPIError, match="read-only"):
            reading.connection().exec_driver_sql("CREATE TABLE never (number int)")


def test_the_migrations_make_the_tables_that_the_code_has(store: Database) -> None:
    with store.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), CaseRecord.metadata) == []


def test_a_list_is_examined_on_either_database(store: Database) -> None:
    load(store, read(ROOT / "deploy" / "registry.yaml"))
    sample = sample_set("CW-1", at=AT)
    declaration = Transmission(document=sample.declaration_list, sender=Sender(code=sample.declaration_list.agent_code))
    examination = Examiner(store, Authority(), "test").examine_documents(
        ExamineRequest(
            key=sample.key,
            profile="SEED",
            now=sample.declaration_list.app_time,
            opened_at=AT,
            arrivals=(*sample.transmissions, declaration),
            open_for_change=True,
        )
    )
    assert examination.judgement is not None
    assert examination.judgement.matched, examination.judgement.problems
    with Session(store.engine) as session:
        assert session.get_one(CaseRecord, sample.key.workflow_id).state == "matched"
