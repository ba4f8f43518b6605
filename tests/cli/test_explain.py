"""`clearway explain`: a judgement told for a clerk, from the service or from a file."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from clearway.contracts.case import CaseKey, CaseView
from clearway.contracts.states import Detail, State
from tests.cli.conftest import Command, codes
from tests.desk import Desk
from tests.rules.law_cases import judge_case

Invoke = Callable[..., Result]


@pytest.fixture
def judged(tmp_path: Path) -> Path:
    view = CaseView(
        key=CaseKey(ebc_code="3301960A01", order_no="X-1"),
        profile="SEED",
        state=State.MATCHED,
        detail=Detail.WITH_CUSTOMS,
        judgement=judge_case({"used": "25000"}),
    )
    (tmp_path / "view.json").write_text(view.model_dump_json(), encoding="utf-8")
    return tmp_path / "view.json"


async def test_a_list_on_file_is_explained_with_its_rules(clearway: Command, desk: Desk) -> None:
    sample = desk.sample()
    await desk.declare(sample)
    await desk.release(sample.key)
    case = f"{sample.key.ebc_code}/{sample.key.order_no}"
    ended = await clearway("explain", case, "--lang", "en")
    assert (ended.code, ended.err) == (0, "")
    for told in ("✓ M18", "310.00 ≤ 5,000.00 single-transaction limit", "→ total:", "D0 + 45", "limits.annual"):
        assert told in ended.out
    as_json = (await clearway("explain", case, "--json")).json
    names = [chapter["name"] for chapter in as_json["chapters"]]
    assert names[:3] == ["identity", "matching", "limits"]
    assert {"quota", "guarantee", "tax", "deadlines"} <= set(names)
    assert as_json["rules_version"]
    tax = next(chapter for chapter in as_json["chapters"] if chapter["name"] == "tax")
    assert {"tax.quota_factor", "vat.standard"} <= {use["rule"] for use in tax["rules"]}
    assert sample.order.buyer_name not in ended.out
    assert sample.order.buyer_id_number not in ended.out


async def test_an_unknown_list_is_told_as_one(clearway: Command) -> None:
    ended = await clearway("explain", "3301960A01/NOBODY", "--json")
    assert (ended.code, ended.json["error"]["kind"]) == (3, "not_found")


@pytest.mark.parametrize(
    ("lang", "english", "chinese"), [("both", True, True), ("en", True, False), ("zh", False, True)]
)
def test_a_file_is_explained_in_the_language_asked_for(
    invoke: Invoke, judged: Path, lang: str, english: bool, chinese: bool
) -> None:
    done = invoke("explain", "--file", str(judged), "--lang", lang)
    assert done.exit_code == 0
    assert ("25,000.00 used + 310.00 = 25,310.00 ≤ 26,000.00 annual limit" in done.stdout) is english
    assert ("年度已用 25,000.00 ＋ 310.00 ＝ 25,310.00 ≤ 26,000.00 年度限值" in done.stdout) is chinese
    assert "财关税[2018]49" in done.stdout


def test_a_list_that_waits_for_documents_is_told_as_not_judged(invoke: Invoke, tmp_path: Path) -> None:
    view = CaseView(
        key=CaseKey(ebc_code="E", order_no="1"), profile="SEED", state=State.SUBMITTED, detail=Detail.DOCS_PENDING
    )
    (tmp_path / "view.json").write_text(view.model_dump_json(), encoding="utf-8")
    done = invoke("explain", "--file", str(tmp_path / "view.json"))
    assert done.exit_code == 0
    assert "Not judged yet" in done.stdout


@pytest.mark.parametrize(
    "content", ["", "garbage", "[]", '{"key": {"ebc_code": "E"}}', "[" * 100_000, "x" * 11_000_000]
)
def test_a_file_that_holds_no_list_is_refused_in_one_answer(invoke: Invoke, tmp_path: Path, content: str) -> None:
    (tmp_path / "view.json").write_text(content, encoding="utf-8")
    done = invoke("explain", "--file", str(tmp_path / "view.json"), "--json")
    assert done.exit_code == 2
    assert codes(json.loads(done.stdout)["error"]["problems"]) == ["E_UNREADABLE"]


def test_an_absent_file_is_told(invoke: Invoke, tmp_path: Path) -> None:
    assert invoke("explain", "--file", str(tmp_path / "none.json")).exit_code == 2


def test_a_list_or_a_file_is_asked_for_and_not_both(invoke: Invoke, judged: Path) -> None:
    assert invoke("explain").exit_code == 2
    assert invoke("explain", "E/1", "--file", str(judged)).exit_code == 2
