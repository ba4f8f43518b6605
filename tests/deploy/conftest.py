"""Stacks for tests: real processes on free ports and data of their own, ended by whoever started them."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.ports import LOOPBACK, Ports
from deploy.stack import Stack


def pytest_configure(config: pytest.Config) -> None:
    """The marker of the tests that start the four processes: `make test ARGS="-m 'not stack'"` leaves them out."""
    config.addinivalue_line("markers", "stack: starts Temporal, simulator, gateway and worker as processes")


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A running stack."""
    with Stack(tmp_path_factory.mktemp("stack"), Ports.free()) as running:
        yield running


@pytest.fixture
def listener() -> Iterator[int]:
    """A loopback port on which somebody else listens."""
    with socket.socket() as somebody:
        somebody.bind((LOOPBACK, 0))
        somebody.listen()
        yield somebody.getsockname()[1]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """An empty data directory."""
    return tmp_path / "data"
