"""In what order the files run, and which run in one process, when `make test` runs several at once."""

from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]

FIRST = ("tests/workflows/", "tests/deploy/", "tests/cli/", "tests/journeys/", "tests/models/ledger/")
"""What takes long begins first, so that no process is left alone with it at the end while the others are done."""
TOGETHER = {
    "a stack": ("tests/deploy/test_demo.py", "tests/deploy/test_parcels.py", "tests/deploy/test_stack.py"),
    "a broker": ("tests/connectors/transports/test_amqp.py", "tests/gateway/intake/"),
}
"""Files that share a server which costs more to start than they have to do."""


class Scheduling(LoadFileScheduling):  # type: ignore[misc]  # xdist tells no types
    """One file after another to whoever is free, and those together that share a server."""

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        return next((name for name, members in TOGETHER.items() if file.startswith(members)), file)


def put_in_order(items: list[pytest.Item]) -> None:
    """The same in every process: they tell each other tests by their places."""
    items.sort(key=lambda item: _rank(item.nodeid))


def _rank(nodeid: str) -> int:
    return next((rank for rank, prefix in enumerate(FIRST) if nodeid.startswith(prefix)), len(FIRST))


def scheduling(config: pytest.Config, log: Any) -> Scheduling | None:
    """Ours where files are to stay whole, xdist's own otherwise."""
    return Scheduling(config, log) if config.getvalue("dist") == "loadfile" else None
