"""The pages codes and reasons say what the code says today, and name every table and every code."""

import re

import pytest

from clearway.messages.codes import TABLES
from clearway.messages.reasons import every_meaning
from deploy.generated import BLOCK
from docs.catalogues import BLOCKS, main
from tests.architecture.sources import ROOT

PAGES = {name: (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8") for name in ("codes", "reasons")}
FOUND = {found["name"]: found for page in PAGES.values() for found in BLOCK.finditer(page)}


@pytest.mark.parametrize("name", BLOCKS)
def test_a_block_is_what_the_code_says_today(name: str) -> None:
    found = FOUND[name]
    assert found["command"] == f"docs.catalogues {name}"
    assert found[0] == found["begin"] + BLOCKS[name]() + found["end"], f"docs: {name} is stale: make docs"


def test_every_table_and_every_code_is_on_its_page() -> None:
    assert [name for name in TABLES if f"| `{name}` |" not in PAGES["codes"]] == []
    assert {each.code for each in every_meaning()} <= set(re.findall(r"^\| `([^`]+)`", PAGES["reasons"], re.MULTILINE))
    assert len(re.findall(r"^\| `", PAGES["reasons"], re.MULTILINE)) == len(every_meaning())


def test_an_unknown_block_is_bad_usage(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.argv", ["docs.catalogues", "nothing"])
    assert main() == 2
    assert "reasons" in capsys.readouterr().err
