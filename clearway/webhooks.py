"""Signing and checking the events that Clearway posts to an address, in the manner of Standard Webhooks.

Whoever receives events calls `verify` with the headers, the body exactly as it came, the secret and the present
instant. Any library for Standard Webhooks checks them as well.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from pydantic import ValidationError

from clearway.contracts.subscriptions import Event

ID_HEADER = "webhook-id"
TIMESTAMP_HEADER = "webhook-timestamp"
SIGNATURE_HEADER = "webhook-signature"
SECRET_PREFIX = "whsec_"
SECRET_BYTES = 32
TOLERANCE = timedelta(minutes=5)
"""A message older or younger than this is refused: it may be a recorded one that somebody plays again."""

_VERSION = "v1"


class WebhookRefused(ValueError):
    """The message is not to be believed; the text says why and holds nothing of the message."""


def secret_from(random: bytes) -> str:
    """A secret in the form in which it is told; raises ValueError for fewer than 24 bytes."""
    if len(random) < 24:
        raise ValueError("a secret has at least 24 bytes")
    return SECRET_PREFIX + base64.b64encode(random).decode()


def sign(event_id: str, at: datetime, body: bytes, secrets: Iterable[str]) -> dict[str, str]:
    """The headers that go with a body: one signature for each secret. Raises ValueError for an unusable secret."""
    timestamp = str(int(at.timestamp()))
    signatures = (f"{_VERSION},{_mac(secret, event_id, timestamp, body)}" for secret in secrets)
    return {ID_HEADER: event_id, TIMESTAMP_HEADER: timestamp, SIGNATURE_HEADER: " ".join(signatures)}


def verify(headers: Mapping[str, str], body: bytes, secret: str | Iterable[str], now: datetime) -> Event:
    """The event, once its signature fits one of the secrets and its time is near `now`.

    `body` is the request's body byte for byte; `headers` may be written in any case. Raises WebhookRefused, and
    ValueError for a secret that cannot be one. Take each `Event.id` once: an event comes at least once.
    """
    lower = {name.lower(): value for name, value in headers.items()}
    missing = [name for name in (ID_HEADER, TIMESTAMP_HEADER, SIGNATURE_HEADER) if not lower.get(name)]
    if missing:
        raise WebhookRefused(f"the header {', '.join(missing)} is missing")
    event_id, timestamp = lower[ID_HEADER], lower[TIMESTAMP_HEADER]
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        raise WebhookRefused(f"{TIMESTAMP_HEADER} is not a number of seconds")
    if abs(int(now.timestamp()) - int(timestamp)) > TOLERANCE.total_seconds():
        raise WebhookRefused(f"{TIMESTAMP_HEADER} is too far from the present; check the clock")
    given = [each.partition(",") for each in lower[SIGNATURE_HEADER].split()]
    signatures = [value for version, _, value in given if version == _VERSION]
    secrets = (secret,) if isinstance(secret, str) else tuple(secret)
    expected = [_mac(each, event_id, timestamp, body) for each in secrets]
    # All pairs are compared, each in constant time, so that the time taken says nothing about a signature.
    fits = [hmac.compare_digest(one.encode(), other.encode()) for one in expected for other in signatures]
    if not any(fits):
        raise WebhookRefused("no signature fits the body and the secret")
    return _event(event_id, body)


def _event(event_id: str, body: bytes) -> Event:
    try:
        event = Event.model_validate_json(body)
    except ValidationError as fault:
        raise WebhookRefused(f"the body is no event: {fault.error_count()} faults") from None
    if event.id != event_id:
        raise WebhookRefused(f"{ID_HEADER} names another event than the body")
    return event


def _mac(secret: str, event_id: str, timestamp: str, body: bytes) -> str:
    try:
        key = base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("the secret is not base64") from None
    if len(key) < 24:
        raise ValueError("the secret is too short")
    signed = f"{event_id}.{timestamp}.".encode() + body
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
