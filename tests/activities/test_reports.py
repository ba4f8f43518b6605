"""The desk for suspicion reports: what it keeps, which lists are meant, and what it tells whom, on both databases."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from activities.reports import ReportDesk
from clearway.contracts.keys import CaseKey
from clearway.contracts.parties import Sender
from clearway.contracts.reports import (
    AffectedList,
    ReportState,
    ReportView,
    SubmitReport,
    SuspicionReport,
)
from models.addresses import case_address, remember
from models.database import Database
from models.report_work import CloseReport, FileReport, ReportOnFile, StoreReport
from models.tables import SuspicionRecord
from tests.reports_desk import REPORTER, register, report
from tests.standins import RecordingReports

NOW = datetime(2026, 3, 10, 4, tzinfo=UTC)
EBC = "3301960A01"


def told(*lists: AffectedList, **changes: Any) -> SuspicionReport:
    return report(at=NOW - timedelta(hours=1), **changes).model_copy(update={"lists": lists})


def hand_in(
    desk: ReportDesk, what: SuspicionReport, now: datetime = NOW, *, sender: Sender | None = None
) -> ReportOnFile:
    request = SubmitReport(report=what, sender=sender or Sender(code=what.reporter))
    return desk.store_report(StoreReport(report_no=what.key.report_no, request=request, now=now))


def codes(stored: ReportOnFile) -> list[str]:
    return [problem.code for problem in stored.problems]


@pytest.fixture
def desk(store: Database) -> ReportDesk:
    """A desk on a database in which one site operator is registered."""
    register(store)
    return ReportDesk(store, RecordingReports())


def test_a_report_is_kept_as_it_came(desk: ReportDesk, store: Database) -> None:
    what = told(AffectedList(ebc_code=EBC, order_no="1"))
    assert hand_in(desk, what).known
    with store.transaction() as session:
        record = session.get_one(SuspicionRecord, what.key.workflow_id)
    assert SuspicionReport.model_validate_json(record.body) == what
    assert (record.state, record.received_at) == (ReportState.SUBMITTED, NOW)


def test_the_newest_copy_of_a_list_is_meant_unless_one_is_named_and_each_once(
    desk: ReportDesk, store: Database
) -> None:
    with store.transaction() as session:
        for attempt in (1, 2):
            key = CaseKey(ebc_code=EBC, order_no="1", attempt=attempt)
            remember(session, key.workflow_id, [case_address(EBC, "1")])
    named = AffectedList(ebc_code=EBC, order_no="1", attempt=1)
    newest = AffectedList(ebc_code=EBC, order_no="1")
    again = AffectedList(ebc_code=EBC, order_no="1", attempt=2)
    unknown = AffectedList(ebc_code=EBC, order_no="2")
    meant = hand_in(desk, told(named, newest, again, unknown)).lists
    assert [(key.order_no, key.attempt) for key in meant] == [("1", 1), ("1", 2), ("2", 1)]


def test_the_last_second_of_a_registration_is_in_time_and_the_next_is_not(desk: ReportDesk, store: Database) -> None:
    last = datetime(2026, 3, 10, 15, 59, 59, tzinfo=UTC)  # 23:59:59 in Shanghai
    register(store, registered_to=NOW.date())
    assert codes(hand_in(desk, told(), last)) == []
    assert codes(hand_in(desk, told(), last + timedelta(seconds=1))) == ["E_REPORTER_UNKNOWN"]
    register(store, suspended=True)
    assert codes(hand_in(desk, told())) == ["E_REPORTER_UNKNOWN"]


def test_a_report_dated_this_second_is_taken_and_one_of_the_next_is_not(desk: ReportDesk) -> None:
    assert codes(hand_in(desk, told().model_copy(update={"at": NOW}))) == []
    late = told().model_copy(update={"at": NOW + timedelta(seconds=1)})
    assert codes(hand_in(desk, late)) == ["E_REPORT_IN_FUTURE"]


@pytest.mark.parametrize(("code", "principal"), [(EBC, None), (REPORTER, EBC), (EBC, REPORTER)])
def test_a_report_is_its_reporters_own_and_nobody_else_hears_of_it(
    desk: ReportDesk, code: str, principal: str | None
) -> None:
    what, sender = told(), Sender(code=code, on_behalf_of=principal)
    before = hand_in(desk, what, sender=sender)
    assert codes(before) == ["E_REPORT_SENDER"]
    hand_in(desk, what)
    assert hand_in(desk, what, sender=sender) == before


def test_a_report_sent_to_another_number_is_refused(desk: ReportDesk) -> None:
    what, other = told(), told()
    request = SubmitReport(report=what, sender=Sender(code=REPORTER))
    stored = desk.store_report(StoreReport(report_no=other.key.report_no, request=request, now=NOW))
    assert (codes(stored), stored.known) == (["E_REPORT_OTHER_KEY"], False)


def test_no_refusal_repeats_a_value(desk: ReportDesk) -> None:
    what = told(reporter="NOBODY")
    problems = hand_in(desk, what, sender=Sender(code=EBC)).problems
    assert len(problems) == 2
    assert {field.value for problem in problems for field in problem.fields} == {None}
    assert all(problem.remedy_en and problem.remedy_zh for problem in problems)


def test_what_is_on_file_stays_even_where_the_registration_is_over(desk: ReportDesk, store: Database) -> None:
    what = told()
    hand_in(desk, what)
    register(store, suspended=True)
    assert codes(hand_in(desk, what)) == []
    assert codes(hand_in(desk, what.model_copy(update={"subject": "somebody else"}))) == ["E_DUPLICATE"]


def test_customs_is_asked_once_and_the_first_end_stays(desk: ReportDesk, store: Database) -> None:
    what = told()
    hand_in(desk, what)
    request = FileReport(report_no=what.key.report_no, now=NOW)
    assert desk.file_report(request) == desk.file_report(request.model_copy(update={"now": NOW + timedelta(days=1)}))
    for state in (ReportState.LIFTED, ReportState.CASE_OPENED):
        desk.close_report(CloseReport(view=ReportView(report_no=what.key.report_no, state=state), now=NOW))
    ending = hand_in(desk, what).ending
    assert ending is not None
    assert ending.state is ReportState.LIFTED
    with store.transaction() as session:
        assert session.get_one(SuspicionRecord, what.key.workflow_id).state == ReportState.LIFTED
