"""`clearway rules`: values in force and through time, what they mean, and files of one's own."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from clearway.rules.catalogue import catalogue
from clearway.rules.meanings import MATCHING_RULES
from tests.cli.conftest import SAMPLES, codes, four_files

Invoke = Callable[..., Result]
OWN = """
numbers:
  limits.single:
    reference: 财关税[2027]1
    values: [{from: 2027-01-01, to: 2027-12-31, value: "6000.00"}]
  matching.amount_tolerance:
    reference: agreed with the port
    ports: {"2991": [{from: 2026-01-01, value: "0.01"}]}
"""


def read(done: Result) -> Any:
    assert done.exit_code == 0, done.stdout
    return json.loads(done.stdout)


def problems(done: Result) -> list[dict[str, Any]]:
    assert done.exit_code == 2
    found: list[dict[str, Any]] = json.loads(done.stdout)["error"]["problems"]
    return found


@pytest.fixture
def own(tmp_path: Path) -> str:
    (tmp_path / "own.yaml").write_text(OWN, encoding="utf-8")
    return str(tmp_path / "own.yaml")


@pytest.mark.parametrize(
    ("day", "value", "since"), [("2018-12-31", "2000.00", "2016-04-08"), ("2019-01-01", "5000.00", "2019-01-01")]
)
def test_the_list_tells_the_value_in_force_on_a_day(invoke: Invoke, day: str, value: str, since: str) -> None:
    told = read(invoke("rules", "list", "limits.single", "--on", day, "--json"))
    (rule,) = told["rules"]
    assert (rule["in_force"]["value"], rule["in_force"]["first_day"]) == (value, since)
    assert rule["unit"] == "CNY"
    assert "财关税[2018]49" in rule["in_force"]["reference"]
    out = invoke("rules", "list", "limits", "--on", day).stdout
    assert value in out
    assert since in out


def test_a_rule_before_its_first_day_is_listed_without_a_value(invoke: Invoke) -> None:
    (rule,) = read(invoke("rules", "list", "limits.single", "--on", "2016-04-07", "--json"))["rules"]
    assert rule["in_force"] is None
    assert "none in force" in invoke("rules", "list", "limits.single", "--on", "2016-04-07").stdout


def test_without_a_day_the_rules_of_today_are_listed(invoke: Invoke) -> None:
    (rule,) = read(invoke("rules", "list", "vat.standard", "--json"))["rules"]
    assert rule["in_force"]["first_day"] >= "2019-04-01"


def test_the_profile_asked_for_wins(invoke: Invoke) -> None:
    seed, law = (
        read(invoke("rules", "list", "export.summary_day", "--on", "2026-03-10", "--profile", profile, "--json"))
        for profile in ("SEED", "LAW_2026")
    )
    assert (seed["rules"][0]["in_force"]["value"], law["rules"][0]["in_force"]["value"]) == ("10", "15")


def test_the_port_asked_for_wins_with_a_file_on_top(invoke: Invoke, own: str) -> None:
    words = ("rules", "list", "matching.amount_tolerance", "--on", "2026-03-10", "--with", own, "--json")
    assert read(invoke(*words))["rules"][0]["in_force"]["value"] == "0.00"
    assert read(invoke(*words, "--port", "2991"))["rules"][0]["in_force"]["value"] == "0.01"
    assert read(invoke(*words, "--port", "2992"))["rules"][0]["in_force"]["value"] == "0.00"


def test_a_table_is_listed_alone_and_looked_up_in_reverse(invoke: Invoke) -> None:
    rules = read(invoke("rules", "list", "--table", "countries", "--json"))["rules"]
    assert len(rules) > 200
    assert {rule["rule"].partition(".")[0] for rule in rules} == {"country"}
    found = read(invoke("rules", "list", "--find", "CNY 人民币", "--json"))["rules"]
    assert [rule["rule"] for rule in found] == ["currency.142"]
    assert read(invoke("rules", "list", "--find", "no such thing", "--json"))["rules"] == []


@pytest.mark.parametrize(
    "words",
    [("--table", "nothing"), ("--on", "2026"), ("--on", "20260310"), ("--port", "x"), ("--profile", "LAW_1999")],
)
def test_a_wrong_option_is_told(invoke: Invoke, words: tuple[str, str]) -> None:
    assert invoke("rules", "list", *words).exit_code == 2


def test_a_rule_is_shown_with_all_its_values_from_and_to(invoke: Invoke) -> None:
    told = read(invoke("rules", "show", "vat.standard", "--json"))
    periods = [(value["first_day"], value["last_day"], value["value"]) for value in told["values"]]
    assert periods == [
        ("2016-04-08", "2018-04-30", "0.17"),
        ("2018-05-01", "2019-03-31", "0.16"),
        ("2019-04-01", None, "0.13"),
    ]
    shown = invoke("rules", "show", "vat.standard", "--lang", "en").stdout
    assert "2018-04-30" in shown
    assert "the day a list is accepted selects the value" in shown


def test_values_of_profiles_and_ports_are_shown_as_theirs(invoke: Invoke, own: str) -> None:
    values = read(invoke("rules", "show", "export.summary_day", "--json"))["values"]
    assert [value["profile"] for value in values] == [None, "LAW_2026"]
    assert "port 2991" in invoke("rules", "show", "matching.amount_tolerance", "--with", own, "--lang", "en").stdout


def test_a_rule_of_a_file_stands_among_the_others(invoke: Invoke, own: str) -> None:
    values = read(invoke("rules", "show", "limits.single", "--with", own, "--json"))["values"]
    assert [value["value"] for value in values] == ["2000.00", "5000.00", "6000.00", "5000.00"]
    assert values[2]["reference"] == "财关税[2027]1"


@pytest.mark.parametrize("command", ["show", "explain"])
@pytest.mark.parametrize(("wanted", "near"), [("limits.singel", "limits.single"), ("single", "limits.single")])
def test_an_unknown_id_is_told_with_the_nearest(invoke: Invoke, command: str, wanted: str, near: str) -> None:
    (problem,) = problems(invoke("rules", command, wanted, "--json"))
    assert problem["code"] == "E_UNKNOWN_RULE"
    assert near in problem["message_en"]
    assert near in problem["message_zh"]
    assert near in invoke("rules", command, wanted).stderr


def test_a_prefix_that_no_rule_begins_with_is_told(invoke: Invoke) -> None:
    assert codes(problems(invoke("rules", "list", "limts", "--json"))) == ["E_UNKNOWN_RULE"]


def test_a_rule_is_explained_with_its_boundary_and_what_uses_it(invoke: Invoke) -> None:
    told = read(invoke("rules", "explain", "limits.annual", "--json"))
    assert "25,000.00 used + 1,000.00 is inside" in told["boundary_en"]
    assert "不结转" in told["boundary_zh"]
    assert [user["id"] for user in told["used_by"]] == ["limits"]
    assert told["rules"][0]["values"][-1]["value"] == "26000.00"


def test_a_matching_rule_is_explained_with_what_it_uses_and_its_problem(invoke: Invoke) -> None:
    told = read(invoke("rules", "explain", "M05", "--json"))
    assert [rule["rule"] for rule in told["rules"]] == ["matching.amount_tolerance"]
    (problem,) = told["problems"]
    assert problem["owner"] == "document"
    assert "‹first_value›" in problem["message_en"]
    both = invoke("rules", "explain", "M05").stdout
    assert "one fen more or less fails" in both
    assert "容差为 0.00 时" in both
    assert "{" not in both


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_matching_rule_and_every_code_can_be_explained(invoke: Invoke, lang: str) -> None:
    for wanted in (*MATCHING_RULES, *catalogue(), "limits", "goods", "T-CBEC-2018", "country.142"):
        done = invoke("rules", "explain", wanted, "--lang", lang, "--on", "2026-03-10")
        assert done.exit_code == 0, wanted
        assert len(done.stdout.splitlines()) > 2, wanted


def test_a_code_is_explained_with_all_its_texts(invoke: Invoke) -> None:
    told = read(invoke("rules", "explain", "E_UNKNOWN_CODE", "--json"))
    assert {problem["key"] for problem in told["problems"]} == {
        "E_UNKNOWN_CODE.currency",
        "E_UNKNOWN_CODE.country",
        "E_UNKNOWN_CODE.transport",
    }


def test_a_right_file_is_told_with_what_it_changes_and_whom_it_affects(invoke: Invoke, own: str) -> None:
    told = read(invoke("rules", "check", own, "--json"))
    changes = {change["rule"]: change for change in told["changes"]}
    assert (changes["limits.single"]["before"], changes["limits.single"]["after"]) == ("5000.00", "6000.00")
    assert (changes["limits.single"]["first_day"], changes["limits.single"]["last_day"]) == ("2027-01-01", "2027-12-31")
    assert changes["matching.amount_tolerance"]["port"] == "2991"
    assert told["rules_version"] != told["rules_version_before"]
    out = invoke("rules", "check", own).stdout
    for part in (
        "5000.00 → 6000.00",
        "nothing before 2027-01-01 or after 2027-12-31",
        "2027-01-01 至 2027-12-31 接受申报的清单",
        "Lists under way keep the rules they began with",
    ):
        assert part in out


def test_a_file_that_says_what_is_already_law_changes_nothing(invoke: Invoke, tmp_path: Path) -> None:
    same = '{numbers: {limits.single: {reference: same, values: [{from: 2019-01-01, value: "5000.00"}]}}}'
    (tmp_path / "same.yaml").write_text(same, encoding="utf-8")
    assert "change no value" in invoke("rules", "check", str(tmp_path / "same.yaml")).stdout


def test_everything_wrong_with_all_files_is_told_at_once(invoke: Invoke, tmp_path: Path, own: str) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(
        """
numbers:
  limits.singel: {reference: x, values: [{from: 2027-01-01, value: "1"}]}
  limits.annual: {reference: x, values: [{from: 2027-01-01, value: 27000}]}
""",
        encoding="utf-8",
    )
    found = problems(invoke("rules", "check", own, str(wrong), str(tmp_path / "none.yaml"), "--json"))
    assert codes(found) == ["E_PARAMETER_FILE", "E_UNREADABLE"]
    told = " ".join(problem["message_en"] for problem in found)
    for part in ("limits.singel", "did you mean limits.single", "limits.annual: 2027-01-01: a number must be a quoted"):
        assert part in told
    assert problems(invoke("rules", "list", "limits", "--with", str(wrong), "--json"))[0]["code"] == "E_PARAMETER_FILE"


@pytest.mark.parametrize("content", [b"", b"[]", b"\x00\x01", b"a: *b", b"{" * 5000, os.urandom(10_000_000)])
def test_garbage_is_refused_in_one_clear_answer(invoke: Invoke, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "garbage.yaml").write_bytes(content)
    done = invoke("rules", "check", str(tmp_path / "garbage.yaml"), "--json")
    assert codes(problems(done)) == ["E_PARAMETER_FILE"]
    assert len(done.stdout) < 2000


def test_four_files_are_judged_by_rules_of_ones_own(invoke: Invoke, tmp_path: Path) -> None:
    (tmp_path / "low.yaml").write_text(
        '{numbers: {limits.single: {reference: test, values: [{from: 2026-01-01, value: "100.00"}]}}}', encoding="utf-8"
    )
    law = json.loads(invoke("preflight", *four_files(SAMPLES), "--json").stdout)
    own = json.loads(invoke("preflight", *four_files(SAMPLES), "--rules", str(tmp_path / "low.yaml"), "--json").stdout)
    assert (law["limits"]["single_limit"], own["limits"]["single_limit"]) == ("5000.00", "100.00")
    assert law["limits"]["treatment"] != own["limits"]["treatment"]
    done = invoke("preflight", *four_files(SAMPLES), "--rules", str(tmp_path / "none.yaml"), "--json")
    assert codes(problems(done)) == ["E_UNREADABLE"]
