"""Customs acknowledges a suspicion report once per report, and says so again; nothing of it shows in a refusal."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from clearway.contracts.reports import AffectedList, ReportAcknowledgement, SuspicionReport
from connectors import Refused
from connectors.customs.reports import ReportsClient
from tests.connectors.conformance.conftest import World
from tests.simulator.papers import AT, new_guid


def report(**changes: Any) -> SuspicionReport:
    given: dict[str, Any] = {
        "report_id": new_guid(),
        "reporter": "3301960S77",
        "subject": "3301960A01",
        "facts": "Parcels are opened and repacked behind the site.",
        "evidence": ("photo-17",),
        "lists": (AffectedList(ebc_code="3301960A01", order_no="CW-1"),),
        "at": AT,
    }
    return SuspicionReport(**(given | changes))


def file(world: World, told: SuspicionReport, later: int = 0) -> ReportAcknowledgement:
    return ReportsClient(world.url, world.http).file(told, filed_at=AT + timedelta(days=later))


def test_the_same_report_gets_the_same_acknowledgement_even_later(world: World) -> None:
    told = report()
    first = file(world, told)
    assert (first.at, first.number[:10]) == (AT, f"XS{AT:%Y%m%d}")
    assert file(world, told, later=3) == first


def test_two_reports_get_two_numbers(world: World) -> None:
    assert file(world, report()).number != file(world, report()).number


def test_other_content_under_one_number_is_refused_without_a_word_of_it(world: World) -> None:
    told = report()
    first = file(world, told)
    with pytest.raises(Refused) as refused:
        file(world, told.model_copy(update={"facts": "Something else."}))
    assert refused.value.code == "E_KEY_REUSED"
    assert told.reporter not in str(refused.value)
    assert file(world, told) == first


def test_a_body_that_is_no_report_is_refused_by_its_fields_only(world: World) -> None:
    body = {"report_no": "3301960S77", "report": {"reporter": "3301960S77"}}
    answer = httpx.post(f"{world.url}/customs/suspicion-reports", json=body, trust_env=False)
    assert (answer.status_code, answer.json()["code"]) == (400, "E_BODY")
    assert "3301960S77" not in answer.text
