"""A database of 0.4 with lists under way: what it kept is read as it was, and stays readable for 0.4."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlmodel import select

from models.database import Database
from models.notices import Event, tell_all
from models.tables import CaseRecord, InboxItem, Notice, RawMessage, SentMessage, StoredDocument
from models.tables.columns import InstantColumn
from models.tables.packing import MARK
from tests.postgres import new_database

ROOT = Path(__file__).parents[2]
AT = datetime(2026, 3, 10, 1, 0, tzinfo=UTC)
LIST = "declaration-list/3301960A01/OLD"
BODIES = [b"<a/>", b"", b"\x00\xff", MARK, MARK + b"\x31\x00\x01 only by chance", "<?xml?><a>海关</a>".encode()]
JUDGEMENT = json.dumps({"matched": True, "word": "放行 ✓"}, ensure_ascii=False)
MOMENTS = {
    *("accepted_at", "arrived_at", "at", "changed_at", "deliver_by"),
    *("opened_at", "received_at", "signed_at", "used_on"),
}


def _config(database: Database) -> Config:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "models" / "migrations"))
    config.attributes["url"] = database.url
    return config


def _insert(connection: sa.Connection, name: str, **values: Any) -> None:
    columns = (sa.column(each, InstantColumn(length=32) if each in MOMENTS else None) for each in values)
    connection.execute(sa.table(name, *columns).insert().values(**values))


@pytest.fixture(params=["sqlite", "postgresql"])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database as 0.4 left it."""
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path}/old.db")
    else:
        database = Database(new_database(request.getfixturevalue("postgres_url"), template="template0"))
    command.upgrade(_config(database), "0005")
    with database.engine.begin() as connection:
        for number, body in enumerate(BODIES, 1):
            empty = dict.fromkeys(("sender", "content_type", "message_type", "fault"), "")
            _insert(
                connection,
                "raw_message",
                id=number,
                door="customs",
                body=body,
                sha256=f"{number}",
                received_at=AT,
                state="read",
                **empty,
            )
            _insert(
                connection,
                "sent_message",
                cop_msg_id=f"M{number}",
                workflow_id=LIST,
                message_type="CEB621",
                key_name="",
                body=body,
                sha256="",
                state="sent",
                signed_at=AT,
                times=1,
                fault="",
            )
        case = {"ebc_code": "3301960A01", "order_no": "OLD", "attempt": 1, "ebp_code": "", "rule_pack": 0, "judged": 1}
        for workflow_id, judgement in ((LIST, JUDGEMENT), (f"{LIST}2", "")):
            _insert(
                connection,
                "case_record",
                workflow_id=workflow_id,
                **case,
                state="return_window",
                judgement=judgement,
                opened_at=AT,
                changed_at=AT,
            )
        _insert(
            connection,
            "stored_document",
            id=1,
            workflow_id=LIST,
            kind="order",
            version=1,
            business_key="k",
            guid="g",
            content_hash="h",
            sender="s",
            order_no="OLD",
            used_on=AT,
            accepted_at=AT,
            body=JUDGEMENT,
        )
        _insert(
            connection,
            "inbox_item",
            id=1,
            raw_id=1,
            kind="receipt",
            address="a",
            dedupe_key="d",
            state="waiting",
            wakes=True,
            payload=JUDGEMENT,
            arrived_at=AT,
            deliver_by=AT,
            repeats=0,
            tries=0,
            fault="",
        )
        for number in range(1, 1203):  # more than one page
            _insert(
                connection,
                "notice",
                dedupe_key=f"BILL|A|{number}",
                recipient="A",
                kind="BILL",
                subject=LIST,
                at=AT,
                payload=JUDGEMENT,
            )
    yield database
    database.close()


def test_what_was_kept_is_read_as_it_was(old: Database) -> None:
    old.migrate()
    with old.transaction() as session:
        assert session.exec(select(RawMessage.body).order_by(RawMessage.id)).all() == BODIES  # type: ignore[arg-type]
        assert session.exec(select(SentMessage.body).order_by(SentMessage.cop_msg_id)).all() == BODIES
        assert session.exec(select(CaseRecord.judgement).order_by(CaseRecord.workflow_id)).all() == [JUDGEMENT, ""]
        assert session.exec(select(StoredDocument.body)).one() == JUDGEMENT
        assert session.exec(select(InboxItem.payload)).one() == JUDGEMENT
        assert set(session.exec(select(Notice.payload))) == {JUDGEMENT}


def test_what_was_kept_is_as_long_as_it_was(old: Database) -> None:
    old.migrate()
    with old.transaction() as session:
        session.add(RawMessage(id=99, door="customs", body=b"<new/>" * 50, sha256="", received_at=AT))
    with old.transaction() as session:
        sizes = session.exec(select(RawMessage.size).order_by(RawMessage.id)).all()  # type: ignore[arg-type]
        assert sorted(size or 0 for size in sizes) == sorted([*map(len, BODIES), 300])


def test_what_0_4_told_is_not_told_again(old: Database) -> None:
    old.migrate()
    with old.transaction() as session:
        tell_all(session, [Event("A", "BILL", LIST, f"{number}", {}) for number in (1, 600, 1202, 1203)], AT)
    with old.transaction() as session:
        assert len(session.exec(select(Notice)).all()) == 1203


def test_a_downgrade_leaves_what_0_4_reads(old: Database) -> None:
    old.migrate()
    with old.transaction() as session:
        for row in (session.get_one(CaseRecord, LIST), session.get_one(CaseRecord, f"{LIST}2")):
            row.judgement += " and more 放行" * 20
        session.add(RawMessage(id=99, door="customs", body=MARK + b"<new/>" * 50, sha256="", received_at=AT))
    command.downgrade(_config(old), "0005")
    with old.engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT judgement FROM case_record ORDER BY workflow_id").scalars().all()
        assert found == [JUDGEMENT + " and more 放行" * 20, " and more 放行" * 20]
        bodies = connection.exec_driver_sql("SELECT body FROM raw_message ORDER BY id").scalars().all()
        assert [bytes(body) for body in bodies] == [*BODIES, MARK + b"<new/>" * 50]
        assert set(connection.exec_driver_sql("SELECT payload FROM notice").scalars()) == {JUDGEMENT}
    command.upgrade(_config(old), "head")
    with old.transaction() as session:
        assert session.exec(select(RawMessage.body).order_by(RawMessage.id)).all()[:-1] == BODIES  # type: ignore[arg-type]
