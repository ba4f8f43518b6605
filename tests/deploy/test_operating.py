"""The operating page names every alarm, and its filters are such as the server takes."""

import ast
import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from temporalio.client import Client

from clearway.contracts.facts import PaymentOutcome
from clearway.contracts.names import SEARCH_ATTRIBUTES
from clearway.rules.alarms import DAYS
from deploy.settings import table

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
PACK = re.findall(r"^\| [^|]+ \| `([^`]+)` \| \[open\]\(([^)]+)\) \|$", PAGE, re.MULTILINE)
FILTERS = [query for query, _ in PACK]
OUTCOMES_WITH_ALARM = {PaymentOutcome.BILL_MISSING, PaymentOutcome.REFUSED}


def _raised(path: Path) -> set[str]:
    """Every alarm that a module raises by name."""
    calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    raising = [call for call in calls if ast.unparse(call.func).endswith("raise_alarm")]
    constants = [node for call in raising for node in ast.walk(call) if isinstance(node, ast.Constant)]
    return {str(constant.value) for constant in constants}


def test_every_alarm_is_explained_and_no_other() -> None:
    raised = {
        alarm for folder in ("models", "workflows") for path in (ROOT / folder).rglob("*.py") for alarm in _raised(path)
    }
    assert len(raised) > 5
    table = PAGE[PAGE.index("## Alarms") : PAGE.index("## Notices")]
    rows = re.findall(r"^\| (`[A-Z_0-9`, ]+`) \|", table, re.MULTILINE)
    explained = {alarm for row in rows for alarm in re.findall(r"[A-Z_0-9]+", row)}
    assert explained == raised | OUTCOMES_WITH_ALARM | {*DAYS.values()}


def test_every_setting_is_in_the_table() -> None:
    assert f"(python -m deploy.settings) -->\n{table()}<!-- settings: end -->" in PAGE, "`make docs` writes it anew"


def test_the_page_has_a_pack_of_filters_with_links() -> None:
    assert len(PACK) >= 20
    for query, link in PACK:
        address = urlsplit(link)
        assert (address.netloc, address.path) == ("localhost:8233", "/namespaces/default/workflows")
        assert parse_qs(address.query) == {"query": [query]}


@pytest.mark.parametrize("query", FILTERS)
async def test_the_server_takes_every_filter(temporal: Client, query: str) -> None:
    assert (await temporal.count_workflows(query)).count >= 0


def test_filters_use_our_attributes() -> None:
    ours = {attribute.name for attribute in SEARCH_ATTRIBUTES}
    used = {name for query in FILTERS for name in re.findall(r"\b([A-Z][A-Za-z]+)\b(?=\s*(?:[=<>]|IN|IS))", query)}
    assert used - {"ExecutionStatus", "WorkflowType"} <= ours
    assert len(used & ours) >= 6
