"""Fingerprints: what makes two submissions the same in content (DESIGN law 5; RULEBOOK B.1 acceptance 5)."""

import hashlib
import json
from datetime import date
from decimal import Decimal

from clearway.contracts.base import Contract

ENVELOPE = {"guid", "app_type", "app_time", "app_status"}
"""What changes when the same content is sent again."""


def content_hash(document: Contract) -> str:
    """SHA-256, in hex, of the business content; amounts count by value, so 318.2 and 318.20 are the same."""
    content = document.model_dump(exclude=ENVELOPE, exclude_none=True)
    canonical = json.dumps(content, default=_spell, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(canonical.encode()).hexdigest()


def snapshot(*documents: Contract) -> str:
    """SHA-256, in hex, over the content hashes of documents in the order given (RULEBOOK B.2 step 3)."""
    return hashlib.sha256("\n".join(content_hash(document) for document in documents).encode()).hexdigest()


def _spell(value: object) -> str:
    if isinstance(value, Decimal):
        return format(value.normalize(), "f") if value else "0"
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"no canonical spelling for {type(value).__name__}")
