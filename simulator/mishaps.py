"""What may go wrong between customs and us, chosen by a magic word or by a seed: the same seed, the same mishaps."""

import hashlib
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Mishap(StrEnum):
    """One thing that goes wrong with one message."""

    LATE = "late"
    LOST = "lost"
    TWICE = "twice"
    OVERTAKEN = "overtaken"
    CONTRADICTED = "contradicted"
    MALFORMED = "malformed"
    SLOW = "slow"
    CUT = "cut"
    DOWN = "down"


SAYING = (
    Mishap.LATE,
    Mishap.LOST,
    Mishap.TWICE,
    Mishap.OVERTAKEN,
    Mishap.CONTRADICTED,
    Mishap.MALFORMED,
    Mishap.SLOW,
    Mishap.CUT,
)
"""What may happen to a message of customs."""

HEARING = (Mishap.DOWN, Mishap.SLOW, Mishap.CUT)
"""What may happen to a message to customs."""


@dataclass(frozen=True)
class Fate:
    """Decides by seed; without one nothing goes wrong by itself."""

    seed: str
    share: Decimal
    """Part of all messages that something happens to, 0 to 1."""

    def of(self, mishaps: tuple[Mishap, ...], *subject: str) -> Mishap | None:
        """What happens to this, if anything."""
        if not self.seed:
            return None
        drawn = hashlib.sha256("|".join((self.seed, *subject)).encode()).digest()
        if Decimal(int.from_bytes(drawn[:4])) >= self.share * 2**32:
            return None
        return mishaps[drawn[4] % len(mishaps)]
