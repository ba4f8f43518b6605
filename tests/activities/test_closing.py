"""The register keeps the first end of a list, also against a workflow that begins again after the retention."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from activities.changes import ChangeDesk
from activities.closing import CaseRegister
from activities.examination import Examiner
from clearway.contracts.case import CaseKey, Transmission
from clearway.contracts.documents import DeclarationList, DocumentKind
from clearway.contracts.parties import Sender
from clearway.contracts.states import State
from clearway.testing import AGENT, BUYER_ID, corrected, sample_set
from models.database import Database
from models.documents import latest, parse
from models.ledger.check import check
from models.ledger.quota import holding
from models.person_key import person_key
from models.registry import load
from models.registry import read as read_registry
from models.tables import CaseRecord
from models.work import CloseRequest, ExamineRequest, ModificationAsked
from tests.standins import Authority, RecordingCustoms

ROOT = Path(__file__).parents[2]

NOW = datetime(2026, 4, 10, tzinfo=UTC)
FIRST = CaseKey(ebc_code="3301960A01", order_no="CW-1")
COPY = FIRST.model_copy(update={"attempt": 2})


def _record(database: Database, key: CaseKey) -> CaseRecord | None:
    with database.transaction() as session:
        return session.get(CaseRecord, key.workflow_id)


def _tax_settled(database: Database) -> None:
    """The list was released and its tax was entered as settled."""
    with database.transaction() as session:
        session.add(
            CaseRecord(
                workflow_id=FIRST.workflow_id,
                ebc_code=FIRST.ebc_code,
                order_no=FIRST.order_no,
                state=State.TAXED,
                opened_at=NOW,
                changed_at=NOW,
                ended_at=NOW,
            )
        )


@pytest.mark.parametrize("late", [State.MATCH_FAILED, State.CANCELLED, State.SUBMITTED])
def test_what_ended_stays_as_it_ended(database: Database, late: State) -> None:
    _tax_settled(database)
    CaseRegister(database).close_case(CloseRequest(key=FIRST, state=late, now=NOW + timedelta(days=400)))
    record = _record(database, FIRST)
    assert record is not None
    assert (record.state, record.ended_at) == (State.TAXED, NOW)


def test_what_customs_did_with_released_goods_in_the_moment_of_payment_is_their_end(database: Database) -> None:
    test_what_ended_stays_as_it_ended(database, State.SUBMITTED)
    for state in (State.DESTROYED, State.CANCELLED):
        CaseRegister(database).close_case(CloseRequest(key=FIRST, state=state, now=NOW, released=True))
    record = _record(database, FIRST)
    assert record is not None
    assert record.state == State.DESTROYED


def test_a_list_that_ended_with_nothing_on_file_is_recorded_so_that_a_copy_may_follow(database: Database) -> None:
    register = CaseRegister(database)
    for _ in range(2):
        register.close_case(CloseRequest(key=FIRST, state=State.MATCH_FAILED, now=NOW))
    record = _record(database, FIRST)
    assert record is not None
    assert (record.state, record.ended_at) == (State.MATCH_FAILED, NOW)


def test_a_copy_that_was_never_lawful_leaves_no_record(database: Database) -> None:
    CaseRegister(database).close_case(CloseRequest(key=COPY, state=State.CANCELLED, now=NOW))
    assert _record(database, COPY) is None


@pytest.mark.parametrize("end", [State.CANCELLED, State.DESTROYED, State.RETURNED_ABROAD, State.DETAINED])
def test_what_customs_did_with_the_goods_in_the_moment_of_the_payment_is_the_end(
    database: Database, end: State
) -> None:
    _tax_settled(database)
    later = NOW + timedelta(seconds=1)
    CaseRegister(database).close_case(CloseRequest(key=FIRST, state=end, now=later, released=True))
    record = _record(database, FIRST)
    assert record is not None
    assert (record.state, record.ended_at) == (end, later)


def test_a_list_whose_modification_was_still_open_ends_with_what_stood_before(database: Database) -> None:
    """A corrected copy is drafted from it, and a figure of customs is held against its judgement."""
    load(database, read_registry(ROOT / "deploy" / "registry.yaml"))
    sample = sample_set("CW-1", at=NOW)
    listed = sample.declaration_list
    examined = Examiner(database, Authority(), "test").examine_documents(
        ExamineRequest(
            key=sample.key,
            profile="SEED",
            now=NOW + timedelta(minutes=5),
            opened_at=NOW,
            arrivals=(*sample.transmissions, Transmission(document=listed, sender=Sender(code=AGENT))),
            open_for_change=True,
        )
    )
    assert examined.judgement is not None
    assert examined.judgement.matched, examined.judgement.problems
    line = listed.lines[0].model_copy(update={"goods_name": "面霜"})
    candidate = corrected(listed, pre_no="P", invt_no="I", lines=(line,))
    prepared = ChangeDesk(database, RecordingCustoms(), "test").prepare_modification(
        ModificationAsked(
            key=sample.key,
            number=1,
            arrival=Transmission(document=candidate, sender=Sender(code=AGENT)),
            profile="SEED",
            now=NOW + timedelta(hours=1),
        )
    )
    assert prepared.document is not None, prepared.refused
    later = NOW + timedelta(hours=2)
    CaseRegister(database).close_case(CloseRequest(key=sample.key, state=State.CANCELLED, now=later))
    with database.transaction() as session:
        stands = parse(latest(session, sample.key.workflow_id)[DocumentKind.DECLARATION_LIST])
        assert check(session) == []
        assert holding(session, person_key(BUYER_ID, "test"), 2026).used == 0
    assert isinstance(stands, DeclarationList)
    assert stands.lines[0].goods_name == "保湿面霜"
