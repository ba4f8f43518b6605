"""A keyed hash that stands for an identity number, so that no table or log holds the number as a key."""

import hashlib
import hmac


def person_key(id_number: str, secret: str) -> str:
    """HMAC-SHA-256, in hex, of the number without blanks and with a capital X."""
    written = "".join(id_number.split()).upper()
    return hmac.new(secret.encode(), written.encode(), hashlib.sha256).hexdigest()
