"""Customs' office, open for one test."""

from collections.abc import AsyncIterator

import pytest

from tests.simulator.office import Office, open_office


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    async with open_office() as one:
        yield one
