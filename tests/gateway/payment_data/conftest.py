"""A bureau on an empty database, and a customs that takes uploads."""

from collections.abc import Iterator

import pytest

from models.database import Database
from tests.gateway.payment_data.bureau import Bureau, Customs


@pytest.fixture
def customs() -> Iterator[Customs]:
    with Customs().listening() as listening:
        yield listening


@pytest.fixture
def bureau(database: Database, customs: Customs) -> Bureau:
    return Bureau(database, customs)
