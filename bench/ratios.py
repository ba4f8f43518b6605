"""Something of ours beside its yardstick, in neighbouring rounds: rates of both, and how they compare."""

import os
import platform
import time
from collections.abc import Callable
from importlib.metadata import version
from statistics import median
from typing import Any

from pydantic import BaseModel
from rich.table import Table


class Pair(BaseModel):
    """Two neighbouring rounds, which share the machine's mood; both in so many per second."""

    ours: float
    yardstick: float

    @property
    def ratio(self) -> float:
        """How many of ours to one of the yardstick's."""
        return self.ours / self.yardstick


class Row(BaseModel):
    """One thing measured, or why it could not be."""

    name: str
    rounds: list[Pair] = []
    ratio: float | None = None
    """The median of the rounds' ratios."""
    ratio_range: tuple[float, float] | None = None
    skipped: str = ""


class Ratios(BaseModel):
    """A whole measurement."""

    settings: dict[str, Any]
    rows: list[Row]


def compare(name: str, rounds: int, ours: Callable[[], float], yardstick: Callable[[], float]) -> Row:
    """Ours, yardstick, ours, yardstick …; each side tells what it did per second. One round of each is not counted."""
    ours(), yardstick()
    pairs = [Pair(ours=ours(), yardstick=yardstick()) for _ in range(rounds)]
    ratios = [pair.ratio for pair in pairs]
    return Row(name=name, rounds=pairs, ratio=median(ratios), ratio_range=(min(ratios), max(ratios)))


def rate(times: int, once: Callable[[], object]) -> float:
    """By the processor's time: nothing here waits, so that is what a process alone on its core would do a second."""
    begun = time.process_time()
    for _ in range(times):
        once()
    return times / (time.process_time() - begun)


def table(title: str, ours: str, yardstick: str, measured: Ratios) -> Table:
    """The figures for people: medians of the rates, and the ratio with its range."""
    shown = Table(title=title)
    for column in ("", ours, yardstick, "ratio", "range"):
        shown.add_column(column, justify="left" if not column else "right")
    for row in measured.rows:
        if row.ratio is None or row.ratio_range is None:
            shown.add_row(row.name, "NOT MEASURED", row.skipped, "", "")
            continue
        rates = (f"{median(getattr(pair, side) for pair in row.rounds):.0f}" for side in ("ours", "yardstick"))
        shown.add_row(row.name, *rates, f"{row.ratio:.2f}", f"{row.ratio_range[0]:.2f} to {row.ratio_range[1]:.2f}")
    return shown


def machine(*packages: str) -> dict[str, Any]:
    """What a figure depends on, with the versions of these packages."""
    return {
        "cores": os.cpu_count(),
        "machine": platform.machine(),
        "system": platform.system(),
        "python": platform.python_version(),
        **{package: version(package) for package in packages},
    }
