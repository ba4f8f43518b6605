"""Laws of the house that hold for every module: exact numbers, an empty package of workflows, modules of a page or two.

Which folder may import which is checked by import-linter's contracts in `make check`, not here.
"""

import ast
from collections import Counter
from collections.abc import Iterator
from statistics import median

import pytest

from clearway.contracts.names import SEARCH_ATTRIBUTES
from tests.architecture.sources import ROOT, Module, Sources
from workflows.search_attributes import KEYS

SOURCES = Sources()
EXACT = ("models", "activities", "workflows")
"""Where amounts are kept and passed on; the rules have a test of their own."""
PACKAGES = ("clearway", "workflows", "activities", "models", "connectors", "gateway", "simulator", "workers")
MOST_LINES = 500
MEDIAN_LINES = 120


def _floats(module: Module) -> Iterator[str]:
    """Where a binary fraction is written or named."""
    for node in ast.walk(module.tree):
        literal = isinstance(node, ast.Constant) and isinstance(node.value, float)
        if literal or (isinstance(node, ast.Name) and node.id == "float"):
            yield f"{module.name}: line {getattr(node, 'lineno', '?')}: {ast.unparse(node)}"


@pytest.mark.parametrize("package", EXACT)
def test_no_binary_fraction_is_written_where_amounts_are_kept(package: str) -> None:
    modules = SOURCES.modules_in(package)
    assert modules
    assert [each for module in modules for each in _floats(module)] == []


@pytest.mark.parametrize("text", ["RATE = 0.7", "def share(part: float) -> None: ...", "total = float('1.1') * 3"])
def test_a_binary_fraction_would_be_found(text: str) -> None:
    assert len(list(_floats(Module("planted", ast.parse(text))))) == 1


def test_no_thread_of_an_activity_is_interrupted_for_it_may_hold_a_lock_or_a_connection() -> None:
    decorators = [
        (module.name, node.name, ast.unparse(decorator))
        for module in SOURCES.modules_in("activities")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef)
        for decorator in node.decorator_list
        if "activity.defn" in ast.unparse(decorator)
    ]
    assert len(decorators) > 20
    assert [each for each in decorators if "no_thread_cancel_exception=True" not in each[2]] == []


def test_the_package_of_workflows_is_empty_because_the_sandbox_runs_it_again_and_again() -> None:
    assert (ROOT / "workflows" / "__init__.py").read_text(encoding="utf-8") == ""


def test_modules_are_short() -> None:
    sizes = {
        path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for folder in PACKAGES
        for path in (ROOT / folder).rglob("*.py")
        if path.name != "__init__.py"
    }
    assert len(sizes) > len(PACKAGES)
    assert {name: size for name, size in sizes.items() if size > MOST_LINES} == {}
    assert median(sizes.values()) <= MEDIAN_LINES


def test_search_attributes_fit_a_server_on_sql() -> None:
    kinds = Counter(attribute.kind for attribute in SEARCH_ATTRIBUTES)
    assert kinds.pop("Keyword") <= 10
    assert all(count <= 3 for count in kinds.values()), kinds
    names = [attribute.name for attribute in SEARCH_ATTRIBUTES]
    assert len(set(names)) == len(names)
    assert "Status" not in names


def test_every_search_attribute_has_its_typed_key() -> None:
    assert {name: key.name for name, key in KEYS.items()} == {each.name: each.name for each in SEARCH_ATTRIBUTES}
    assert {name: key.indexed_value_type.name for name, key in KEYS.items()} == {
        each.name: {"Keyword": "KEYWORD", "KeywordList": "KEYWORD_LIST", "Datetime": "DATETIME"}[each.kind]
        for each in SEARCH_ATTRIBUTES
    }
