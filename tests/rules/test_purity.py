"""The rules know no binary fractions and no clock (DESIGN laws 3 and 4)."""

import ast

from tests.rules.source import constants, nodes


def test_the_rules_are_found() -> None:
    assert len({path for path, _ in nodes()}) > 15


def test_no_module_writes_a_float() -> None:
    assert constants(float) == []


def test_no_module_names_float() -> None:
    named = [(path.name, node.lineno) for path, node in nodes() if isinstance(node, ast.Name) and node.id == "float"]
    assert named == []


def test_no_module_asks_the_clock() -> None:
    asked = [
        (path.name, node.lineno)
        for path, node in nodes()
        if isinstance(node, ast.Attribute)
        and node.attr in {"now", "utcnow", "today", "time_ns"}
        and isinstance(node.value, ast.Name)
        and node.value.id in {"datetime", "date", "time"}
    ]
    assert asked == []
