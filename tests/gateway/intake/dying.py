"""An intake that is killed at a chosen point of a chosen message: `python -m … DATABASE SOURCE POINT NUMBER`."""

import os
import signal
import sys
import threading

from gateway.intake import Intake
from gateway.intake.intake import DOOR
from models.database import Database
from models.inbox import store
from tests.gateway.recording import START

POINTS = ("before", "uncommitted", "committed", "next")
"""Before storing, between storing and the commit, between the commit and moving or acknowledging, and after that."""


class Dying(Intake):
    """Keeps messages until its time comes."""

    def __init__(self, database: Database, source: str, point: str, number: int) -> None:
        super().__init__(source, database, lambda: START, lambda: None, poll_seconds=0.01, max_bytes=1_000_000)
        self._committed_to = database
        self._point = point
        self._left = number

    def keep(self, body: bytes, *, content_type: str = "", traceparent: str | None = None) -> int:
        if self._point == "next" and self._left == 0:
            die()
        self._left -= 1
        if self._left == 0 and self._point == "before":
            die()
        if self._left == 0 and self._point == "uncommitted":
            with self._committed_to.transaction() as session:
                store(session, door=DOOR, body=body, received_at=START)
                die()
        raw_id = super().keep(body, content_type=content_type, traceparent=traceparent)
        if self._left == 0 and self._point == "committed":
            die()
        return raw_id


def die() -> None:
    """At once, as by a loss of power."""
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    url, source, point, number = sys.argv[1:]
    (only,) = Dying(Database(url), source, point, int(number)).sources
    only.work(threading.Event())
