"""A suspicion report: filed once, its lists held until customs decides, its reporter named nowhere (RULEBOOK B.16)."""

from datetime import UTC, datetime, timedelta

import pytest
from temporalio.worker import Replayer

from clearway.contracts.case import CaseKey
from clearway.contracts.reports import HoldOutcome, ReportOutcome, ReportState, SuspicionReport
from clearway.errors import NotFound, Refused
from tests.desk import Desk
from tests.reports_desk import ReportCounter, register, report
from workflows.suspicion_report import SuspicionReportWorkflow

LIFTED, CASE_OPENED, ACKNOWLEDGED = ReportOutcome.LIFTED, ReportOutcome.CASE_OPENED, ReportOutcome.ACKNOWLEDGED
UNKNOWN = CaseKey(ebc_code="3301960A01", order_no="NOBODY-DECLARED-THIS")


@pytest.fixture
def counter(desk: Desk) -> ReportCounter:
    """The desk, for reports of a registered site operator."""
    register(desk.database)
    return ReportCounter(desk)


async def declared(desk: Desk) -> CaseKey:
    """A list that is with customs."""
    sample = desk.sample()
    answer = await desk.declare(sample)
    assert answer.problems == ()
    return sample.key


async def acknowledged(counter: ReportCounter, told: SuspicionReport) -> None:
    """Hand a report in and wait until customs has it and its lists are told."""
    answer = await counter.submit(told)
    assert (answer.accepted, answer.problems) == (True, ())
    await counter.until(told.key, lambda view: len(view.lists) == len(told.lists) and view.acknowledgement is not None)


async def test_a_reported_list_is_held_and_let_go_when_customs_finds_nothing(counter: ReportCounter) -> None:
    listed = await declared(counter.desk)
    told = report(listed)
    answer = await counter.submit(told)
    assert (answer.accepted, answer.workflow_id, answer.state) == (True, told.key.workflow_id, ReportState.SUBMITTED)
    await counter.desk.until(listed, lambda view: view.held_by_customs)
    with pytest.raises(Refused) as refused:
        await counter.client.cancel(listed, actor="3301960A01", reason="no longer wanted")
    assert any(problem.code.startswith("E_UNDER_CONTROL") for problem in refused.value.problems)
    view = await counter.client.view_report(told.key)
    assert view.state is ReportState.ACKNOWLEDGED
    assert [(hold.key, hold.outcome) for hold in view.lists] == [(listed, HoldOutcome.HELD)]

    await counter.decide(told.key, LIFTED)
    view = await counter.ended(told.key)
    assert [passage.state for passage in view.passages] == ["submitted", "acknowledged", "lifted"]
    assert [hold.outcome for hold in view.lists] == [HoldOutcome.LIFTED]
    await counter.desk.until(listed, lambda view: not view.held_by_customs)
    assert counter.desk.reports.filed == [told]


async def test_an_opened_case_ends_the_report_and_keeps_the_list_held(counter: ReportCounter) -> None:
    listed = await declared(counter.desk)
    told = report(listed)
    await acknowledged(counter, told)
    await counter.decide(told.key, CASE_OPENED)
    view = await counter.ended(told.key)
    assert (view.state, [hold.outcome for hold in view.lists]) == (ReportState.CASE_OPENED, [HoldOutcome.HELD])
    assert (await counter.client.view(listed)).held_by_customs


async def test_two_reports_hold_a_list_until_both_are_lifted(counter: ReportCounter) -> None:
    listed = await declared(counter.desk)
    first, second = report(listed), report(listed)
    for told in (first, second):
        await acknowledged(counter, told)
    await counter.decide(first.key, LIFTED)
    await counter.ended(first.key)
    assert (await counter.client.view(listed)).held_by_customs
    await counter.decide(second.key, LIFTED)
    await counter.ended(second.key)
    await counter.desk.until(listed, lambda view: not view.held_by_customs)


async def test_a_list_that_is_over_or_unknown_is_recorded_and_the_others_are_held(counter: ReportCounter) -> None:
    over, running = await declared(counter.desk), await declared(counter.desk)
    await counter.desk.handle(over).terminate()
    told = report(over, UNKNOWN, running)
    await acknowledged(counter, told)
    await counter.decide(told.key, LIFTED)
    view = await counter.ended(told.key)
    assert {hold.key: hold.outcome for hold in view.lists} == {
        over: HoldOutcome.NOT_RUNNING,
        UNKNOWN: HoldOutcome.NOT_RUNNING,
        running: HoldOutcome.LIFTED,
    }


async def test_a_report_without_lists_goes_to_customs_too(counter: ReportCounter) -> None:
    told = report()
    await acknowledged(counter, told)
    await counter.decide(told.key, CASE_OPENED)
    assert (await counter.ended(told.key)).state is ReportState.CASE_OPENED


async def test_everything_wrong_is_told_at_once_and_a_refused_report_may_come_again(counter: ReportCounter) -> None:
    told = report(reporter="NOBODY", at=datetime.now(UTC) + timedelta(days=400))
    answer = await counter.submit(told, sender="3301960A01")
    assert (answer.accepted, answer.state) == (False, ReportState.REFUSED)
    codes = [problem.code for problem in answer.problems]
    assert codes == ["E_REPORT_SENDER", "E_REPORTER_UNKNOWN", "E_REPORT_IN_FUTURE"]
    assert (await counter.ended(told.key)).state is ReportState.REFUSED
    assert counter.record(told.key) is None

    mended = told.model_copy(update={"at": datetime.now(UTC) - timedelta(minutes=1)})
    register(counter.desk.database, "NOBODY")
    assert (await counter.submit(mended)).accepted
    await counter.until(told.key, lambda view: view.state is ReportState.ACKNOWLEDGED)
    assert counter.desk.reports.filed == [mended]


async def test_the_same_report_gets_the_same_answer_and_other_content_is_refused(counter: ReportCounter) -> None:
    told = report()
    other = told.model_copy(update={"facts": "Something else."})
    await acknowledged(counter, told)
    again, changed = await counter.submit(told), await counter.submit(other)
    assert (again.accepted, again.state) == (True, ReportState.ACKNOWLEDGED)
    assert (changed.accepted, changed.state) == (False, ReportState.ACKNOWLEDGED)
    assert [problem.code for problem in changed.problems] == ["E_DUPLICATE"]

    await counter.decide(told.key, LIFTED)
    end = await counter.ended(told.key)
    again, changed = await counter.submit(told), await counter.submit(other)
    assert (again.accepted, again.state) == (True, ReportState.LIFTED)
    assert (changed.accepted, [problem.code for problem in changed.problems]) == (False, ["E_DUPLICATE"])
    assert await counter.ended(told.key) == end
    assert counter.desk.reports.filed == [told]


async def test_nobody_but_the_reporter_learns_from_an_answer_that_there_is_a_report(counter: ReportCounter) -> None:
    told = report()
    before = await counter.submit(told, sender="3301960A01")
    await acknowledged(counter, told)
    assert await counter.submit(told, sender="3301960A01") == before
    assert [problem.code for problem in before.problems] == ["E_REPORT_SENDER"]
    assert (await counter.client.view_report(told.key)).state is ReportState.ACKNOWLEDGED


async def test_customs_hears_of_a_report_once_however_often_it_is_down_or_its_answer_lost(
    counter: ReportCounter,
) -> None:
    counter.desk.reports.down, counter.desk.reports.lost = 1, 1
    told = report()
    await acknowledged(counter, told)
    assert counter.desk.reports.filed == [told]
    record = counter.record(told.key)
    assert record is not None
    assert (record.state, record.acknowledgement_no) == (ReportState.ACKNOWLEDGED, "XS-1")


async def test_customs_word_counts_as_acknowledgement_where_its_answer_never_comes(counter: ReportCounter) -> None:
    listed = await declared(counter.desk)
    counter.desk.reports.down = 1_000_000
    told = report(listed)
    await counter.submit(told)
    await counter.decide(told.key, ACKNOWLEDGED, number="A-1")
    await counter.desk.until(listed, lambda view: view.held_by_customs)
    await counter.decide(told.key, CASE_OPENED)
    view = await counter.ended(told.key)
    assert view.acknowledgement is not None
    assert (view.state, view.acknowledgement.number) == (ReportState.CASE_OPENED, "A-1")


async def test_what_customs_refuses_is_shown_without_its_words_and_holds_nothing(counter: ReportCounter) -> None:
    listed = await declared(counter.desk)
    counter.desk.reports.refusals = 1
    told = report(listed)
    await counter.submit(told)
    view = await counter.ended(told.key)
    assert (view.state, view.alarms) == (ReportState.REFUSED, ("REPORT_REFUSED",))
    assert view.reason == "customs refused the report: E_CLOSED"
    assert not (await counter.client.view(listed)).held_by_customs


async def test_decisions_come_early_twice_and_backwards(counter: ReportCounter) -> None:
    listed = await declared(counter.desk)
    counter.desk.reports.down = 1
    told, now = report(listed), datetime.now(UTC)
    await counter.submit(told)
    await counter.decide(told.key, CASE_OPENED, number="D-2", at=now)
    for _ in range(2):
        await counter.decide(told.key, LIFTED, number="D-1", at=now - timedelta(hours=1))
    view = await counter.ended(told.key)
    assert (view.state, len(view.decisions)) == (ReportState.CASE_OPENED, 2)
    assert [hold.outcome for hold in view.lists] == [HoldOutcome.HELD]


async def test_a_report_whose_history_is_gone_goes_on_when_it_is_handed_in_again(counter: ReportCounter) -> None:
    listed = await declared(counter.desk)
    told = report(listed)
    await acknowledged(counter, told)
    await counter.handle(told.key).terminate()
    await acknowledged(counter, told)
    assert counter.desk.reports.filed == [told]
    await counter.decide(told.key, LIFTED)
    assert (await counter.ended(told.key)).state is ReportState.LIFTED
    await counter.desk.until(listed, lambda view: not view.held_by_customs)


async def test_a_report_that_nobody_wrote_is_not_found(counter: ReportCounter) -> None:
    with pytest.raises(NotFound) as error:
        await counter.client.view_report(report().key)
    assert "report" in error.value.problems[0].message_en


@pytest.mark.parametrize("decision", [LIFTED, CASE_OPENED])
async def test_the_history_of_a_report_replays(counter: ReportCounter, decision: ReportOutcome) -> None:
    told = report(UNKNOWN)
    await acknowledged(counter, told)
    await counter.decide(told.key, decision)
    await counter.ended(told.key)
    history = await counter.handle(told.key).fetch_history()
    assert len(history.events) <= 30
    converter = counter.client.temporal.data_converter
    await Replayer(workflows=[SuspicionReportWorkflow], data_converter=converter).replay_workflow(history)
