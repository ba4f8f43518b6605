"""The rules and the ledgers know no binary fractions and no clock (DESIGN laws 3 and 4)."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rules.source import LEDGERS, RULES, nodes, trees

EXACT = frozenset({"ceil", "comb", "factorial", "floor", "gcd", "isqrt", "lcm", "perm", "prod", "trunc"})
"""What the module math gives back as whole numbers, or as what it was given."""
FLOATING = frozenset({"float", "Float", "Double", "total_seconds", "timestamp"})
"""Names and methods that stand for binary fractions or give them back."""


def binary_fractions(tree: ast.AST) -> Iterator[str]:
    """Every place of a module that writes, names or asks for a float."""
    math = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
        if alias.name in {"math", "cmath"}
    }
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=float() | complex()):
                yield f"{node.lineno}: {node.value!r}"
            case ast.Name(id=name) | ast.alias(name=name) if name in FLOATING:
                yield f"{node.lineno}: {name}"
            case ast.Attribute(attr=name) if name in FLOATING:
                yield f"{node.lineno}: .{name}"
            case ast.Attribute(value=ast.Name(id=module), attr=name) if module in math and name not in EXACT:
                yield f"{node.lineno}: {module}.{name}"
            case ast.ImportFrom(module="math" | "cmath" | "random" | "statistics" as module, names=names):
                yield from (f"{node.lineno}: {module}.{each.name}" for each in names if each.name not in EXACT)


@pytest.mark.parametrize("folder", [RULES, LEDGERS], ids=lambda folder: folder.name)
def test_no_module_knows_binary_fractions(folder: Path) -> None:
    found = {path.name: list(binary_fractions(tree)) for path, tree in trees(folder)}
    assert found, f"nothing to look at in {folder.name}"
    assert {name: places for name, places in found.items() if places} == {}


def test_the_rules_are_found() -> None:
    assert len({path for path, _ in nodes()}) > 15


@pytest.mark.parametrize(
    "source",
    [
        "x = 0.7",
        "x = 1e3",
        "x = 1j",
        "x = float('1')",
        "def f(x: float) -> None: ...",
        "x: dict[str, float] = {}",
        "x = isinstance(1, (int, float))",
        "import math\nx = math.sqrt(2)",
        "import math as m\nx = m.log(2)",
        "from math import sqrt",
        "from random import random",
        "from sqlalchemy import Float",
        "import sqlalchemy\nx = sqlalchemy.Float()",
        "x = (a - b).total_seconds()",
    ],
)
def test_a_binary_fraction_would_be_found(source: str) -> None:
    assert list(binary_fractions(ast.parse(source)))


@pytest.mark.parametrize(
    "source",
    ["x = 7 / 2", "x = Decimal('0.7')", "from math import floor", "import math\nx = math.ceil(y)", "x = 'float'"],
)
def test_whole_and_decimal_numbers_are_not_taken_for_them(source: str) -> None:
    assert list(binary_fractions(ast.parse(source))) == []


@pytest.mark.parametrize("folder", [RULES, LEDGERS], ids=lambda folder: folder.name)
def test_no_module_asks_the_clock(folder: Path) -> None:
    asked = [
        (path.name, node.lineno)
        for path, node in nodes(folder)
        if path.parent.name != "commands"  # where a person acts, it is the person's clock
        and isinstance(node, ast.Attribute)
        and node.attr in {"now", "utcnow", "today", "time_ns"}
        and isinstance(node.value, ast.Name)
        and node.value.id in {"datetime", "date", "time"}
    ]
    assert asked == []
