"""What a filing asks of the database: one transaction, before anything is sent; a second only where customs refuses."""

from pathlib import Path

import pytest
from sqlmodel import select
from temporalio.testing import ActivityEnvironment

from activities.customs_filing import CustomsFiling
from clearway.contracts.documents import DocumentKind
from connectors.errors import Unavailable
from models.database import Database
from models.registry import load, read
from models.sent_messages import READY, REFUSED, SENT
from models.tables import FilingRecord, StoredDocument
from models.work import FileRequest
from tests.activities.statements import Counted, counting
from tests.activities.test_customs_filing import AT, Office
from tests.postgres import new_database

REGISTRY = Path(__file__).parents[2] / "deploy" / "registry.yaml"


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


def _file(office: Office, attempt: int = 1) -> Counted:
    with counting(office.database) as counted:
        assert office.file(attempt) == ""
    return counted


def test_three_documents_are_filed_in_one_transaction_of_few_statements(office: Office) -> None:
    _file(office)  # what a worker reads once, it has read
    counted = _file(office)
    assert counted.transactions == 1
    assert len(counted.statements) <= 3, counted.statements


def test_a_list_is_filed_in_one_transaction_of_few_statements(office: Office, database: Database) -> None:
    key = office.request.key
    with database.transaction() as session:
        rows = select(StoredDocument).where(StoredDocument.workflow_id == key.workflow_id)
        listed = session.exec(rows.where(StoredDocument.kind == DocumentKind.DECLARATION_LIST)).one()
    document = office.request.documents[0].model_copy(
        update={"kind": DocumentKind.DECLARATION_LIST, "version": listed.version, "guid": listed.guid}
    )
    request = FileRequest(key=key, documents=(document,), now=AT, profile="SEED")
    with counting(database) as counted:
        ActivityEnvironment().run(CustomsFiling(database, office.customs).file_declaration_list, request)
    assert office.customs.said == ["declaration_list 0"]
    assert counted.transactions == 1
    assert len(counted.statements) <= 5, counted.statements


def test_everything_is_written_down_before_the_first_message_goes_out(office: Office) -> None:
    """So that an answer, however fast it comes, finds its case, and a retry has the bytes of the first attempt."""
    office.customs.down_at = "order"
    with pytest.raises(Unavailable):
        office.file()
    assert office.customs.said == []
    assert sorted(office.kept()) == ["order 0", "payment 1", "waybill 2"]
    with office.database.reading() as session:
        noted = session.exec(select(FilingRecord)).all()
    assert sorted(each.kind for each in noted) == ["order", "payment", "waybill"]


def test_a_retry_writes_nothing_so_an_answer_that_came_meanwhile_stays(office: Office) -> None:
    office.customs.down_at = "waybill"
    with pytest.raises(Unavailable):
        office.file()
    with office.database.transaction() as session:
        for filing in session.exec(select(FilingRecord).where(FilingRecord.kind == "order")):
            filing.answered = "120"
    office.customs.down_at = ""
    counted = _file(office, attempt=2)
    assert counted.transactions == 0
    with office.database.reading() as session:
        answers = {each.kind: (each.answered, each.times) for each in session.exec(select(FilingRecord))}
    assert answers == {"order": ("120", 1), "payment": (None, 1), "waybill": (None, 1)}


def test_a_refusal_is_noted_in_a_second_transaction(office: Office) -> None:
    office.customs.refuses = "payment"
    with counting(office.database) as counted:
        assert office.file().startswith("payment: ")
    assert counted.transactions == 2


def test_what_a_later_attempt_hands_over_after_all_is_told_as_sent(office: Office) -> None:
    """The worker died after it had noted the refusal, and before Temporal heard of it."""
    office.customs.refuses = "payment"
    for attempt in (1, 2):
        assert office.file(attempt).startswith("payment: ")
        told = [(row.state, row.times) for _, row in sorted(office.kept().items())]
        assert told == [(SENT, 1), (REFUSED, attempt), (READY, 0)]
    office.customs.refuses = ""
    assert office.file(attempt=3) == ""
    rows = [row for _, row in sorted(office.kept().items())]
    assert [(row.state, row.times, row.fault) for row in rows] == [(SENT, 1, ""), (SENT, 3, ""), (SENT, 1, "")]
    assert all(row.sent_at for row in rows)


def test_a_later_filing_that_is_tried_again_sends_nothing_that_an_earlier_one_signed(office: Office) -> None:
    office.file()
    office.request = office.request.model_copy(update={"now": AT.replace(hour=2)})
    office.file(attempt=2)  # the first attempt found no free key, and kept nothing
    assert office.customs.said[3:] == ["order 3", "payment 4", "waybill 5"]


def test_on_postgresql_a_filing_writes_the_same(postgres_url: str) -> None:
    database = Database(new_database(postgres_url))
    load(database, read(REGISTRY))
    office = Office(database)
    assert _file(office).transactions == 1
    office.customs.refuses = "payment"
    assert office.file().startswith("payment: ")
    states = {said: (row.state, row.times) for said, row in office.kept().items()}
    assert states == {"order 3": (SENT, 2), "payment 4": (REFUSED, 2), "waybill 5": (READY, 1)}
    with database.reading() as session:
        assert {each.times for each in session.exec(select(FilingRecord))} == {2}
    database.close()
