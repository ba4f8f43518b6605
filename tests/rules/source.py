"""The syntax trees of the rules and of the ledgers, for tests about the code itself."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).parents[2]
RULES = ROOT / "clearway" / "rules"
LEDGERS = ROOT / "models" / "ledger"

T = TypeVar("T")


def trees(folder: Path = RULES) -> Iterator[tuple[Path, ast.Module]]:
    """Every module below a folder."""
    for path in sorted(folder.rglob("*.py")):
        yield path, ast.parse(path.read_text(encoding="utf-8"))


def nodes(folder: Path = RULES) -> Iterator[tuple[Path, ast.AST]]:
    """Every node of every module below a folder."""
    for path, tree in trees(folder):
        for node in ast.walk(tree):
            yield path, node


def constants(kind: type[T]) -> list[T]:
    """Every literal of one type in the rules."""
    return [node.value for _, node in nodes() if isinstance(node, ast.Constant) and isinstance(node.value, kind)]
