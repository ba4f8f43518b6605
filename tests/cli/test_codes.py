"""`clearway codes`: tables, codes and names; what no table knows ends with 1 and the nearest codes."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from typer.testing import Result

from clearway.messages.codes import TABLES, rows

Invoke = Callable[..., Result]


def entries(done: Result) -> list[dict[str, Any]]:
    assert done.exit_code == 0, done.output
    found: list[dict[str, Any]] = json.loads(done.stdout)["entries"]
    return found


def test_all_tables_are_listed(invoke: Invoke) -> None:
    told = json.loads(invoke("codes", "--json").stdout)["tables"]
    assert [each["table"] for each in told] == list(TABLES)
    assert {each["table"]: each["codes"] for each in told}["units"] == len(rows("units"))
    out = invoke("codes", "--lang", "en").stdout
    assert "transport mode" in out
    assert "(a sample)" in out


def test_one_table_is_told_whole(invoke: Invoke) -> None:
    assert [each["code"] for each in entries(invoke("codes", "wrappings", "--json"))] == list("123456789")


@pytest.mark.parametrize(("wanted", "count"), [("142", 3), ("瓶", 1), ("bottle", 1), ("CNY", 1)])
def test_a_code_or_name_is_looked_up_in_every_table(invoke: Invoke, wanted: str, count: int) -> None:
    found = entries(invoke("codes", wanted, "--json"))
    assert len(found) == count
    assert {each["code"] for each in found} == {"142"}


def test_a_code_is_looked_up_in_one_table(invoke: Invoke) -> None:
    (found,) = entries(invoke("codes", "countries", "142", "--json"))
    assert (found["zh"], found["en"], found["iso"]) == ("中国", "China", "CHN")
    out = invoke("codes", "countries", "142").stdout
    assert "China 中国 (CHN)" in out


def test_what_no_table_knows_is_refused_with_what_is_alike(invoke: Invoke) -> None:
    done = invoke("codes", "units", "botle", "--json")
    assert done.exit_code == 1
    (problem,) = json.loads(done.stdout)["error"]["problems"]
    assert problem["code"] == "E_UNKNOWN_CODE"
    assert "units 142 (瓶, bottle)" in problem["remedy_en"]
    assert "units 142" in problem["remedy_zh"]
    assert "142" in invoke("codes", "botle").stderr


def test_a_code_of_another_time_is_told_when_it_is_not_in_force(invoke: Invoke) -> None:
    assert entries(invoke("codes", "currencies", "304", "--on", "2001-12-31", "--json"))
    done = invoke("codes", "currencies", "304", "--on", "2002-01-01", "--json")
    assert done.exit_code == 1
    (problem,) = json.loads(done.stdout)["error"]["problems"]
    assert "German mark" in problem["remedy_en"]


def test_an_unknown_table_is_bad_usage(invoke: Invoke) -> None:
    done = invoke("codes", "unitz", "142", "--json")
    assert done.exit_code == 2
    (problem,) = json.loads(done.stdout)["error"]["problems"]
    assert problem["code"] == "E_UNKNOWN_TABLE"
    assert "units" in problem["remedy_en"]
