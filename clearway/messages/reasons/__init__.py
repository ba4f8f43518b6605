"""The catalogue of customs' reasons: from a receipt's status and text to cause, remedy, who acts and where (§6)."""

from clearway.messages.reasons.inner import InnerCode, inner_codes
from clearway.messages.reasons.reading import (
    every_meaning,
    meanings_of,
    nearest_codes,
    reason_of,
    reasons_of,
    unknown_codes,
)
from clearway.messages.reasons.rejections import rejections

__all__ = [
    "InnerCode",
    "every_meaning",
    "inner_codes",
    "meanings_of",
    "nearest_codes",
    "reason_of",
    "reasons_of",
    "rejections",
    "unknown_codes",
]
