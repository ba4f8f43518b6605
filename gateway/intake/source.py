"""What a source of messages is, and what it does with each: have it kept, and only then let go of it."""

import threading
from typing import Protocol


class Keep(Protocol):
    """Commits a message to the inbox and gives its number; once it returns, the message cannot be lost."""

    def __call__(self, body: bytes, *, content_type: str = ..., traceparent: str | None = ...) -> int: ...


class Source(Protocol):
    """One place from which messages come."""

    @property
    def name(self) -> str:
        """What the logs call it; holds no password."""
        ...

    @property
    def failure(self) -> str | None:
        """Why nothing comes from it at present, if so."""
        ...

    def work(self, ending: threading.Event) -> None:
        """Take messages until told to end; no failure ends it earlier."""
        ...
