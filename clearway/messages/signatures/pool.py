"""Several keys of one party, each in one caller's hands at a time: a card dies of parallel callers (REFERENCE §7.3)."""

import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from clearway.messages.signatures.private_keys import PrivateKey
from clearway.messages.signatures.refusals import KeyRefused, SignerBusy, SignerUnavailable
from clearway.messages.signatures.texts import sign_text
from clearway.messages.signatures.xml_signer import XmlSigner

LONGEST_WAIT = 30.0
"""Seconds a caller waits for a key unless told otherwise: a card signs about 250 a minute."""

MOST_WAITING = 1000
"""Callers that may wait at once; one more is turned away at once."""


class PoolStatistics(NamedTuple):
    """What a pool did since it was made."""

    keys: int
    idle: int
    waiting: int
    signed: int
    failed: int
    """Signatures that a card or server did not give."""
    turned_away: int
    """Callers who got no key in time."""
    longest_wait: float
    """Seconds that the longest wait for a key took."""


class _Place:
    """A place in the queue; a key is put into it by whoever gives one back."""

    def __init__(self) -> None:
        self.filled = threading.Event()
        self.key: PrivateKey | None = None


class KeyPool:
    """Lends keys in the order of asking. Safe for threads; it is a Signer itself."""

    def __init__(
        self, keys: Sequence[PrivateKey], *, longest_wait: float = LONGEST_WAIT, most_waiting: int = MOST_WAITING
    ) -> None:
        """Take the keys of one party; `longest_wait` is in seconds. Raises ValueError without a key."""
        if not keys:
            raise ValueError("a pool needs one key at least")
        self._keys = tuple(keys)
        self._longest_allowed = longest_wait
        self._most_waiting = most_waiting
        self._lock = threading.Lock()
        self._idle = deque(keys)
        self._queue: deque[_Place] = deque()
        self._signed = self._failed = self._turned_away = 0
        self._longest = 0.0

    @contextmanager
    def lend(self) -> Iterator[PrivateKey]:
        """A key, for one caller alone, until the block ends. Raises SignerBusy if none comes free in time."""
        key = self._take()
        try:
            yield key
        except (SignerUnavailable, KeyRefused):
            self._count(failed=1)
            raise
        else:
            self._count(signed=1)
        finally:
            self._give_back(key)

    def sign(self, unsigned: bytes) -> bytes:
        """The ds:Signature of a message, by the key that is free first; raises SignerBusy or SignerUnavailable."""
        with self.lend() as key:
            return XmlSigner(key).sign(unsigned)

    def sign_text(self, text: str) -> tuple[str, str]:
        """Key name and signature of a text, as sign_text makes it; raises SignerBusy or SignerUnavailable."""
        with self.lend() as key:
            return key.name, sign_text(text, key)

    @property
    def statistics(self) -> PoolStatistics:
        """How busy the pool is, and was."""
        with self._lock:
            return PoolStatistics(
                keys=len(self._keys),
                idle=len(self._idle),
                waiting=len(self._queue),
                signed=self._signed,
                failed=self._failed,
                turned_away=self._turned_away,
                longest_wait=self._longest,
            )

    def _take(self) -> PrivateKey:
        began = time.monotonic()
        with self._lock:
            if self._idle:  # then nobody waits: a key given back goes to the first in the queue
                return self._idle.popleft()
            if len(self._queue) >= self._most_waiting:
                self._turned_away += 1
                raise SignerBusy(f"{len(self._queue)} callers wait for {len(self._keys)} keys already")
            place = _Place()
            self._queue.append(place)
        place.filled.wait(self._longest_allowed)
        with self._lock:
            self._longest = max(self._longest, time.monotonic() - began)
            if place.key is not None:
                return place.key
            self._queue.remove(place)
            self._turned_away += 1
        raise SignerBusy(f"none of {len(self._keys)} keys came free within {self._longest_allowed:g} seconds")

    def _give_back(self, key: PrivateKey) -> None:
        with self._lock:
            if not self._queue:
                self._idle.append(key)
                return
            place = self._queue.popleft()
            place.key = key
            place.filled.set()

    def _count(self, *, signed: int = 0, failed: int = 0) -> None:
        with self._lock:
            self._signed += signed
            self._failed += failed
