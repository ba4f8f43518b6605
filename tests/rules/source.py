"""The syntax trees of the rules, for tests about the code itself."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import clearway.rules

T = TypeVar("T")


def nodes() -> Iterator[tuple[Path, ast.AST]]:
    """Every node of every module of the rules."""
    (root,) = map(Path, clearway.rules.__path__)
    for path in sorted(root.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            yield path, node


def constants(kind: type[T]) -> list[T]:
    """Every literal of one type."""
    return [node.value for _, node in nodes() if isinstance(node, ast.Constant) and isinstance(node.value, kind)]
