"""docs/tax-collection.md keeps up: its commands and options exist, its numbers are those of the code."""

import re
from typing import Any

import pytest
from typer.main import get_command

from models.collection.__main__ import app
from models.collection.drawing import DRAWN_AT_ONCE
from models.collection.settling import SETTLED_AT_ONCE
from tests.architecture.sources import ROOT

PAGE = (ROOT / "docs" / "tax-collection.md").read_text(encoding="utf-8")
SECTION = PAGE.partition("## Commands")[2].partition("\n## ")[0]
TOLD = dict(re.findall(r"^\| `([a-z]+)([^`]*)` \|", SECTION, re.MULTILINE))
WHOLE: Any = get_command(app)


def test_every_command_is_on_the_page_and_no_other() -> None:
    assert set(TOLD) == set(WHOLE.commands)


@pytest.mark.parametrize("name", WHOLE.commands)
def test_the_options_of_a_command_are_told(name: str) -> None:
    options = {option for each in WHOLE.commands[name].params for option in each.opts}
    assert set(re.findall(r"--[a-z-]+", TOLD[name])) == options - {"--json"}


def test_the_page_has_the_numbers_of_the_code() -> None:
    assert f"{DRAWN_AT_ONCE:,} lists to a batch" in PAGE
    assert f"{SETTLED_AT_ONCE} lists in a transaction" in PAGE
