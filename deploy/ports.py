"""Where the parts of the local stack listen: loopback only, on documented ports or on free ones."""

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
        """Ports that nobody listens on now, and nobody is given by accident before their parts take them."""
        found: set[int] = set()
        while len(found) < 4:
            found.add(free_port())
        return cls(*found)

    def taken(self) -> dict[str, int]:
        """Those of our ports on which somebody else listens, by part."""
        return {part: port for part, port in asdict(self).items() if is_taken(port)}


def free_port() -> int:
    """A loopback port that nobody listens on, and nobody is given by accident within the next sixty seconds.

    A connection to it is opened and closed: until the system has forgotten that, it hands the port to nobody who asks
    for any, and still gives it to a server that names it.
    """
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((LOOPBACK, 0))
        listener.listen()
        address = listener.getsockname()
        with socket.create_connection(address) as caller:
            taken, _ = listener.accept()
            taken.close()  # who closes first keeps the port in TIME_WAIT
            caller.recv(1)
    return int(address[1])


def is_taken(port: int) -> bool:
    """Whether somebody listens on a loopback port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port that is only cooling down is free
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return True
    return False
