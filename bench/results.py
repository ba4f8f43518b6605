"""The file in which what was measured is kept: one entry per part, each with its own machine, versions and rounds."""

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel

ROOT = Path(__file__).parent.parent
LATEST = ROOT / ".run" / "benchmark.json"
"""Where a run is kept when nothing is said; not part of the repository."""
PUBLISHED = ROOT / "docs" / "benchmark.json"
"""The run that the documentation shows."""


def keep(file: Path, part: str, measured: BaseModel) -> None:
    """Put one part in the place of what the file had of it; other parts stay."""
    found = published(file) | {part: measured.model_dump(mode="json")}
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def published(file: Path = PUBLISHED) -> dict[str, Any]:
    """Everything in a file, by part; nothing where there is no file."""
    if not file.exists():
        return {}
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found
