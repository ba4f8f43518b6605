"""`clearway report` against a running service: JSON in and out, exit codes, and never a traceback."""

import json
from pathlib import Path
from typing import Any

import pytest

from clearway.contracts.reports import ReportOutcome, ReportState, ReportView, SuspicionReport
from tests.cli.conftest import SAMPLES, Command, codes
from tests.desk import Desk
from tests.reports_desk import ReportCounter, register, report


@pytest.fixture
def counter(desk: Desk) -> ReportCounter:
    """The desk, for reports of a registered site operator."""
    register(desk.database)
    return ReportCounter(desk)


def saved(folder: Path, told: SuspicionReport) -> str:
    """A report as a file."""
    file = folder / "report.json"
    file.write_text(told.model_dump_json(), encoding="utf-8")
    return str(file)


async def test_a_report_is_handed_in_and_followed_by_commands(
    clearway: Command, counter: ReportCounter, tmp_path: Path
) -> None:
    sample = counter.desk.sample()
    await counter.desk.declare(sample)
    told = report(sample.key)
    submitted = await clearway("report", "submit", saved(tmp_path, told), "--json")
    assert (submitted.code, submitted.json["accepted"]) == (0, True)
    assert submitted.json["workflow_id"] == told.key.workflow_id
    await counter.until(told.key, lambda view: len(view.lists) == 1)
    await counter.decide(told.key, ReportOutcome.LIFTED)
    await counter.ended(told.key)
    key = f"{told.reporter}/{told.report_id}"
    shown = await clearway("report", "show", key, "--json")
    assert (shown.code, ReportView.model_validate(shown.json).state) == (0, ReportState.LIFTED)
    picture = await clearway("report", "show", key, "--lang", "en")
    for part in ("✓ submitted → ✓ acknowledged → [lifted]", "XS-1", sample.key.workflow_id, "let go", "nothing found"):
        assert part in picture.out
    assert told.reporter not in picture.out
    again = await clearway("report", "submit", saved(tmp_path, told), "--lang", "en")
    assert (again.code, "lifted" in again.out) == (0, True)
    other = told.model_copy(update={"subject": "somebody else"})
    changed = await clearway("report", "submit", saved(tmp_path, other), "--json")
    assert (changed.code, codes(changed.json["problems"])) == (1, ["E_DUPLICATE"])


async def test_a_report_of_nobody_registered_is_refused_with_the_remedy(
    clearway: Command, counter: ReportCounter, tmp_path: Path
) -> None:
    told = report(reporter="UNREGISTERED")
    refused = await clearway("report", "submit", saved(tmp_path, told), "--lang", "en")
    assert refused.code == 1
    for part in ("E_REPORTER_UNKNOWN", "report.reporter", "directly"):
        assert part in refused.out
    nothing = await clearway("report", "show", "3301960S77/nothing", "--json")
    assert (nothing.code, codes(nothing.json["error"]["problems"])) == (3, ["E_NOT_FOUND"])


@pytest.mark.parametrize(("content", "told"), [(b"{", ["E_NOT_JSON"]), (b"{}", ["E_FIELD"]), (None, ["E_UNREADABLE"])])
def test_a_file_that_holds_no_report_is_bad_input(
    invoke: Any, tmp_path: Path, content: bytes | None, told: list[str]
) -> None:
    file = tmp_path / "report.json"
    if content is not None:
        file.write_bytes(content)
    ended = invoke("report", "submit", str(file), "--json", "--address", "127.0.0.1:1")
    assert ended.exit_code == 2
    assert codes(json.loads(ended.stdout)["error"]["problems"]) == told


def test_a_key_without_a_number_is_bad_usage(invoke: Any) -> None:
    ended = invoke("report", "show", "3301960S77")
    assert ended.exit_code == 2
    assert "REPORTER/ID" in ended.stderr


def test_the_sample_file_is_a_report_of_a_registered_party() -> None:
    sample = SuspicionReport.model_validate_json((SAMPLES / "suspicion_report.json").read_bytes())
    assert sample.reporter in (SAMPLES.parents[1] / "deploy" / "registry.yaml").read_text(encoding="utf-8")
    assert len(sample.lists) == 1
