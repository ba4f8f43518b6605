"""Which shard a Declaration List lives in: a stable hash of port and enterprise, and a dated map of the shards.

A shard is a Temporal namespace with everything that serves it. The map is a YAML file:

    version: 2
    dated: 2026-12-01
    shards:
      - {number: 1, address: "temporal-a:7233", namespace: clearway-1, opens: 2026-01-01T00:00:00+08:00}
      - {number: 2, address: "temporal-b:7233", namespace: clearway-2, opens: 2027-01-04T02:00:00+08:00}

A new list goes to the shard that scores highest for its port and enterprise among those open at that instant
(rendezvous hashing, docs/decisions/0016-shards.md); from then on its id tells its shard, whatever the map says later.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from itertools import takewhile
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from clearway.contracts.base import Day, Instant
from clearway.contracts.keys import ID_PREFIX, MOST_SHARDS, RETURN_PREFIX, CaseKey, ReturnKey
from clearway.rules.parameter_files import complaints
from clearway.rules.plain_yaml import ParameterError, read_mapping

HANDOVER = timedelta(minutes=2)
"""From the instant a map's change takes effect, new lists of the pairs that move wait so long.

It covers how far clocks of processes may be apart, and how long one of them may take from asking where a list belongs
to opening it there; so no list can be opened in its old shard after anybody opened it in the new one.
"""


class ShardMapError(ValueError):
    """A map is wrong, or a new one does not continue the old; `complaints` names every fault with its place."""

    def __init__(self, complaints: Iterable[str]) -> None:
        self.complaints = tuple(complaints)
        super().__init__("; ".join(self.complaints))


class NoShard(LookupError):
    """No shard for this: none is open at the instant, or the map knows none of that number."""


class HandingOver(Exception):
    """The pair of port and enterprise moves to another shard just now: nothing new is opened before `until`."""

    def __init__(self, until: datetime) -> None:
        self.until = until
        super().__init__(f"this port and enterprise are moving to another shard; new lists from {until.isoformat()}")


class ShardState(StrEnum):
    """What a shard does at an instant."""

    ANNOUNCED = "announced"
    """Known to everybody, not used yet."""
    OPEN = "open"
    """Takes new lists."""
    DRAINING = "draining"
    """Takes no new lists; those it has go on."""
    CLOSED = "closed"
    """Has no lists under way and need not be reachable."""


class Shard(BaseModel):
    """One shard. A line of the map is never taken out, for ids and earlier placements refer to it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int = Field(ge=1, le=MOST_SHARDS)
    address: str
    """host:port of Temporal's frontend."""
    namespace: str
    opens: Instant
    """From when it takes new lists."""
    drains: Instant | None = None
    """From when it takes none any more."""
    closed: Instant | None = None
    """From when it has none under way."""
    unmarked: bool = False
    """Its lists' ids carry no shard: a service that was there before the map. At most one shard is."""

    @field_validator("address")
    @classmethod
    def _host_and_port(cls, value: str) -> str:
        if not re.fullmatch(r"[^\s/]+:[0-9]{1,5}", value):
            raise ValueError("must be host:port, such as temporal-a.example:7233")
        return value

    @field_validator("namespace")
    @classmethod
    def _name(cls, value: str) -> str:
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,254}", value):
            raise ValueError("must be a namespace's name: letters, digits, dots, hyphens and underscores")
        return value

    @field_validator("opens", "drains", "closed", mode="before")
    @classmethod
    def _full_instant(cls, value: object) -> object:
        if isinstance(value, str) and len(value.strip()) <= len("2026-01-01"):
            raise ValueError("an instant has a time of day, such as 2027-01-04T02:00:00+08:00")
        return value

    @property
    def mark(self) -> int | None:
        """What the ids of its lists carry."""
        return None if self.unmarked else self.number

    def state(self, at: datetime) -> ShardState:
        """What it does at an instant."""
        if self.closed is not None and self.closed <= at:
            return ShardState.CLOSED
        if self.drains is not None and self.drains <= at:
            return ShardState.DRAINING
        return ShardState.OPEN if self.opens <= at else ShardState.ANNOUNCED

    def key(self, ebc_code: str, order_no: str, attempt: int = 1) -> CaseKey:
        """The key of a list that lives here."""
        return CaseKey(ebc_code=ebc_code, order_no=order_no, attempt=attempt, shard=self.mark)


class ShardMap(BaseModel):
    """Every shard there is or was. Whoever routes has the same file, and a new one before it changes anything."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int = Field(ge=1)
    dated: Day
    shards: tuple[Shard, ...] = Field(min_length=1)

    @classmethod
    def read(cls, path: Path) -> Self:
        """The map in a file; raises ShardMapError naming file and place of every fault, OSError if there is no file."""
        return cls.of_text(path.read_bytes(), path.name)

    @classmethod
    def of_text(cls, text: str | bytes, name: str) -> Self:
        """The map in a text, called `name` in complaints; raises ShardMapError with every fault."""
        try:
            content = read_mapping(text, name)
        except ParameterError as error:
            raise ShardMapError(error.complaints) from None
        try:
            found = cls.model_validate(content)
        except ValidationError as error:
            # Lines that are right by themselves are still compared with each other: all faults at once.
            between = [f"{name}: {fault}" for fault in _faults(_readable(content))]
            raise ShardMapError([*complaints(error, content, name), *between]) from None
        if faults := [f"{name}: {fault}" for fault in _faults(found.shards)]:
            raise ShardMapError(faults)
        return found

    def place(self, port: str, enterprise: str, *, at: datetime) -> Shard:
        """Where a new list is opened: `port` is its customsCode, `enterprise` its ebcCode, `at` an instant with zone.

        Raises NoShard when none is open; HandingOver while the pair moves; ValueError for a port or code that is none.
        """
        pair = _pair(port, enterprise)
        chosen = _highest(pair, self._open(at))
        if chosen is None:
            raise NoShard(f"no shard takes new lists at {at.isoformat()}; open one in the map")
        for change in takewhile(lambda change: change + HANDOVER > at, self._changes(at)):
            if _highest(pair, self._open(change, just_before=True)) not in (None, chosen):
                raise HandingOver(change + HANDOVER)
        return chosen

    def candidates(self, port: str, enterprise: str, *, at: datetime) -> tuple[Shard, ...]:
        """Every shard in which a list of the pair may have been opened by now, the latest first.

        A repeat looks into these before it opens anything. One that is closed is among them: it has no list under way,
        but its records may know the list. Raises ValueError as `place`.
        """
        pair = _pair(port, enterprise)
        chosen = (_highest(pair, self._open(change)) for change in self._changes(at))
        return tuple(dict.fromkeys(shard for shard in chosen if shard is not None))

    def of(self, workflow_id: str) -> Shard:
        """The shard of a list or a return, by its id alone.

        Raises NoShard if the map has no such shard, ValueError for the id of anything else.
        """
        key = ReturnKey.of(workflow_id).case if workflow_id.startswith(RETURN_PREFIX) else CaseKey.of(workflow_id)
        for shard in self.shards:
            if shard.mark == key.shard:
                return shard
        told = f"no shard {key.shard}" if key.shard else f"no unmarked shard, as ids after {ID_PREFIX} without ~s mean"
        raise NoShard(f"version {self.version} of the map has {told}; is it the newest?")

    def check_successor(self, newer: "ShardMap", *, at: datetime) -> None:
        """Raise ShardMapError, with every fault, if `newer`, published at `at`, would lose a list of this map."""
        if faults := list(_breaks(self, newer, at)):
            raise ShardMapError(faults)

    def _open(self, at: datetime, *, just_before: bool = False) -> list[Shard]:
        if just_before:
            return [each for each in self.shards if each.opens < at and (each.drains is None or at <= each.drains)]
        return [each for each in self.shards if each.opens <= at and (each.drains is None or at < each.drains)]

    def _changes(self, at: datetime) -> list[datetime]:
        """When the set of open shards changed up to an instant, the latest first."""
        instants = {instant for shard in self.shards for instant in (shard.opens, shard.drains) if instant is not None}
        return sorted((instant for instant in instants if instant <= at), reverse=True)


def _pair(port: str, enterprise: str) -> str:
    """One text of both; a CaseKey strips its parts too. The port's length is fixed, so no two pairs read alike."""
    port, enterprise = port.strip(), enterprise.strip()
    if not (port.isascii() and port.isdigit() and len(port) == 4):
        raise ValueError(f"port {port!r} is no customsCode of 4 digits")
    CaseKey(ebc_code=enterprise, order_no="-")
    return f"{port}|{enterprise}"


def _highest(pair: str, shards: Iterable[Shard]) -> Shard | None:
    """The shard that scores highest for the pair. What is hashed, and how, may never change: lists are found by it."""
    return max(shards, key=lambda shard: sha256(f"{pair}|{shard.number}".encode()).digest(), default=None)


def _readable(content: Mapping[str, Any]) -> Iterator[Shard]:
    lines = content.get("shards")
    for line in lines if isinstance(lines, list) else []:
        try:
            yield Shard.model_validate(line)
        except ValidationError:
            continue


def _faults(shards: Iterable[Shard]) -> Iterator[str]:
    """What is wrong between the lines of a map, and within one that is readable."""
    known = tuple(shards)
    for number, times in Counter(each.number for each in known).items():
        if times > 1:
            yield f"shards: number {number} is given {times} times; a number is never used again"
    for (address, namespace), times in Counter((each.address, each.namespace) for each in known).items():
        if times > 1:
            yield f"shards: {address} {namespace} is given {times} times; one namespace is one shard"
    if (times := sum(each.unmarked for each in known)) > 1:
        yield f"shards: {times} are unmarked; ids without a shard can only mean one"
    for each in known:
        if each.drains is not None and each.drains <= each.opens:
            yield f"shards: number {each.number}: drains: must be after it opens"
        if each.closed is not None and (each.drains is None or each.closed < each.drains):
            yield f"shards: number {each.number}: closed: must not be before it drains; give drains as well"


def _breaks(old: ShardMap, newer: ShardMap, at: datetime) -> Iterator[str]:
    if newer.version <= old.version:
        yield f"version: must be higher than {old.version}"
    lines = {each.number: each for each in newer.shards}
    for was in old.shards:
        now = lines.pop(was.number, None)
        if now is None:
            yield f"shards: number {was.number} is gone; keep its line, with drains and closed"
            continue
        if (now.namespace, now.unmarked) != (was.namespace, was.unmarked):
            yield f"shards: number {was.number}: namespace and unmarked must stay: its lists are there"
        for name, before, after in (("opens", was.opens, now.opens), ("drains", was.drains, now.drains)):
            if before == after:
                continue
            if before is not None and before <= at:
                yield f"shards: number {was.number}: {name}: was {before.isoformat()} and has happened; put it back"
            elif after is not None:
                yield from _too_soon(was.number, name, after, at)
    for new in lines.values():
        yield from _too_soon(new.number, "opens", new.opens, at)
        if new.drains is not None:
            yield from _too_soon(new.number, "drains", new.drains, at)


def _too_soon(number: int, name: str, instant: datetime, at: datetime) -> Iterator[str]:
    if instant <= at:
        yield f"shards: number {number}: {name}: must lie in the future, so that everybody has the map by then"
