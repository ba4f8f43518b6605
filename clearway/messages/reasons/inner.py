"""The codes that customs puts inside a receipt's text: `[Code:1313;Desc:…]` (REFERENCE §6.2)."""

import re
from itertools import zip_longest
from typing import NamedTuple

_START = re.compile(r"\[\s*Code\s*[:：]\s*(\d{1,10})\s*[;；,，]?\s*(?:Desc\s*[:：]\s*)?", re.IGNORECASE)


class InnerCode(NamedTuple):
    """One code with customs' own words for it, which may name persons."""

    code: str
    text: str


def inner_codes(info: str) -> tuple[InnerCode, ...]:
    """Every inner code of a receipt's text, in its order, each once; customs sometimes sends several."""
    starts = list(_START.finditer(info))
    found: dict[str, InnerCode] = {}
    for start, following in zip_longest(starts, starts[1:]):
        end = following.start() if following else len(info)
        text, bracket, rest = info[start.end() : end].rpartition("]")
        found.setdefault(start[1], InnerCode(start[1], (text if bracket else rest).strip()))
    return tuple(found.values())
