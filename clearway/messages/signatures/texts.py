"""Signatures of texts: Announcement 179's payment data (REFERENCE §9), and JSON bodies signed beside the body."""

import base64
import binascii
import hashlib

from clearway.messages.signatures.private_keys import PrivateKey
from clearway.messages.signatures.trusting import Trust, TrustedKey, trusted_key, unsigned, wrong_signature

DETACHED = "clearway-detached-signature\n"
"""Begins what is signed for a body, so that no such signature can pass for one of a message or of payment data."""


def signed_text(session_id: str, head_json: str, lists_json: str, service_time: str | int) -> str:
    """The string that Announcement 179 has signed: four values in quotes, joined by `||`.

    `head_json` and `lists_json` are the JSON texts exactly as they are sent: the order of keys and forms like `5.0`
    count. `service_time` is in milliseconds.
    """
    values = {
        "sessionID": session_id,
        "payExchangeInfoHead": head_json,
        "payExchangeInfoLists": lists_json,
        "serviceTime": service_time,
    }
    return "||".join(f'"{name}":"{value}"' for name, value in values.items())


def sign_text(text: str, key: PrivateKey) -> str:
    """The signature of a text in UTF-8, in base64 (SM2: r || s). Raises SignerUnavailable."""
    return base64.b64encode(key.sign(text.encode())).decode()


def verify_text(text: str, signature: str, key_name: str, trusted: Trust) -> TrustedKey:
    """The trusted key that signed a text; raises MessageRefused: E_UNSIGNED, E_KEY_UNKNOWN or E_SIGNATURE."""
    if not signature or not key_name:
        raise unsigned("a signature and the name of its key are needed", "缺少签名值或密钥编号")
    key = trusted_key(key_name, trusted)
    try:
        raw = base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        raise wrong_signature("it is not base64", "签名值不是有效的 base64") from None
    if base64.b64encode(raw).decode() != signature or not key.public_key.verify(text.encode(), raw):
        raise wrong_signature("it is not that key's over this content", "签名值与内容不符")
    return key


def sign_bytes(data: bytes, key: PrivateKey) -> str:
    """The detached signature of a body, in base64: over a fixed prefix and the body's SHA-256 in hex.

    The hash in between keeps old RSA cards, which can only do SHA-1, safe against prepared collisions.
    """
    return sign_text(_detached(data), key)


def verify_bytes(data: bytes, signature: str, key_name: str, trusted: Trust) -> TrustedKey:
    """The trusted key that signed a body; raises MessageRefused: E_UNSIGNED, E_KEY_UNKNOWN or E_SIGNATURE."""
    return verify_text(_detached(data), signature, key_name, trusted)


def _detached(data: bytes) -> str:
    return DETACHED + hashlib.sha256(data).hexdigest()
