"""Where the parts of the local stack listen: loopback only, on documented ports or on free ones."""

import contextlib
import socket
from dataclasses import asdict, dataclass

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Ports:
    """One port for each part; the defaults are the documented ones of `make up` (docs/operating.md)."""

    temporal: int = 7233
    web_ui: int = 8233
    gateway: int = 8000
    simulator: int = 8100

    @classmethod
    def free(cls) -> "Ports":
        """Ports that nobody listens on now."""
        with contextlib.ExitStack() as held:
            taken = []
            for _ in range(4):
                probe = held.enter_context(socket.socket())
                probe.bind((LOOPBACK, 0))
                taken.append(probe.getsockname()[1])
        return cls(*taken)

    def taken(self) -> dict[str, int]:
        """Those of our ports on which somebody else listens, by part."""
        return {part: port for part, port in asdict(self).items() if is_taken(port)}


def is_taken(port: int) -> bool:
    """Whether somebody listens on a loopback port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port that is only cooling down is free
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return True
    return False
