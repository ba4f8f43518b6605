"""What breaks while a storm passes, and when: drawn by seed, so that the same seed breaks the same things."""

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What breaks."""

    WORKER = "worker"
    GATEWAY = "gateway"
    SERVER = "server"
    DATABASE = "database"
    DISK = "disk"
    CLOCK = "clock"
    PLATFORM = "platform"


class Chapter(StrEnum):
    """The chapters of a storm, in order."""

    HANDED_IN = "Handed in"
    LATE = "What came late"
    CUSTOMS_SPEAKS = "Customs speaks"
    ASKED = "Asked for, mended, attended"
    CUSTOMS_ANSWERS = "Customs answers"
    RETURN_WINDOW = "Days 0 to 30"
    BEFORE_THE_NIGHTS = "Before the nights"
    DAY_31 = "Day 31: taxes are paid"
    DEADLINES = "Until every deadline"
    DAY_45 = "Day 45 and after"
    ONE_NIGHT_MORE = "One night more"
    THE_END = "Every list at its end"


CUSTOMS, BANK, IDENTITY = "customs", "bank", "identity"
LISTS_OF_A_FAULT = 1000
"""For so many lists more, every kind of fault comes once more."""
_BY_DAY = (Chapter.HANDED_IN,) * 4 + (Chapter.CUSTOMS_SPEAKS, Chapter.ASKED, Chapter.RETURN_WINDOW)
_NIGHTS = (Chapter.DAY_31, Chapter.DEADLINES)
_WHENEVER = (*_BY_DAY, *_NIGHTS)
_SECONDS = {
    Kind.WORKER: (1, 6),
    Kind.GATEWAY: (1, 10),
    Kind.SERVER: (1, 4),
    Kind.DATABASE: (33, 36),
    Kind.DISK: (4, 15),
    Kind.CLOCK: (10, 30),
    Kind.PLATFORM: (10, 30),
}
"""How long it lasts, real seconds. Whoever writes to SQLite gives up after 30 s: the lock is held for longer."""
_CUSTOMS_OFF, _BANK_OFF = (5, 180), (5, 90)
"""By how many minutes a clock is wrong. The bank's stays within its day: the nightly batch is at 02:00, and by law the
day of the bank's receipt counts, so that a clock wrong by a day would rightly cost a late fee."""


@dataclass(frozen=True)
class Fault:
    """One thing that breaks, and is mended after so many seconds."""

    kind: Kind
    chapter: Chapter
    share: float
    """It breaks when this part of the chapter's lists is done."""
    seconds: int
    platform: str = ""
    """Whose clock is wrong, or who is down."""
    minutes: int = 0
    """How far a clock is ahead; behind for less than 0."""

    @property
    def told(self) -> str:
        """In one line."""
        match self.kind:
            case Kind.WORKER | Kind.GATEWAY:
                return f"the {self.kind} is killed and started again {self.seconds} s later"
            case Kind.SERVER:
                return f"Temporal's server is killed and started again on its file {self.seconds} s later"
            case Kind.DATABASE:
                return f"the business database is cut off for {self.seconds} s"
            case Kind.DISK:
                return f"the gateway's disk is full for {self.seconds} s: no write of its succeeds"
            case Kind.CLOCK:
                way = "fast" if self.minutes > 0 else "slow"
                return f"the clock of {_named(self.platform)} is {abs(self.minutes)} minutes {way} for {self.seconds} s"
            case Kind.PLATFORM:
                long = "while nights pass" if self.platform == BANK else "an hour on the clocks of lists that wait"
                return f"{_named(self.platform)} is down for {self.seconds} s, {long}"


def draw(seed: str, kinds: Collection[Kind], lists: int) -> list[Fault]:
    """What breaks in a storm of so many lists: each kind at least once, whatever the other kinds do."""
    times = 1 + lists // LISTS_OF_A_FAULT
    drawn = [_fault(random.Random(f"fault|{seed}|{kind}|{n}"), kind) for kind in kinds for n in range(times)]
    return sorted(drawn, key=lambda fault: (_ORDER[fault.chapter], fault.share))


_ORDER = {chapter: number for number, chapter in enumerate(Chapter)}


def due(faults: Sequence[Fault], chapter: Chapter, share: float) -> list[Fault]:
    """Those whose moment has come, also such as an earlier chapter was too short for."""
    now = _ORDER[chapter]
    return [each for each in faults if (_ORDER[each.chapter], each.share) <= (now, share)]


def _fault(chance: random.Random, kind: Kind) -> Fault:
    seconds = chance.randint(*_SECONDS[kind])
    platform, minutes = "", 0
    chapters: tuple[Chapter, ...] = _WHENEVER
    if kind is Kind.DISK:
        chapters = _BY_DAY
    elif kind is Kind.CLOCK:
        platform = chance.choice((CUSTOMS, CUSTOMS, BANK))
        minutes = chance.choice((-1, 1)) * chance.randint(*(_BANK_OFF if platform == BANK else _CUSTOMS_OFF))
    elif kind is Kind.PLATFORM:
        platform = chance.choice((CUSTOMS, BANK, IDENTITY))
    if platform:
        chapters = (_NIGHTS[0],) if platform == BANK else (Chapter.HANDED_IN,)
    return Fault(kind, chance.choice(chapters), chance.uniform(0.05, 0.8), seconds, platform, minutes)


def _named(platform: str) -> str:
    return {CUSTOMS: "customs", BANK: "the bank", IDENTITY: "the identity authority"}[platform]
