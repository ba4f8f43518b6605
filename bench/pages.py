"""The published run's tables for docs/benchmark.md: `python -m bench.pages` prints them, a section for each part."""

import sys
from typing import Any

from bench.parts import PARTS
from bench.results import published

MEASURE = "make bench ARGS='all --json docs/benchmark.json'"


def page(part: str) -> str:
    """When and where it was measured, then its tables; or how to measure it. Raises KeyError for no part."""
    wanted, found = PARTS[part], published().get(part)
    head = f"### {part.capitalize()}, measured\n\n"
    if found is None:
        return f"{head}Not in the published run: `{MEASURE}` measures it, `make docs` shows it here.\n"
    measured = wanted.kind.model_validate(found)
    tables = "\n".join(sheet.markdown() for sheet in wanted.sheets(measured))
    return f"{head}{_about(found['settings'])}\n\n{tables}"


def _about(settings: dict[str, Any]) -> str:
    """The machine and the versions, in a sentence."""
    words = dict(settings)
    cores, kind, python = words.pop("cores"), words.pop("machine"), words.pop("python")
    day, system = words.pop("day"), words.pop("system")
    versions = ", ".join(f"{name} {value}" for name, value in words.items() if isinstance(value, str))
    return f"{day}; {cores} {kind} cores, {system}, Python {python}" + (f", {versions}." if versions else ".")


if __name__ == "__main__":
    sys.stdout.write("\n".join(page(part) for part in PARTS))
