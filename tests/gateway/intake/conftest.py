"""The broker of these tests, started once; receipts to receive."""

from collections.abc import Iterator

import pytest

from tests.connectors.transports.broker import Broker, running_broker


@pytest.fixture(scope="session")
def broker() -> Iterator[Broker]:
    with running_broker() as running:
        yield running
