"""The benchmark runs, and both of its sides have the same traffic. How fast they are is nobody's test."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


def _bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bench", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False)


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    file = tmp_path_factory.mktemp("bench") / "figures.json"
    ended = _bench("--rounds", "1", "--lists", "2", "--json", str(file))
    assert ended.returncode == 0, ended.stderr
    assert "lifecycles per second" in ended.stdout
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def test_both_sides_are_measured_in_turn(figures: dict[str, Any]) -> None:
    assert [(each["side"], each["lists"]) for each in figures["rounds"]] == [("list", 2), ("bare", 2)]
    assert all(each["seconds"] > 0 and each["processor_seconds"] > 0 for each in figures["rounds"])
    assert figures["rate_ratio"] > 0
    assert figures["cost_ratio"] > 0


def test_the_bare_workflow_has_the_traffic_of_the_list(figures: dict[str, Any]) -> None:
    assert figures["bare"]["traffic"] == figures["list"]["traffic"]
    assert figures["list"]["traffic"]["ACTIVITY_TASK_COMPLETED"] == 2
    assert figures["list"]["traffic"]["TIMER_CANCELED"] == 1, "the end must have come by news, not by time"


def test_a_wrong_number_is_refused_by_name() -> None:
    ended = _bench("--lists", "0")
    assert ended.returncode == 2
    assert "--lists" in ended.stderr
