"""Every state of the inbox can be written where the database counts letters."""

from enum import StrEnum
from typing import Any

import pytest
from sqlalchemy import inspect

from models.inbox import ItemState, RawState
from models.tables import InboxItem, RawMessage


@pytest.mark.parametrize(("table", "states"), [(InboxItem, ItemState), (RawMessage, RawState)])
def test_every_state_fits_its_column(table: Any, states: type[StrEnum]) -> None:
    room = inspect(table).columns["state"].type.length
    assert room
    assert [state for state in states if len(state) > room] == []
