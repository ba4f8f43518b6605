"""Suspicion reports come in raw first and are answered; customs' decisions about them find their report (B.16)."""

import json
import logging
from datetime import timedelta
from typing import Any

import httpx
import pytest

from clearway.contracts.problems import Problem
from clearway.contracts.reports import ReportAnswer, ReportOutcome, ReportState, SuspicionReport
from clearway.errors import ServiceUnavailable
from models.addresses import report_address
from tests.gateway.recording import START, House, sample, sample_json

REPORT = SuspicionReport.model_validate_json(sample("suspicion_report.json"))
REPORTER, KEY = REPORT.reporter, REPORT.key
DECISIONS = "/customs/report-decisions"
SECRETS = (REPORTER, REPORT.report_id, REPORT.facts[:20], "gate book")


async def hand_in(house: House, body: bytes | None = None, sender: str | None = REPORTER) -> httpx.Response:
    """A report at the door."""
    headers = {"X-Clearway-Sender": sender} if sender else {}
    return await house.http.post("/reports", content=body or sample("suspicion_report.json"), headers=headers)


def decision(what: str = "LIFTED", number: str = "D-1", minute: int = 1) -> dict[str, Any]:
    at = (START + timedelta(minutes=minute)).isoformat()
    return {
        "report_no": KEY.report_no,
        "decision": {"decision_id": number, "decision": what, "at": at, "officer": "2991"},
    }


def problem(code: str) -> Problem:
    return Problem(code=code, message_en="No.", message_zh="否", remedy_en="Mend it.", remedy_zh="更正")


def refused(code: str) -> ReportAnswer:
    return ReportAnswer(
        accepted=False, workflow_id=KEY.workflow_id, state=ReportState.REFUSED, problems=(problem(code),)
    )


async def test_a_report_is_kept_byte_for_byte_handed_in_and_answered(house: House) -> None:
    answer = await hand_in(house)
    assert (answer.status_code, answer.json()["accepted"]) == (200, True)
    assert answer.json()["workflow_id"] == KEY.workflow_id
    (raw,) = house.raws()
    assert (raw.body, raw.door) == (sample("suspicion_report.json"), "report")
    assert answer.headers["X-Clearway-Raw-Id"] == str(raw.id)
    ((what, workflow_id, (report, sender)),) = house.cases.calls
    assert (what, workflow_id, report, sender.code) == ("report_suspicion", KEY.workflow_id, REPORT, REPORTER)
    assert house.states() == ["delivered"]
    await house.step()
    assert len(house.cases.calls) == 1


async def test_a_repeat_is_asked_again_and_counted(house: House) -> None:
    for _ in range(2):
        assert (await hand_in(house)).status_code == 200
    assert [item.repeats for item in house.items()] == [1]
    assert len(house.cases.calls) == 2


@pytest.mark.parametrize(("code", "status"), [("E_DUPLICATE", 409), ("E_REPORTER_UNKNOWN", 422)])
async def test_a_refusal_is_answered_with_its_problems(house: House, code: str, status: int) -> None:
    house.cases.report_answer = refused(code)
    answer = await hand_in(house)
    assert (answer.status_code, [each["code"] for each in answer.json()["problems"]]) == (status, [code])


async def test_a_report_that_cannot_be_handed_in_now_is_handed_in_later(house: House) -> None:
    house.cases.failures = [ServiceUnavailable((problem("E_UNAVAILABLE"),))]
    answer = await hand_in(house)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert house.states() == ["waiting"]
    house.clock.pass_seconds(120)
    house.restart()
    await house.step()
    assert house.states() == ["delivered"]
    assert [what for what, _, _ in house.cases.calls] == ["report_suspicion"]


async def test_a_report_stored_by_a_process_that_died_is_handed_in_by_the_next(house: House) -> None:
    house.store(sample("suspicion_report.json"), door="report", sender=REPORTER)
    await house.step()
    house.clock.pass_seconds(120)
    await house.step()
    assert [what for what, _, _ in house.cases.calls] == ["report_suspicion"]


async def test_everything_wrong_is_told_at_once_and_nothing_is_handed_in(house: House) -> None:
    body = json.dumps(sample_json("suspicion_report", facts="", at="yesterday", lists=[{"ebc_code": ""}])).encode()
    answer = await hand_in(house, body, sender=None)
    assert answer.status_code == 422
    problems = answer.json()["problems"]
    assert {each["code"] for each in problems} == {"E_SENDER_MISSING", "E_FIELD"}
    fields = {each["fields"][0]["field"] for each in problems}
    assert {"X-Clearway-Sender", "facts", "at", "lists.0.ebc_code", "lists.0.order_no"} <= fields
    assert (house.cases.calls, house.items(), len(house.raws())) == ([], [], 1)


async def test_a_decision_reaches_its_report_as_a_signal(house: House) -> None:
    house.know(KEY.workflow_id, [report_address(KEY.report_no)])
    for what, number, minute in (("CASE_OPENED", "D-2", 5), ("ACKNOWLEDGED", "D-1", 1), ("CASE_OPENED", "D-2", 5)):
        assert (await house.http.post(DECISIONS, json=decision(what, number, minute))).status_code == 202
    await house.step()
    assert [(what, workflow_id) for what, workflow_id, _ in house.cases.calls] == [
        ("decide_report", KEY.workflow_id),
        ("decide_report", KEY.workflow_id),
    ]
    assert [said.decision for _, _, said in house.cases.calls] == [
        ReportOutcome.ACKNOWLEDGED,
        ReportOutcome.CASE_OPENED,
    ]


async def test_a_decision_about_an_unknown_report_is_parked_until_the_report_is_there(house: House) -> None:
    await house.http.post(DECISIONS, json=decision())
    await house.step()
    assert (house.states(), house.cases.calls) == (["parked"], [])
    house.know(KEY.workflow_id, [report_address(KEY.report_no)])
    await house.step(2)
    assert house.states() == ["delivered"]


@pytest.mark.parametrize("body", [b"{}", b'{"report_no": "3301960W01/SR-1", "decision": {"decision": "PERHAPS"}}'])
async def test_what_is_no_decision_is_kept_and_refused(house: House, body: bytes) -> None:
    assert (await house.http.post(DECISIONS, content=body)).status_code == 202
    await house.step()
    (entry,) = (await house.http.get("/inbox", params={"state": "refused"})).json()["entries"]
    assert {each["code"] for each in entry["problems"]} == {"E_FIELD"}


async def test_neither_log_nor_inbox_names_who_reports(house: House, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    house.cases.failures = [RuntimeError(REPORTER)]
    house.cases.report_answer = refused("E_DUPLICATE")
    await hand_in(house)
    await hand_in(house, sample("suspicion_report.json").replace(b'"subject"', b'"nobody"'))
    await hand_in(house, sender=REPORTER * 9)
    await house.http.post(DECISIONS, json=decision())
    house.clock.pass_seconds(3600)
    await house.step(3)
    shown = (await house.http.get("/inbox")).text
    assert KEY.report_no in shown
    assert "refused" in caplog.text
    for secret in SECRETS:
        assert secret not in caplog.text
        assert secret not in shown
