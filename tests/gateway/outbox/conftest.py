"""An outbox on an empty database, and an address that receives."""

from collections.abc import AsyncIterator

import pytest

from models.database import Database
from tests.gateway.outbox.receiver import Office, Receiver


@pytest.fixture
async def office(database: Database) -> AsyncIterator[Office]:
    made = Office(database)
    yield made
    async with made.pusher.ending():
        pass


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver().listening() as listening:
        yield listening
