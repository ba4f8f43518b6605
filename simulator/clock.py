"""Clocks of the outside world that are wrong for a while: what customs and the bank put on paper is off by so much.

Only the stamps lie: of receipts and tax bills, and of the bank's receipts. What customs does, and when a list's story
goes on, stays as it is; the hours of an inspection are set by an officer, who looks at another clock. What was said
once keeps its stamp when it is said again.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from fastapi import APIRouter
from pydantic import BaseModel, Field

A_DAY = 24 * 60
"""Minutes by which a clock may be wrong at most."""


class Owner(StrEnum):
    """Whose clock."""

    CUSTOMS = "customs"
    BANK = "bank"


class Error(BaseModel):
    """How far a clock is ahead, minutes; behind for less than 0; right with 0."""

    minutes: int = Field(ge=-A_DAY, le=A_DAY)


class Clock:
    """One clock, right until somebody sets it wrong."""

    def __init__(self, minutes: int = 0) -> None:
        self.error = timedelta(minutes=minutes)
        self._errors: dict[str, timedelta] = {}

    def shows(self, at: datetime) -> datetime:
        """What it shows at an instant."""
        return at + self.error

    def error_of(self, guid: str) -> timedelta:
        """By how much it is wrong on a notice: as it was when that was said first."""
        return self._errors.setdefault(guid, self.error)


class Clocks:
    """The clocks of customs and of the bank."""

    def __init__(self, customs: int = 0, bank: int = 0) -> None:
        """How far each is ahead, minutes."""
        self.of = {Owner.CUSTOMS: Clock(customs), Owner.BANK: Clock(bank)}

    @property
    def customs(self) -> Clock:
        """That of customs."""
        return self.of[Owner.CUSTOMS]

    @property
    def bank(self) -> Clock:
        """That of the bank."""
        return self.of[Owner.BANK]


def make_clocks(clocks: Clocks) -> APIRouter:
    """The routes under `/clocks`."""
    router = APIRouter(prefix="/clocks")

    @router.get("")
    async def show() -> dict[str, int]:
        """How far each clock is ahead, minutes."""
        return {owner: round(clock.error / timedelta(minutes=1)) for owner, clock in clocks.of.items()}

    @router.put("/{owner}")
    async def set_wrong(owner: Owner, error: Error) -> dict[str, int]:
        """Set a clock wrong, or right again."""
        clocks.of[owner].error = timedelta(minutes=error.minutes)
        return await show()

    return router
