"""The parts of the benchmark run and measure what they say. How fast it is is nobody's test."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from bench.__main__ import FULL, SMALL, main, options_of
from bench.judgements import LINES, five_lines, judge_once
from bench.messages import every_work
from bench.parts import PARTS, USUAL
from bench.ratios import Ratios, Row, compare, table
from clearway.messages import Report

ROOT = Path(__file__).parents[2]


def _bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bench", *arguments]
    wide = {**os.environ, "COLUMNS": "160"}
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False, env=wide)


def _figures(file: Path, *arguments: str) -> tuple[str, dict[str, Any]]:
    ended = _bench(*arguments, "--json", str(file))
    assert ended.returncode == 0, ended.stderr
    (kept,) = json.loads(file.read_text(encoding="utf-8")).values()
    return ended.stdout, kept


def test_lifecycles_are_measured_side_by_side(tmp_path: Path) -> None:
    sizes = ("--rounds", "1", "--lists", "2", "--sides", "list,bare")
    shown, figures = _figures(tmp_path / "figures.json", "lifecycle", *sizes)
    assert "list / bare" in shown
    assert [(each["side"], each["lists"]) for each in figures["rounds"]] == [("list", 2), ("bare", 2)]
    (ratio,) = figures["ratios"]
    assert 0 < ratio["rate"]["minimum"] <= ratio["rate"]["median"] <= ratio["rate"]["maximum"]
    assert figures["settings"]["temporalio"]
    assert all(each["limited_by"] for each in figures["sides"].values())


def test_the_door_is_measured_on_both_databases_or_says_why_not(tmp_path: Path) -> None:
    shown, figures = _figures(tmp_path / "figures.json", "door", "--rounds", "1", "--receipts", "5")
    assert [row["name"] for row in figures["rows"]] == ["SQLite", "PostgreSQL"]
    for row in figures["rows"]:
        assert row["name"] in shown
        if row["skipped"]:
            assert "NO POSTGRESQL" in row["skipped"]
        else:
            assert row["ratio"] > 0
            assert row["note"]


def test_other_parts_of_a_file_stay(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    file.write_text('{"door": {"kept": true}}', encoding="utf-8")
    ended = _bench("judgements", "--rounds", "1", "--judgements", "1", "--json", str(file))
    assert ended.returncode == 0, ended.stderr
    kept = json.loads(file.read_text(encoding="utf-8"))
    assert kept["door"] == {"kept": True}
    assert kept["judgements"]["settings"]["judgements"] == 1


def test_nothing_said_measures_the_usual_parts_in_small_sizes() -> None:
    options = options_of([])
    assert tuple(options.parts) == USUAL
    assert {name: getattr(options, name) for name in SMALL} == dict(SMALL)


def test_all_measures_every_part_in_the_sizes_of_the_published_run() -> None:
    options = options_of(["all", "--rounds", "2"])
    assert options.parts == list(PARTS)
    assert {name: getattr(options, name) for name in FULL} == {**FULL, "rounds": 2}


def test_the_ledger_is_measured_on_both_databases_or_says_why_not(tmp_path: Path) -> None:
    shown, figures = _figures(tmp_path / "figures.json", "ledger", "--rounds", "2", "--pairs", "3")
    assert len(figures["rows"]) == 6
    for row in figures["rows"]:
        assert row["name"] in shown
        if row["skipped"]:
            assert row["name"].startswith("PostgreSQL")
            assert "NO POSTGRESQL" in row["skipped"]
            assert row["skipped"] in shown
        else:
            assert len(row["rounds"]) == 2
            assert 0 < row["ratio_range"][0] <= row["ratio"] <= row["ratio_range"][1]
    assert figures["settings"]["SQLite"]


def test_judgements_are_measured_in_one_process(tmp_path: Path) -> None:
    shown, figures = _figures(tmp_path / "figures.json", "--rounds", "3", "judgements", "--judgements", "2")
    assert "judgements per second" in shown
    (row,) = figures["rows"]
    assert row["name"] == f"an order of {LINES} lines"
    assert len(row["rounds"]) == 3, "said before the part's name"
    assert row["ratio"] > 0


def test_messages_are_measured_beside_bare_lxml(tmp_path: Path) -> None:
    shown, figures = _figures(tmp_path / "figures.json", "--rounds", "1", "messages", "--messages", "2")
    assert "bare lxml per second" in shown
    names = [row["name"] for row in figures["rows"]]
    for work in ("read", "written", "validated", "signed, SM2", "verified, SM2", "signed, RSA", "verified, RSA"):
        assert f"CEB621 list {work}" in names
    assert all(row["ratio"] > 0 for row in figures["rows"])


def test_what_is_measured_of_messages_is_right() -> None:
    for work in every_work():
        done = work.ours()
        if isinstance(done, Report):
            assert done.faults == ()


def test_the_list_that_is_judged_has_five_lines_and_passes_everything() -> None:
    papers = five_lines()
    judgement = judge_once(papers)
    assert len(papers.order.lines) == len(papers.declaration_list.lines) == LINES
    assert judgement.problems == ()
    assert judgement.matched
    assert judgement.tax is not None
    assert len(judgement.tax.lines) == LINES


def test_rounds_are_taken_in_turn_after_one_of_each_that_is_not_counted() -> None:
    said: list[str] = []
    speeds = iter([1.0, 2.0, 4.0, 6.0])

    def ours() -> float:
        said.append("ours")
        return next(speeds)

    def yardstick() -> float:
        said.append("yardstick")
        return 4.0

    row = compare("row", 3, ours, yardstick)
    assert said == ["ours", "yardstick"] * 4
    assert (row.ratio, row.ratio_range) == (1.0, (0.5, 1.5))


def test_what_could_not_be_measured_is_shown_as_loudly_as_the_rest() -> None:
    console = Console(record=True, width=120, file=io.StringIO())
    console.print(table("t", "ours", "yardstick", Ratios(settings={}, rows=[Row(name="row", skipped="no server")])))
    shown = console.export_text()
    assert "NOT MEASURED" in shown
    assert "no server" in shown


@pytest.mark.parametrize(
    "wrong",
    [
        ("ledger", "--pairs", "0"),
        ("judgements", "--rounds", "few"),
        ("judgements", "--judgements", "-1"),
        ("lifecycle", "--sides", "list,unheard"),
        ("lists",),
    ],
)
def test_what_cannot_be_measured_is_refused_by_name(
    wrong: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["bench", *wrong])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert wrong[1 if len(wrong) > 1 else 0] in capsys.readouterr().err
