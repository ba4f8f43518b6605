"""Typed keys of the search attributes, made from the one list in the contracts."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from temporalio.common import SearchAttributeKey, SearchAttributeUpdate

from clearway.contracts.names import SEARCH_ATTRIBUTES

Value = str | list[str] | datetime

_MAKERS: dict[str, Callable[[str], SearchAttributeKey[Any]]] = {
    "Keyword": SearchAttributeKey.for_keyword,
    "KeywordList": SearchAttributeKey.for_keyword_list,
    "Datetime": SearchAttributeKey.for_datetime,
}

KEYS: dict[str, SearchAttributeKey[Any]] = {each.name: _MAKERS[each.kind](each.name) for each in SEARCH_ATTRIBUTES}


def updates_between(old: Mapping[str, Value], new: Mapping[str, Value]) -> list[SearchAttributeUpdate[Any]]:
    """What to upsert so that the attributes go from `old` to `new`; nothing where nothing worth an event changed."""
    changed = [name for name, value in new.items() if old.get(name) != value]
    gone = [name for name in old if name not in new]
    if all(_hardly_moved(old.get(name), new.get(name)) for name in (*changed, *gone)):
        return []
    return [KEYS[name].value_set(new[name]) for name in changed] + [KEYS[name].value_unset() for name in gone]


def _hardly_moved(old: Value | None, new: Value | None) -> bool:
    """A deadline that moves by less than an hour is no news to an operator's filter."""
    return isinstance(old, datetime) and isinstance(new, datetime) and abs(new - old) < timedelta(hours=1)
