"""The watchman: every hour he looks whether a collection stands still, and has it started again."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from models.collection.rousing import rouse
from models.database import Database

AN_HOUR = timedelta(hours=1)


class Watchman:
    """Looks once when the gateway starts, then every hour by its clock."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self._looked_at: datetime | None = None

    async def look(self) -> int:
        """How many collections were roused; 0 before the hour is over."""
        now = self._clock()
        if self._looked_at is not None and now < self._looked_at + AN_HOUR:
            return 0
        roused = await asyncio.to_thread(self._rouse, now)
        self._looked_at = now
        return roused

    def _rouse(self, now: datetime) -> int:
        with self._database.transaction() as session:
            return rouse(session, now)
