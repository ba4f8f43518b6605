"""docs/ledger.md keeps up with the command: every command is told, and what is told can be run."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from typer.main import get_command

from models.ledger.__main__ import app
from models.ledger.guarantee_standing import Form, Why
from models.registry import Registry
from tests.architecture.sources import ROOT

PAGE = (ROOT / "docs" / "ledger.md").read_text(encoding="utf-8")


def every_command() -> Iterator[tuple[str, set[str]]]:
    """Each command's words and its options."""
    whole: Any = get_command(app)
    for name, command in whole.commands.items():
        for sub, one in getattr(command, "commands", {"": command}).items():
            yield f"{name} {sub}".strip(), {option for each in one.params for option in each.opts}


COMMANDS = dict(every_command())
SECTION = PAGE.partition("## Commands")[2].partition("\n## ")[0]
TOLD = {row[0]: row[1] for row in re.findall(r"^\| `([a-z]+(?: [a-z-]+)?)([^`]*)` \|", SECTION, re.MULTILINE)}


def test_every_command_is_on_the_page_and_no_other() -> None:
    assert set(TOLD) == set(COMMANDS)


@pytest.mark.parametrize("words", COMMANDS)
def test_the_options_that_the_page_tells_exist(words: str) -> None:
    assert set(re.findall(r"--[a-z-]+", TOLD[words])) <= COMMANDS[words]


@pytest.mark.parametrize("why", Why)
def test_every_reason_of_waiting_is_told(why: Why) -> None:
    assert f"| `{why}` |" in PAGE


@pytest.mark.parametrize("form", Form)
def test_every_form_is_told(form: Form) -> None:
    assert form in PAGE


def test_the_registry_of_the_page_can_be_loaded() -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    (one,) = Registry.model_validate({"enterprises": [], **yaml.safe_load(example)}).guarantees
    assert one.guarantor == "3301960A01"
