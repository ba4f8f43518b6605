"""What capacity is reckoned from: sizes and figures, each with unit, kind and source; measured ones as published."""

from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

FIGURES = Path(__file__).with_name("capacity.yaml")
KINDS = ("given", "measured", "assumed")
"""From what is surest to what is not."""


class Figure(BaseModel):
    """One input."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    value: float = Field(gt=0)
    unit: str
    kind: Literal["measured", "given", "assumed"]
    source: str
    at: str | None = None
    """Where the published benchmark has it."""
    times: float = 1


class Size(BaseModel):
    """How many lists."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    lists_per_day: float = Field(gt=0)
    peak: float = Field(gt=0)
    """Lists a second."""
    source: str


class Inputs(BaseModel):
    """The file of figures."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sizes: dict[str, Size]
    figures: dict[str, Figure]

    @classmethod
    def read(cls, file: Path, benchmark: dict[str, Any]) -> "Inputs":
        """The file, with what the benchmark measured in its places. Raises ValueError for a file that is not right."""
        found = cls.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
        figures = {name: _latest(each, benchmark) for name, each in found.figures.items()}
        return found.model_copy(update={"figures": figures})


def _latest(figure: Figure, benchmark: dict[str, Any]) -> Figure:
    found = _at(figure.at, benchmark) if figure.at else None
    if not isinstance(found, int | float):
        return figure
    measured = {"value": found * figure.times, "kind": "measured", "source": f"docs/benchmark.json, {figure.at}"}
    return figure.model_copy(update=measured)


def _at(path: str, place: Any) -> Any:
    """What stands at a path such as `a.b.0.c`; None where nothing does."""
    for step in path.split("."):
        if isinstance(place, list) and step.isdecimal() and int(step) < len(place):
            place = place[int(step)]
        elif isinstance(place, dict):
            place = place.get(step)
        else:
            return None
    return place
