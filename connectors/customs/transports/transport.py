"""What every transport does, and how a message's name may look."""

import hashlib
import re
from collections.abc import Mapping
from typing import Protocol

PLATFORM = "customs"

LONGEST_NAME = 200
"""Most bytes of a message's name in UTF-8: with a little around it, it is still a file name and a message id."""

_UNFIT = re.compile(r"[^A-Za-z0-9._-]")


class Transport(Protocol):
    """One way to hand messages over; may be used by many threads."""

    def send(self, name: str, data: bytes, headers: Mapping[str, str]) -> None:
        """Hand a message over; returns once the other side has it for good.

        `name` stands for the message, e.g. `CEB621-4CDE1CFD-EDED-46B1-946C-B8022E42FC94`: under one name go the same
        bytes, however often. `headers` go along where the way can carry any. Raises connectors.Unavailable when it is
        not known whether the other side has it (send again), connectors.Refused when it said no to this message, and
        ValueError for a name that is empty or over 200 bytes.
        """
        ...

    def close(self) -> None:
        """Give connections back; the transport is not used afterwards."""
        ...


def check_name(name: str) -> str:
    """The name, if it can be one; raises ValueError."""
    if not 0 < (size := len(name.encode())) <= LONGEST_NAME:
        raise ValueError(f"a message's name has 1 to {LONGEST_NAME} bytes, this one has {size}")
    return name


def file_name(name: str) -> str:
    """The name of the message's file: never hidden, never outside its folder, and different for different names."""
    plain = _UNFIT.sub("_", check_name(name))
    if plain != name or plain.startswith(("_", ".")):
        plain = f"{plain.lstrip('_.')}-{hashlib.sha256(name.encode()).hexdigest()[:16]}".lstrip("-")
    return f"{plain}.xml"
