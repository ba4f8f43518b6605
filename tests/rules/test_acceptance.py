"""Every acceptance example of the rulebook has its law case or its test, and the index of them misses none."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.rules.law_cases import HERE, law

ROOT = HERE.parents[1]
INDEX: dict[str, dict[str, Any]] = law("acceptance.yaml")
RULEBOOK = ROOT.parent / "shared" / "rules" / "RULEBOOK.md"

EXAMPLES = {
    "B.0.1": r"^\| \d{4}-\d\d-\d\d ",
    "B.1": r"^\d+\. ",
    "B.2": r"^\d+\. ",
    "B.3": r"^\d+\. ",
    "B.4": r"^\d+\. ",
    "B.5": r"^\d+\. ",
    "B.8": r"^\d+\. ",
    "B.9.1": r"^\| T\d+ ",
    "B.9.2": r"FIFO order|within 60 days|80 %|`GUARANTEE_CALLED`",
    "B.9.3": r"^\d+\. ",
    "B.9.4": r" × \d+",
    "B.9.5": r"(?:^|\. )(?=Release|Guarantee)",
    "B.9.6": r"(?:^|[;.] )\d[\d.]* [×→]",
    "B.12": r"\bok\b|\bblocked\b|`APPROVAL_PENDING`",
    "B.17": r"→ ",
}
"""How a section of the rulebook marks one example of its acceptance text."""

ACCEPTANCE = re.compile(r"^(?:\*\*Acceptance\.?\*\*|Checks:)", re.MULTILINE)
FIGURE = re.compile(r"\d{4}-\d\d-\d\d|(?<![\w.])\d[\d,]*\.\d\d(?![\d%])")


def section_of(example: str) -> str:
    """The section of an id: everything before its last part."""
    return example.rpartition(".")[0]


def named_tests(entry: dict[str, Any]) -> list[str]:
    """The tests that an entry names."""
    named = entry.get("test", [])
    return [named] if isinstance(named, str) else named


def marks_in(content: object) -> Iterator[str]:
    """The ids that the law cases of a file name."""
    if isinstance(content, dict):
        named = content.get("acceptance", [])
        yield from [named] if isinstance(named, str) else named
        for each in content.values():
            yield from marks_in(each)
    elif isinstance(content, list):
        for each in content:
            yield from marks_in(each)


@cache
def marked() -> dict[str, list[Path]]:
    """The files whose law cases name an example, by its id."""
    found: dict[str, list[Path]] = defaultdict(list)
    for path in sorted((ROOT / "tests").rglob("*.yaml")):
        for example in marks_in(yaml.safe_load(path.read_text(encoding="utf-8"))):
            found[example].append(path)
    return found


@cache
def functions_in(path: Path) -> frozenset[str]:
    """The names of the test functions of a module."""
    tree = ast.parse(path.read_text(encoding="utf-8")) if path.exists() else ast.Module([], [])
    return frozenset(
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    )


@cache
def rulebook() -> dict[str, str]:
    """The acceptance text of each section, where the rulebook is at hand."""
    if not RULEBOOK.exists():
        pytest.skip(f"the rulebook is not at hand: {RULEBOOK.name} of the shared folder")
    parts = re.split(r"^#{2,3} (?=B\.)", RULEBOOK.read_text(encoding="utf-8"), flags=re.MULTILINE)
    sections = {part.partition(" ")[0]: part for part in parts}
    return {name: acceptance_of(name, sections[name]) for name in EXAMPLES}


def acceptance_of(name: str, section: str) -> str:
    """What a section gives as examples: the text after "Acceptance" or "Checks", else all of it."""
    if name in {"B.0.1", "B.9.2", "B.9.3"}:
        return section
    if name == "B.9.4":
        return section.strip().splitlines()[-1]
    begun = ACCEPTANCE.search(section)
    assert begun is not None, name
    text = section[begun.end() :].lstrip(" .:")
    return text if text.startswith("\n") else text.partition("\n\n")[0].partition("\n#")[0].strip()


@pytest.mark.parametrize("example", INDEX)
def test_an_example_has_its_law_case_or_its_test(example: str) -> None:
    shown = [*marked().get(example, []), *named_tests(INDEX[example])]
    assert shown, f"nothing shows {example}: {INDEX[example]['says']}"


def test_the_tests_that_show_examples_exist() -> None:
    named = [test for entry in INDEX.values() for test in named_tests(entry)]
    assert named
    missing = [test for test in named if test.partition("::")[2] not in functions_in(ROOT / test.partition("::")[0])]
    assert missing == []


def test_no_law_case_names_an_example_that_is_not_in_the_index() -> None:
    assert marked().keys() - INDEX.keys() == set()


def test_the_law_cases_that_show_examples_are_read_by_a_test() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("*.py"))
    unread = {path.name for paths in marked().values() for path in paths if f'{path.name}"' not in source}
    assert unread == set()


@pytest.mark.parametrize("section", EXAMPLES)
def test_the_index_has_every_example_of_a_section(section: str) -> None:
    text = rulebook()[section]
    examples = [name for name in INDEX if section_of(name) == section and ".F" not in name]
    assert len(examples) == len(re.findall(EXAMPLES[section], text, re.MULTILINE))
    prefix = "T" if section == "B.9.1" else ""
    assert examples == [f"{section}.{prefix}{number}" for number in range(1, len(examples) + 1)]


@pytest.mark.parametrize("section", EXAMPLES)
def test_the_index_has_every_figure_of_an_example(section: str) -> None:
    lines = rulebook()[section].splitlines()
    examples = "\n".join(line for line in lines if re.search(EXAMPLES[section], line))
    told = set(FIGURE.findall(" ".join(INDEX[name]["says"] for name in INDEX if section_of(name) == section)))
    assert set(FIGURE.findall(examples)) - told == set()


def test_every_section_of_the_index_is_compared() -> None:
    assert {section_of(name) for name in INDEX} == set(EXAMPLES)
