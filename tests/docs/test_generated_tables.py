"""The pages made from the code are current, complete, and their queries are understood by the server."""

import re
from collections.abc import Mapping
from typing import Any

import pytest
from temporalio.client import Client

from clearway.contracts.articles import ArticlesState
from clearway.contracts.states import State
from clearway.rules.parameters import parameters
from clearway.rules.series import Series
from deploy.generated import BLOCK
from docs.generate import ARTICLES_STATES, EFFECTS, STATES, STATUSES, TABLES
from models import return_status
from models.return_status import Effect
from tests.architecture.sources import ROOT

NAMES = ("lifecycle", "control", "returns", "reports", "articles", "rules", "search-attributes")
PAGES = {name: (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8") for name in NAMES}
BLOCKS = {found["name"]: found for page in PAGES.values() for found in BLOCK.finditer(page)}
QUERIES = re.findall(r"^\|[^|]+\| `([^`]+)`", PAGES["search-attributes"].partition("## Queries")[2], re.MULTILINE)


@pytest.mark.parametrize("table", TABLES)
def test_a_table_in_the_docs_is_what_the_code_says_today(table: str) -> None:
    found = BLOCKS[table]
    assert found["command"] == f"docs.generate {table}"
    today = found["begin"] + TABLES[table]() + found["end"]
    assert found[0] == today, f"docs: {table} is stale; write it anew: make docs"


def test_every_state_effect_and_status_is_explained() -> None:
    assert set(STATES) == set(State)
    assert set(ARTICLES_STATES) == set(ArticlesState)
    assert set(EFFECTS) == set(Effect)
    assert {status for status in return_status.EFFECTS if not status.startswith("-")} == set(STATUSES)


def test_every_rule_is_on_its_page() -> None:
    known = parameters()
    several: list[Mapping[str, Series[Any]]] = [known.numbers, known.texts, *known.tables.values()]
    assert [each.rule for one in several for each in one.values() if f"| `{each.rule}` |" not in PAGES["rules"]] == []


def test_there_are_queries() -> None:
    assert len(QUERIES) >= 4


@pytest.mark.parametrize("query", QUERIES)
async def test_a_query_of_the_docs_is_understood_by_the_server(temporal: Client, query: str) -> None:
    await temporal.count_workflows(query)
