"""What was measured of the lifecycles, brought to one line per side and one ratio per pair of neighbouring rounds."""

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from pydantic import BaseModel

from bench.database_work import DatabaseWork
from bench.traffic import Traffic

SERVERS = ("server", "database")
BUSY = 0.85
"""A core that is used to this part has no more to give: something always waits a little."""


class Spread(BaseModel):
    """One figure over the rounds."""

    minimum: float
    median: float
    maximum: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """Of one figure or more."""
        return cls(minimum=min(values), median=median(values), maximum=max(values))

    def __str__(self) -> str:
        return f"{self.median:.2f} ({self.minimum:.2f} to {self.maximum:.2f})"


class Round(BaseModel):
    """One round of one side."""

    side: str
    lists: int
    seconds: float
    processor: dict[str, float]
    """Processor seconds of each process."""
    database: DatabaseWork | None = None
    """What the worker asked of the business database."""

    @property
    def rate(self) -> float:
        """Lifecycles per second."""
        return self.lists / self.seconds

    @property
    def cost(self) -> float:
        """Processor seconds of all processes per lifecycle."""
        return sum(self.processor.values()) / self.lists

    @property
    def worker_cost(self) -> float:
        """The worker's processor seconds per lifecycle."""
        return self.processor["worker"] / self.lists


class SideFigures(BaseModel):
    """Medians of one side."""

    meaning: str
    rate: Spread
    processor: dict[str, float]
    """Processor seconds per lifecycle of each process."""
    limited_by: str
    transactions: float | None = None
    """Transactions per lifecycle that write to the business database."""
    statements: float | None = None
    traffic: Traffic | None = None


class Ratio(BaseModel):
    """One side divided by another, round by round."""

    ours: str
    theirs: str
    rate: Spread
    """Lifecycles per second."""
    cost: Spread
    """Processor time of all processes per lifecycle."""
    worker_cost: Spread


class Lifecycles(BaseModel):
    """The whole measurement."""

    settings: dict[str, Any]
    rounds: list[Round]
    sides: dict[str, SideFigures]
    ratios: list[Ratio]
    skipped: dict[str, str]
    """Sides that could not be measured, and why."""


def compared(rounds: Sequence[Round], ours: str, theirs: str) -> Ratio:
    """The ratios of neighbouring rounds, which share the machine's mood."""
    left, right = ([each for each in rounds if each.side == side] for side in (ours, theirs))
    pairs = list(zip(left, right, strict=True))
    return Ratio(
        ours=ours,
        theirs=theirs,
        rate=Spread.of([one.rate / other.rate for one, other in pairs]),
        cost=Spread.of([one.cost / other.cost for one, other in pairs]),
        worker_cost=Spread.of([one.worker_cost / other.worker_cost for one, other in pairs]),
    )


def side_figures(
    meaning: str, rounds: Sequence[Round], traffic: Traffic | None, *, cores: int, pinned: bool
) -> SideFigures:
    """Medians of one side's rounds on so many processors, or with the server on one of its own."""
    worked = [each.database for each in rounds if each.database is not None]
    lists = rounds[0].lists
    return SideFigures(
        meaning=meaning,
        rate=Spread.of([each.rate for each in rounds]),
        processor={name: median(each.processor[name] / each.lists for each in rounds) for name in rounds[0].processor},
        limited_by=limit(
            {name: median(each.processor[name] / each.seconds for each in rounds) for name in rounds[0].processor},
            cores,
            pinned=pinned,
        ),
        transactions=median(each.transactions / lists for each in worked) if worked else None,
        statements=median(each.statements / lists for each in worked) if worked else None,
        traffic=traffic,
    )


def limit(shares: Mapping[str, float], cores: int, *, pinned: bool) -> str:
    """What had no more to give: one process on its core, all cores together, or none, so that somebody waited.

    `shares` are cores used by each process. Ours are Python, which fills one core at most; the servers fill all, or
    with `pinned` the server its own core and everybody else the other.
    """
    busiest = max(shares, key=lambda name: shares[name])
    room = {name: cores if name in SERVERS and not pinned else 1 for name in shares}
    if full := [name for name in shares if shares[name] >= BUSY * room[name]]:
        return max(full, key=lambda name: shares[name])
    together = [name for name in shares if name != "server"]
    if pinned and sum(shares[name] for name in together) >= BUSY:
        return f"core of the others (most {max(together, key=lambda name: shares[name])})"
    if not pinned and sum(shares.values()) >= BUSY * cores:
        return f"all {cores} cores (most {busiest})"
    return f"nothing full ({busiest} {shares[busiest]:.2f})"
