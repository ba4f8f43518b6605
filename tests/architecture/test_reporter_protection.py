"""Who reports whom shows nowhere that anybody but customs can look: the subject may not be tipped off (B.16)."""

import asyncio
import base64
import json
import logging
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict
from sqlalchemy import text
from sqlmodel import select
from temporalio.api.sdk.v1 import WorkflowMetadata

from clearway.contracts.parties import Sender
from clearway.contracts.reports import ReportOutcome, SubmitReport, SuspicionReport
from models.tables import Address, CaseRecord, Notice
from tests.desk import Desk
from tests.patience import until
from tests.reports_desk import REPORTER, ReportCounter, register, report

SECRETS = (REPORTER, "SR-SECRET-77", "示例可疑收货人", "repacked behind the site", "photo-17")
OUR_LOGGERS = ("clearway", "workflows", "activities", "models", "connectors", "worker")


@pytest.fixture
def counter(desk: Desk) -> ReportCounter:
    """The desk, for reports of a party whose code stands in no document."""
    register(desk.database)
    return ReportCounter(desk)


def secret_number() -> str:
    """A number of its own for each report: all tests share one server."""
    return f"SR-SECRET-77-{uuid.uuid4().hex[:8]}"


def shows(told: str | bytes) -> list[str]:
    """Which secrets a text shows, as they are or escaped as JSON does."""
    content = told if isinstance(told, bytes) else told.encode()
    return [each for each in SECRETS if each.encode() in content or json.dumps(each)[1:-1].encode() in content]


def parts(node: Any) -> Iterator[bytes]:
    """Every text of a history or description, the bodies of its messages included."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield key.encode()
            yield base64.b64decode(value) if key == "data" and isinstance(value, str) else b""
            yield from parts(value)
    elif isinstance(node, list):
        for each in node:
            yield from parts(each)
    else:
        yield str(node).encode()


async def _history(desk: Desk, workflow_id: str) -> list[dict[str, Any]]:
    handle = desk.client.temporal.get_workflow_handle(workflow_id)
    events: list[dict[str, Any]] = json.loads((await handle.fetch_history()).to_json())["events"]
    return events


async def _seen(desk: Desk, workflow_id: str) -> list[bytes]:
    """What lists and the Web UI show of a workflow: ids, attributes, memo, summaries, current details."""
    handle = desk.client.temporal.get_workflow_handle(workflow_id)
    description = await handle.describe()
    metadata = await handle.query("__temporal_workflow_metadata", result_type=WorkflowMetadata)
    return [
        *parts(MessageToDict(description.raw_description)),
        str(await description.static_summary()).encode(),
        metadata.SerializeToString(),
    ]


async def _report(counter: ReportCounter, told: SuspicionReport) -> None:
    """A report with a hard time of it: a stranger tries, customs is down and loses its answer, the report changes."""
    counter.desk.reports.down = counter.desk.reports.lost = 1
    await counter.submit(told, sender="3301960A01")
    await counter.submit(told)
    await counter.submit(told.model_copy(update={"evidence": ()}))
    await counter.until(told.key, lambda view: len(view.lists) == 1)


async def test_a_report_shows_nowhere_who_wrote_it_and_what(
    counter: ReportCounter, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    for name in OUR_LOGGERS:
        caplog.set_level(logging.DEBUG, logger=name)
    desk, sample = counter.desk, counter.desk.sample()
    await desk.declare(sample)
    told = report(sample.key, report_id=secret_number())
    await _report(counter, told)
    seen = await _seen(desk, told.key.workflow_id)
    list_view = await desk.client.view(sample.key)
    assert list_view.held_by_customs
    seen += await _seen(desk, sample.key.workflow_id)
    await counter.decide(told.key, ReportOutcome.LIFTED)
    view = await counter.ended(told.key)
    seen += await _seen(desk, told.key.workflow_id)
    assert any(told.key.report_no.encode() in each for each in seen), "the report must be among what is seen"
    assert any(b"Suspicion report" in each for each in seen), "summaries and details must be among what is seen"
    assert [shows(each) for each in seen if shows(each)] == []
    assert [shows(each.model_dump_json()) for each in (view, list_view) if shows(each.model_dump_json())] == []
    assert any("told to be down" in caplog.handler.format(each) for each in caplog.records), "something must be logged"
    logged = [caplog.handler.format(record) for record in caplog.records]
    assert [each for each in logged if shows(each)] == []


async def test_only_the_reporters_own_message_holds_the_report(counter: ReportCounter) -> None:
    desk, sample = counter.desk, counter.desk.sample()
    await desk.declare(sample)
    told = report(sample.key, report_id=secret_number())
    await counter.submit(told)
    await counter.until(told.key, lambda view: len(view.lists) == 1)
    await counter.decide(told.key, ReportOutcome.CASE_OPENED)
    await counter.ended(told.key)
    holding = [event["eventType"] for event in await _history(desk, told.key.workflow_id) if _shown_in(event)]
    assert holding == ["EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED"]
    assert [event for event in await _history(desk, sample.key.workflow_id) if _shown_in(event)] == []


def _shown_in(event: dict[str, Any]) -> bool:
    return any(shows(each) for each in parts(event))


async def test_no_notice_key_or_register_of_lists_names_the_reporter(counter: ReportCounter) -> None:
    desk, sample = counter.desk, counter.desk.sample()
    await desk.declare(sample)
    told = report(sample.key, report_id=secret_number())
    await counter.submit(told)
    await desk.until(sample.key, lambda view: view.held_by_customs)
    with desk.database.transaction() as session:
        rows = [row.model_dump_json() for table in (Notice, Address, CaseRecord) for row in session.exec(select(table))]
    assert any(told.key.report_no in row for row in rows), "the report's own key must be among them"
    assert [row for row in rows if shows(row)] == []


async def test_a_failing_database_does_not_repeat_what_it_was_given(
    counter: ReportCounter, caplog: pytest.LogCaptureFixture
) -> None:
    """Its own message quotes every value of the statement that failed."""
    caplog.set_level(logging.INFO)
    with counter.desk.database.transaction() as session:
        session.execute(
            text("CREATE TRIGGER full BEFORE INSERT ON suspicion_report BEGIN SELECT RAISE(ABORT, 'disk full'); END")
        )
    told = report(report_id=secret_number())
    waiting = asyncio.create_task(counter.submit(told))
    await until(lambda: "business database" in caplog.text, "nobody tells of the database")
    with counter.desk.database.transaction() as session:
        session.execute(text("DROP TRIGGER full"))
    assert (await waiting).accepted
    logged = [caplog.handler.format(record) for record in caplog.records]
    assert [each for each in logged if shows(each)] == []
    assert [event for event in await _history(counter.desk, told.key.workflow_id) if _failure_shown(event)] == []


def _failure_shown(event: dict[str, Any]) -> bool:
    failures = [each for each in event.values() if isinstance(each, dict) and "failure" in each]
    return any(shows(part) for each in failures for part in parts(each["failure"]))


def test_a_report_that_is_printed_by_accident_shows_nothing() -> None:
    told = report(report_id=secret_number())
    request = SubmitReport(report=told, sender=Sender(code=REPORTER))
    assert [shows(repr(each)) for each in (told, told.key, request) if shows(repr(each))] == []
