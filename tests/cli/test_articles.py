"""`clearway articles` against a running service: JSON in and out, exit codes, and never a traceback."""

import json
from pathlib import Path
from typing import Any

import pytest

from clearway.contracts.articles import Approval, ArticlesDecision, ArticlesList, ArticlesState, ArticlesView
from tests.articles_desk import ArticlesCounter, approval, corrected, key_of, line, medicine, parcel
from tests.cli.conftest import SAMPLES, Command, codes
from tests.desk import Desk


@pytest.fixture
def counter(desk: Desk) -> ArticlesCounter:
    """The desk, for articles."""
    return ArticlesCounter(desk)


def saved(folder: Path, paper: Any) -> str:
    """A paper as a file."""
    file = folder / "paper.json"
    file.write_text(paper.model_dump_json(), encoding="utf-8")
    return str(file)


async def test_a_parcel_goes_its_way_by_commands(clearway: Command, counter: ArticlesCounter, tmp_path: Path) -> None:
    articles = parcel(medicine(value="385.00"))
    key = f"{articles.declarant_code}/{articles.list_no}"
    submitted = await clearway("articles", "submit", saved(tmp_path, articles), "--json")
    assert (submitted.code, submitted.json["accepted"], submitted.json["state"]) == (1, True, "approval_pending")
    assert codes(submitted.json["problems"]) == ["E_APPROVAL_MISSING"]
    approved = await clearway("articles", "approve", key, saved(tmp_path, approval(articles)), "--json")
    assert (approved.code, approved.json["state"], approved.json["problems"]) == (0, "submitted", [])
    await counter.decide(key_of(articles), ArticlesDecision.REVIEWED, ArticlesDecision.RELEASED)
    await counter.ended(key_of(articles))
    shown = await clearway("articles", "show", f"articles-list/{key}", "--json")
    view = ArticlesView.model_validate(shown.json)
    assert (shown.code, view.state, str(view.paid_amount)) == (0, ArticlesState.RELEASED, "50.05")
    told = await clearway("articles", "show", key, "--lang", "en")
    for part in ("[released]", "✓ approval_pending → ", "tax paid: 50.05 CNY", "0.13", "REVIEWED"):
        assert part in told.out


async def test_what_becomes_of_a_parcel_over_the_limit_is_chosen_by_command(
    clearway: Command, counter: ArticlesCounter, tmp_path: Path
) -> None:
    articles = parcel(line(value="2000.01"))
    key = f"{articles.declarant_code}/{articles.list_no}"
    over = await clearway("articles", "submit", saved(tmp_path, articles))
    assert over.code == 1
    assert "E_OVER_LIMIT" in over.out
    who = ("--actor", "operator-7", "--reason", "the buyer chose")
    refused = await clearway("articles", "dispose", key, "ABANDONED", *who, "--json")
    assert (refused.code, refused.json["error"]["kind"]) == (1, "refused")
    assert codes(refused.json["error"]["problems"]) == ["E_DISPOSITION"]
    chosen = await clearway("articles", "dispose", key, "TO_GOODS", *who, "--json")
    assert (chosen.code, chosen.json["state"]) == (0, "to_goods")
    await counter.ended(key_of(articles))
    late = await clearway("articles", "submit", saved(tmp_path, corrected(articles)), "--json")
    assert (late.code, codes(late.json["error"]["problems"])) == (1, ["E_ALREADY_ENDED"])


async def test_a_list_that_nobody_knows_is_not_found(clearway: Command) -> None:
    ended = await clearway("articles", "show", "3301960L01/nobody", "--json")
    assert (ended.code, codes(ended.json["error"]["problems"])) == (3, ["E_NOT_FOUND"])


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"{", ["E_NOT_JSON"]),
        (b"\xff", ["E_NOT_JSON"]),
        (b"[" * 100_000, ["E_NOT_JSON"]),
        (b"{}", ["E_FIELD"]),
        (b"x" * (5 * 1024 * 1024 + 1), ["E_NOT_JSON"]),
        (None, ["E_UNREADABLE"]),
    ],
    ids=["cut", "no UTF-8", "too deep", "empty", "too large", "no file"],
)
def test_a_file_that_holds_no_list_is_bad_input(
    invoke: Any, tmp_path: Path, content: bytes | None, told: list[str]
) -> None:
    file = tmp_path / "list.json"
    if content is not None:
        file.write_bytes(content)
    ended = invoke("articles", "submit", str(file), "--json", "--address", "127.0.0.1:1")
    assert ended.exit_code == 2
    assert codes(json.loads(ended.stdout)["error"]["problems"]) == told


def test_a_faulty_field_is_named_without_its_value(invoke: Any, tmp_path: Path) -> None:
    file = tmp_path / "list.json"
    text = (SAMPLES / "articles_list.json").read_text(encoding="utf-8")
    file.write_text(text.replace('"300.00"', '"-301.55"').replace('"张三"', '""'), encoding="utf-8")
    ended = invoke("articles", "submit", str(file), "--lang", "en", "--address", "127.0.0.1:1")
    assert ended.exit_code == 2
    for part in ("lines[0].value", "individual_name"):
        assert part in ended.stderr
    assert "301.55" not in ended.stderr


def test_a_key_without_a_number_is_bad_usage(invoke: Any) -> None:
    ended = invoke("articles", "show", "3301960L01")
    assert ended.exit_code == 2
    assert "DECLARANT/NUMBER" in ended.stderr


def test_the_sample_files_are_what_the_docs_say_they_are() -> None:
    sample = ArticlesList.model_validate_json((SAMPLES / "articles_list.json").read_bytes())
    paper = Approval.model_validate_json((SAMPLES / "approval.json").read_bytes())
    assert [each.controlled_as for each in sample.lines] == [None, paper.controlled_as]
    assert paper.holder_id_number == sample.individual_id_number
