"""docs/integrating.md and its Chinese twin tell the same, their code runs, and their codes and messages exist."""

import glob
import re
import shlex
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from clearway.cli import app
from clearway.cli.outcomes import Exit
from clearway.contracts.base import SHANGHAI
from clearway.contracts.inbox import Standing
from clearway.messages.codes import rows
from clearway.messages.fields import wire_fields
from clearway.messages.forms import FORM_BY_TYPE, FORMS
from clearway.messages.message import Subscriber, Transfer
from clearway.messages.reasons import meanings_of
from connectors.payment_data.settings import PaymentDataSettings
from connectors.settings import PlatformSettings
from gateway.app import create_app
from gateway.settings import GatewaySettings
from models.database import Database
from tests.architecture.sources import ROOT

PAGES = {name: (ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("integrating.md", "integrating.zh.md")}
ENGLISH, CHINESE = PAGES.values()
NO_FIELDS = {"SenderId", "CopMsgId", "BaseTransfer", "DxpMsg", "DxpRep", "XmlSigner", "KeyPool"}
"""Of the envelope, or of ours."""
PAYMENT_DATA = {"openReq", "sessionID", "serviceTime", "payExInfoStr", "payExchangeInfoHead", "payExchangeInfoLists"}


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL)


def prose(page: str) -> str:
    return re.sub(r"```.*?```", "", page, flags=re.DOTALL)


def tables(page: str) -> list[list[list[str]]]:
    """Every table: its rows, each with the code words of its cells."""
    found = re.findall(r"(?:^\|.*\n)+", prose(page), re.MULTILINE)
    return [[sorted(re.findall(r"`[^`]+`|[−\d]\d{2,}", row)) for row in table.splitlines()] for table in found]


def test_both_pages_have_the_same_sections_tables_and_rows() -> None:
    assert [heading[:4] for heading in re.findall(r"^## .*", ENGLISH, re.MULTILINE)] == [
        heading[:4] for heading in re.findall(r"^## .*", CHINESE, re.MULTILINE)
    ]
    assert [len(table) for table in tables(ENGLISH)] == [len(table) for table in tables(CHINESE)]
    for ours, theirs in zip(tables(ENGLISH), tables(CHINESE), strict=True):
        assert ours == theirs


def test_both_pages_name_the_same_fields_messages_and_places() -> None:
    def told(page: str) -> tuple[set[str], set[str], set[str]]:
        text = prose(page)
        links = set(re.findall(r"\]\(([^)]+)\)", text)) - {*PAGES}
        return set(re.findall(r"`([^`]+)`", text)), set(re.findall(r"\bCEB\d{3}\b", text)), links

    assert told(ENGLISH) == told(CHINESE)


def test_both_pages_have_the_same_code_but_for_its_comments() -> None:
    for language in ("python", "console"):
        ours, theirs = (
            [re.sub(r"  # .*|remedy_(en|zh)", "", block) for block in blocks(page, language)]
            for page in (ENGLISH, CHINESE)
        )
        assert ours == theirs


@pytest.mark.parametrize("name", PAGES)
def test_the_code_of_the_page_runs(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for block in blocks(PAGES[name], "python"):
        exec(compile(block, name, "exec"), {})
    assert (tmp_path / "waybill-out.xml").exists()


@pytest.mark.parametrize("name", PAGES)
def test_the_commands_of_the_page_work(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "password.txt").write_text("correct horse battery staple", encoding="utf-8")
    exec(compile(blocks(PAGES[name], "python")[0], name, "exec"), {})
    commands = [line[2:] for block in blocks(PAGES[name], "console") for line in block.splitlines()]
    ran = 0
    for command in commands:
        words = [found for word in shlex.split(command) for found in glob.glob(word) or [word]]
        assert words[0] == "clearway"
        nobody = ["--gateway", "http://127.0.0.1:9"] if words[1] == "inbox" else []
        result = CliRunner().invoke(app, [*words[1:], *nobody])
        assert result.exit_code == (Exit.UNAVAILABLE if nobody else Exit.DONE), f"{command}: {result.output}"
        ran += 1
    assert ran >= 10


@pytest.mark.parametrize("name", PAGES)
def test_every_setting_and_state_of_the_page_exists(name: str) -> None:
    settings = {f"CLEARWAY_{field}".upper() for field in PlatformSettings.model_fields}
    settings |= {f"CLEARWAY_GATEWAY_{field}".upper() for field in GatewaySettings.model_fields}
    settings |= {f"CLEARWAY_PAYMENT_DATA_{field}".upper() for field in PaymentDataSettings.model_fields}
    assert set(re.findall(r"CLEARWAY_[A-Z_]+", PAGES[name])) <= settings
    inbox = PAGES[name].partition("\n## 10.")[2].partition("\n## ")[0]
    assert re.findall(r"^\| `(\w+)` \|", inbox, re.MULTILINE) == [str(state) for state in Standing]


@pytest.mark.parametrize("name", PAGES)
def test_every_door_of_the_page_exists(name: str) -> None:
    nobody: Any = None
    gateway = create_app(
        Database("sqlite://"), nobody, GatewaySettings(), lambda: datetime(2026, 3, 10, tzinfo=SHANGHAI)
    )
    known = {f"{method.upper()} {path}" for path, each in gateway.openapi()["paths"].items() for method in each}
    doors = set(re.findall(r"`((?:GET|POST) /[\w/-]+)`", PAGES[name]))
    assert len(doors) >= 6
    assert doors - known == set()


@pytest.mark.parametrize("name", PAGES)
def test_every_message_and_element_of_the_page_exists(name: str) -> None:
    assert set(re.findall(r"\bCEB\d{3}\b", PAGES[name])) <= set(FORM_BY_TYPE)
    models: list[Any] = [Transfer, Subscriber, *(form.model for form in FORMS)]
    models += [form.line_model for form in FORMS if form.line_model]
    elements = {element for model in models for element in wire_fields(model)}
    camel = {word for word in re.findall(r"`([a-zA-Z]+)`", prose(PAGES[name])) if re.search(r"[a-z][A-Z]", word)}
    assert camel - elements - NO_FIELDS - PAYMENT_DATA == set()


@pytest.mark.parametrize("name", PAGES)
def test_every_status_is_told_and_every_error_is_known(name: str) -> None:
    section = PAGES[name].partition("\n## 8.")[2]
    statuses, _, errors = section.partition("\n## 9.")
    first = re.findall(r"^\| ([\d, 、]+) \|", statuses, re.MULTILINE)
    assert {code for cell in first for code in re.findall(r"\d+", cell)} | {"18", "23"} == set(rows("return_statuses"))
    known = re.findall(r"−(\d{6})", errors.partition("1322")[0].rpartition("|---|---|---|")[2])
    assert known
    assert [code for code in known if not meanings_of(f"-{code}")] == []


def test_the_page_of_the_messages_leads_to_both() -> None:
    page = (ROOT / "docs" / "messages.md").read_text(encoding="utf-8")
    assert "](integrating.md)" in page
    assert "](integrating.zh.md)" in page
