"""Documents put away small: thousands of lists stay in memory as packed bytes, and only the last used are open."""

import zlib
from collections import OrderedDict
from typing import Any, Generic, TypeVar, cast

from pydantic import BaseModel

D = TypeVar("D", bound=BaseModel)
K = TypeVar("K")
V = TypeVar("V")

_OPEN = 300
"""Documents that are kept open; to read one again costs less than to hold them all."""


class Packed(Generic[D]):
    """One document, which never changes."""

    __slots__ = ("_bytes", "_model")

    def __init__(self, document: D) -> None:
        self._model = type(document)
        self._bytes = zlib.compress(document.model_dump_json(exclude_none=True).encode(), 1)
        self._note(document)

    def open(self) -> D:
        """The document."""
        document = _OPENED.get(self)
        if document is None:
            document = self._model.model_validate_json(zlib.decompress(self._bytes))
        self._note(document)
        return cast(D, document)

    def _note(self, document: BaseModel) -> None:
        _OPENED[self] = document
        _OPENED.move_to_end(self)
        if len(_OPENED) > _OPEN:
            _OPENED.popitem(last=False)


_OPENED: OrderedDict[Packed[Any], BaseModel] = OrderedDict()
"""Used last, last."""


class Bounded(OrderedDict[K, V]):
    """Entries in the order in which they came, of which the oldest go when there are too many."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def __setitem__(self, key: K, value: V) -> None:
        """Put an entry in place, and let the oldest go."""
        super().__setitem__(key, value)
        if len(self) > self._most:
            self.popitem(last=False)
