"""The published run's tables for docs/benchmark.md: `python -m bench.pages PART` prints those of one part."""

import sys
from typing import Any

from bench.parts import PARTS
from bench.results import published

MEASURE = "make bench ARGS='all --json docs/benchmark.json'"


def page(part: str) -> str:
    """Where and when it was measured, then its tables; or how to measure it. Raises KeyError for no part."""
    wanted, found = PARTS[part], published().get(part)
    if found is None:
        return f"Not in the published run: `{MEASURE}` measures it, `make docs` shows it here.\n"
    measured = wanted.kind.model_validate(found)
    tables = "\n".join(sheet.markdown() for sheet in wanted.sheets(measured))
    return f"{_about(found['settings'])}\n\n{tables}"


def _about(settings: dict[str, Any]) -> str:
    """The machine and the versions, in a sentence."""
    words = dict(settings)
    cores, kind, python = words.pop("cores"), words.pop("machine"), words.pop("python")
    day, system = words.pop("day"), words.pop("system")
    versions = ", ".join(f"{name} {value}" for name, value in words.items() if isinstance(value, str))
    return f"{day}; {cores} {kind} cores, {system}, Python {python}" + (f", {versions}." if versions else ".")


def main() -> int:
    """Print one part's."""
    if len(sys.argv) != 2 or sys.argv[1] not in PARTS:
        sys.stderr.write(f"usage: python -m bench.pages PART; parts: {', '.join(PARTS)}\n")
        return 2
    sys.stdout.write(page(sys.argv[1]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
