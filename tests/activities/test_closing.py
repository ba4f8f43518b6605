"""The register keeps the first end of a list, also against a workflow that begins again after the retention."""

from datetime import UTC, datetime, timedelta

import pytest

from activities.closing import CaseRegister
from clearway.contracts.case import CaseKey
from clearway.contracts.states import State
from models.database import Database
from models.tables import CaseRecord
from models.work import CloseRequest

NOW = datetime(2026, 4, 10, tzinfo=UTC)
FIRST = CaseKey(ebc_code="3301960A01", order_no="CW-1")
COPY = FIRST.model_copy(update={"attempt": 2})


def _record(database: Database, key: CaseKey) -> CaseRecord | None:
    with database.transaction() as session:
        return session.get(CaseRecord, key.workflow_id)


@pytest.mark.parametrize("late", [State.MATCH_FAILED, State.CANCELLED, State.SUBMITTED])
def test_what_ended_stays_as_it_ended(database: Database, late: State) -> None:
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
