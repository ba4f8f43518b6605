"""An instant that only tests move."""

from datetime import datetime

from clearway.contracts.base import SHANGHAI

START = datetime(2026, 3, 10, 10, tzinfo=SHANGHAI)


class Clock:
    """Stands still until it is set."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now
