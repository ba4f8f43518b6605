"""Something of ours beside its yardstick, in neighbouring rounds: rates of both, and how they compare."""

import os
import platform
import time
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from statistics import median
from typing import Any

from pydantic import BaseModel
from rich.table import Table

from bench.sheets import Sheet


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
    note: str = ""
    """What else is to be known of it: what limited it, above all."""


class Ratios(BaseModel):
    """A whole measurement."""

    settings: dict[str, Any]
    rows: list[Row]


def compare(name: str, rounds: int, ours: Callable[[], float], yardstick: Callable[[], float]) -> Row:
    """Ours, yardstick, ours, yardstick …; each side tells what it did per second. One round of each is not counted."""
    ours(), yardstick()
    return compared(name, [Pair(ours=ours(), yardstick=yardstick()) for _ in range(rounds)])


def compared(name: str, pairs: list[Pair], note: str = "") -> Row:
    """The row of rounds that were taken."""
    ratios = [pair.ratio for pair in pairs]
    return Row(name=name, rounds=pairs, ratio=median(ratios), ratio_range=(min(ratios), max(ratios)), note=note)


def rate(times: int, once: Callable[[], object]) -> float:
    """By the processor's time: nothing here waits, so that is what a process alone on its core would do a second."""
    begun = time.process_time()
    for _ in range(times):
        once()
    return times / (time.process_time() - begun)


def sheet(title: str, ours: str, yardstick: str, measured: Ratios) -> Sheet:
    """The figures for people: medians of the rates, and the ratio's minimum, median and maximum."""
    rows: list[tuple[str, ...]] = []
    noted = any(row.note for row in measured.rows)
    for row in measured.rows:
        notes = (row.note,) if noted else ()
        if row.ratio is None or row.ratio_range is None:
            rows.append((row.name, "NOT MEASURED", row.skipped, "", "", "", *notes))
            continue
        rates = (_shown(median(getattr(pair, side) for pair in row.rounds)) for side in ("ours", "yardstick"))
        low, high = row.ratio_range
        rows.append((row.name, *rates, f"{low:.2f}", f"{row.ratio:.2f}", f"{high:.2f}", *notes))
    columns = ("", ours, yardstick, "ratio, min", "median", "max", *(("limited by",) if noted else ()))
    return Sheet(title, columns, rows)


def _shown(value: float) -> str:
    """Three digits that count, and all of a larger number."""
    return f"{value:.{0 if value >= 100 else 1 if value >= 10 else 2}f}"


def table(title: str, ours: str, yardstick: str, measured: Ratios) -> Table:
    """The same for the terminal."""
    return sheet(title, ours, yardstick, measured).rich()


def machine(*packages: str) -> dict[str, Any]:
    """What a figure depends on, with the versions of these packages and the day."""
    return {
        "day": datetime.now(UTC).date().isoformat(),  # noqa: TID251  of the measurement, which is real
        "cores": os.cpu_count(),
        "machine": platform.machine(),
        "system": platform.system(),
        "python": platform.python_version(),
        **{package: version(package) for package in packages},
    }
