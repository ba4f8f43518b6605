"""Maps of shards on the command line: checked, compared with the map in use, and asked."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from clearway.cli import app

OLD = """\
version: 1
dated: 2026-01-01
shards:
  - {number: 1, address: "a:7233", namespace: clearway-1, opens: 2026-01-01T00:00:00+08:00, unmarked: true}
"""
NEW = OLD.replace("version: 1", "version: 2") + (
    '  - {number: 2, address: "b:7233", namespace: clearway-2, opens: 2027-01-04T02:00:00+08:00}\n'
)
NOW = ("--at", "2026-12-01T00:00:00+08:00")
LATER = ("--at", "2027-02-01T00:00:00+08:00")


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    named = {"old": OLD, "new": NEW}
    for name, text in named.items():
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    return {name: str(tmp_path / f"{name}.yaml") for name in named}


def shards(*words: str) -> Result:
    return CliRunner().invoke(app, ["shards", *words])


def told(*words: str, exit_code: int = 0) -> Any:
    ended = shards(*words, "--json")
    assert ended.exit_code == exit_code, ended.output
    return json.loads(ended.stdout)


def test_a_right_map_is_told_with_the_state_of_each_shard(files: dict[str, str]) -> None:
    found = told("check", files["new"], "--before", files["old"], *NOW)
    assert found["version"] == 2
    assert [each["state"] for each in found["shards"]] == ["open", "announced"]
    assert "clearway-2" in shards("check", files["new"]).stdout


def test_a_map_that_would_lose_lists_is_refused_with_every_reason(files: dict[str, str]) -> None:
    found = told("check", files["old"], "--before", files["new"], *NOW, exit_code=1)
    messages = [each["message_en"] for each in found["error"]["problems"]]
    assert messages == [
        "version: must be higher than 2",
        "shards: number 2 is gone; keep its line, with drains and closed",
    ]


def test_a_faulty_map_is_unreadable_input_with_every_fault(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text("version: 0\nshards: 7\n", encoding="utf-8")
    found = told("check", str(tmp_path / "m.yaml"), exit_code=2)
    messages = [each["message_en"] for each in found["error"]["problems"]]
    assert len(messages) == 3
    assert all(each.startswith("m.yaml: ") for each in messages)
    assert "No such file" in shards("check", str(tmp_path / "none.yaml")).output


def test_a_pair_is_told_where_its_lists_go_and_where_earlier_ones_are(files: dict[str, str]) -> None:
    pairs = [f"33019{number:05d}" for number in range(40)]
    placed = {pair: told("place", files["new"], "--port", "2244", "--enterprise", pair, *LATER) for pair in pairs}
    moved = [each for each in placed.values() if each["opens_in"]["number"] == 2]
    assert moved, "half of all pairs move"
    assert [each["number"] for each in moved[0]["looked_for_in"]] == [2, 1]
    enterprise = next(pair for pair, each in placed.items() if each["opens_in"]["number"] == 2)
    change = ("--at", "2027-01-04T02:00:01+08:00")
    waits = told("place", files["new"], "--port", "2244", "--enterprise", enterprise, *change, exit_code=1)
    assert "moving to another shard" in waits["error"]["problems"][0]["message_en"]


def test_a_wrong_port_is_bad_usage(files: dict[str, str]) -> None:
    ended = shards("place", files["old"], "--port", "22", "--enterprise", "E")
    assert ended.exit_code == 2
    assert "customsCode" in ended.output


def test_an_id_tells_its_shard(files: dict[str, str]) -> None:
    assert told("of", files["new"], "declaration-list/E/X~s2")["namespace"] == "clearway-2"
    assert told("of", files["new"], "goods-return/E/X/1")["number"] == 1
    assert told("of", files["new"], "declaration-list/E/X~s3", exit_code=3)["error"]["kind"] == "not_found"
    assert shards("of", files["new"], "tax-collection/A/2244").exit_code == 2
