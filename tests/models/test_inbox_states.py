"""Every state of the inbox can be written where the database counts letters."""

from enum import StrEnum

import pytest
from sqlalchemy import String, inspect

from models.inbox import ItemState, RawState
from models.tables import InboxItem, RawMessage


@pytest.mark.parametrize(("table", "states"), [(InboxItem, ItemState), (RawMessage, RawState)])
def test_every_state_fits_its_column(table: type, states: type[StrEnum]) -> None:
    kind = inspect(table).columns["state"].type
    assert isinstance(kind, String)
    assert [state for state in states if kind.length is not None and len(state) > kind.length] == []
