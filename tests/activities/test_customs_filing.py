"""What goes to customs is kept as it went: a retry sends the same bytes, filing again signs anew."""

import dataclasses
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from sqlmodel import select
from temporalio.testing import ActivityEnvironment

from activities.customs_filing import CustomsFiling
from activities.examination import Examiner
from clearway.contracts.case import Transmission
from clearway.contracts.documents import Application, Document, DocumentKind
from clearway.contracts.facts import DocumentOnFile
from clearway.contracts.parties import Sender
from clearway.messages import MessageRefused
from clearway.messages.faults import problem
from clearway.testing import AGENT, SampleSet, sample_set
from connectors.customs import Sealed
from connectors.errors import Refused, Unavailable
from models.database import Database
from models.sent_messages import READY, REFUSED, SENT
from models.tables import SentMessage
from models.work import ExamineRequest, FileRequest
from tests.standins import Authority

AT = datetime(2026, 3, 10, 1, tzinfo=UTC)


@dataclass
class Customs:
    """Seals each message differently every time, as an SM2 signature does."""

    sent: list[Sealed] = field(default_factory=list)
    down_at: str = ""
    refuses: str = ""
    unwritable: str = ""
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def seal(self, records: Sequence[Document | Application], *, message_guid: str, at: datetime) -> Sealed:
        """Number it."""
        if records[0].kind == self.unwritable:
            raise MessageRefused([problem("E_FIELD", ("unwritable", "无法生成"), ("mend it", "请更正"))])
        return Sealed(message_guid, records[0].kind, f"{records[0].kind} {next(self.numbers)}".encode(), "7f")

    def send(self, sealed: Sealed, *, traceparent: str | None) -> None:
        """Take it, unless told otherwise."""
        if sealed.message_type == self.down_at:
            raise Unavailable("customs", "told to be down")
        if sealed.message_type == self.refuses:
            raise Refused("customs", "E_FIELD", "unreadable")
        self.sent.append(sealed)

    @property
    def said(self) -> list[str]:
        """What was taken."""
        return [sealed.body.decode() for sealed in self.sent]


def _examined(database: Database) -> tuple[SampleSet, tuple[DocumentOnFile, ...]]:
    sample = sample_set("CW-1", at=AT)
    arrivals = (*sample.transmissions, Transmission(document=sample.declaration_list, sender=Sender(code=AGENT)))
    examined = Examiner(database, Authority(), "test").examine_documents(
        ExamineRequest(key=sample.key, profile="SEED", now=AT, opened_at=AT, arrivals=arrivals, open_for_change=True)
    )
    three = [each for each in examined.on_file if each.kind is not DocumentKind.DECLARATION_LIST]
    return sample, tuple(sorted(three, key=lambda each: each.kind))


class Office:
    """Files the three documents of one list."""

    def __init__(self, database: Database) -> None:
        self.database, self.customs = database, Customs()
        sample, documents = _examined(database)
        self.request = FileRequest(key=sample.key, documents=documents, now=AT, profile="SEED")

    def file(self, attempt: int = 1) -> str:
        """Try once; why customs would not take it."""
        environment = ActivityEnvironment()
        environment.info = dataclasses.replace(environment.info, attempt=attempt)
        filing = environment.run(CustomsFiling(self.database, self.customs).send_documents_to_customs, self.request)
        self.handed = [document.kind for document in filing.documents]
        return filing.refused

    def kept(self) -> dict[str, SentMessage]:
        """Every message that is kept, by what it says."""
        with self.database.transaction() as session:
            return {row.body.decode(): row for row in session.exec(select(SentMessage))}


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


def test_every_message_is_kept_as_it_was_sent(office: Office) -> None:
    assert office.file() == ""
    assert office.customs.said == ["order 0", "payment 1", "waybill 2"]
    kept = office.kept()
    assert sorted(kept) == office.customs.said
    assert {row.state for row in kept.values()} == {SENT}
    assert {row.workflow_id for row in kept.values()} == {office.request.key.workflow_id}
    assert {row.key_name for row in kept.values()} == {"7f"}


def test_a_retry_sends_the_same_bytes(office: Office) -> None:
    office.customs.down_at = "payment"
    with pytest.raises(Unavailable):
        office.file()
    office.customs.down_at = ""
    assert office.file(attempt=2) == ""
    assert office.customs.said == ["order 0", "order 0", "payment 1", "waybill 2"]


def test_what_is_filed_again_is_signed_anew_under_the_same_guid(office: Office) -> None:
    office.file()
    office.file()
    assert office.customs.said[3:] == ["order 3", "payment 4", "waybill 5"]
    assert sorted(office.kept()) == office.customs.said[3:]
    assert len({sealed.cop_msg_id for sealed in office.customs.sent}) == 3
    assert len({sealed.name for sealed in office.customs.sent}) == 6


def test_the_first_message_that_customs_refuses_is_the_last_that_is_sent(office: Office) -> None:
    office.customs.refuses = "payment"
    assert office.file().startswith("payment: ")
    assert office.handed == [DocumentKind.ORDER, DocumentKind.PAYMENT]
    assert office.customs.said == ["order 0"]
    states = {said: (row.state, row.times) for said, row in office.kept().items()}
    assert states == {"order 0": (SENT, 1), "payment 1": (REFUSED, 1), "waybill 2": (READY, 0)}
    assert "unreadable" in office.kept()["payment 1"].fault


def test_a_document_that_makes_no_message_holds_up_only_what_comes_after_it(office: Office) -> None:
    office.customs.unwritable = "payment"
    assert office.file().startswith("payment: E_FIELD")
    assert office.handed == [DocumentKind.ORDER, DocumentKind.PAYMENT]
    assert office.customs.said == ["order 0"]
