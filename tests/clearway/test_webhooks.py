"""The check that a receiver of webhooks makes."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest

from clearway.contracts.subscriptions import Event
from clearway.webhooks import WebhookRefused, secret_from, sign, verify

NOW = datetime(2026, 3, 10, 2, tzinfo=UTC)
SECRET = secret_from(bytes(range(32)))
EVENT = Event(id="evt_7", number=3, kind="BILL", recipient="3301960A01", at=NOW)
BODY = EVENT.model_dump_json().encode()
HEADERS = sign("evt_7", NOW, BODY, [SECRET])


def test_what_was_signed_is_believed() -> None:
    assert verify(HEADERS, BODY, SECRET, NOW) == EVENT
    assert verify({name.title(): value for name, value in HEADERS.items()}, BODY, [SECRET], NOW) == EVENT


def test_the_signature_is_that_of_standard_webhooks() -> None:
    signed = b"evt_7.%d." % NOW.timestamp() + BODY
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    headers = sign("evt_7", NOW, BODY, [SECRET])
    assert headers == {
        "webhook-id": "evt_7",
        "webhook-timestamp": str(int(NOW.timestamp())),
        "webhook-signature": f"v1,{expected}",
    }


def test_the_published_vector_of_standard_webhooks_is_reproduced() -> None:
    at = datetime.fromtimestamp(1614265330, UTC)
    headers = sign(
        "msg_p5jXN8AQM9LWM0D4loKWxJek", at, b'{"test": 2432232314}', ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]
    )
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize("place", range(0, len(BODY), 7))
def test_one_changed_byte_is_refused(place: int) -> None:
    changed = BODY[:place] + bytes([BODY[place] ^ 1]) + BODY[place + 1 :]
    with pytest.raises(WebhookRefused):
        verify(HEADERS, changed, SECRET, NOW)


@pytest.mark.parametrize(
    "changed",
    [
        {"webhook-id": "evt_8"},
        {"webhook-id": ""},
        {"webhook-timestamp": str(int(NOW.timestamp()) + 1)},
        {"webhook-timestamp": "soon"},
        {"webhook-timestamp": "9" * 5000},
        {"webhook-timestamp": "²"},
        {"webhook-signature": ""},
        {"webhook-signature": "v1"},
        {"webhook-signature": HEADERS["webhook-signature"].replace("v1", "v0")},
        {"webhook-signature": "v1,密"},
    ],
)
def test_changed_headers_are_refused(changed: dict[str, str]) -> None:
    with pytest.raises(WebhookRefused):
        verify(HEADERS | changed, BODY, SECRET, NOW)


def test_one_of_several_signatures_and_one_of_several_secrets_is_enough() -> None:
    other = secret_from(bytes(32))
    both = sign("evt_7", NOW, BODY, [other, SECRET])
    assert verify(both, BODY, SECRET, NOW) == EVENT
    assert verify(HEADERS, BODY, [other, SECRET], NOW) == EVENT
    with pytest.raises(WebhookRefused):
        verify(HEADERS, BODY, other, NOW)


@pytest.mark.parametrize(("late", "believed"), [(300, True), (301, False), (-300, True), (-301, False)])
def test_a_message_is_believed_for_five_minutes(late: int, believed: bool) -> None:
    now = NOW + timedelta(seconds=late)
    if believed:
        assert verify(HEADERS, BODY, SECRET, now) == EVENT
    else:
        with pytest.raises(WebhookRefused, match="clock"):
            verify(HEADERS, BODY, SECRET, now)


def test_a_signed_body_that_is_no_event_is_refused_without_its_words() -> None:
    body = b'{"id": "evt_7", "kind": ["secret words"]}'
    with pytest.raises(WebhookRefused) as refused:
        verify(sign("evt_7", NOW, body, [SECRET]), body, SECRET, NOW)
    assert "secret words" not in str(refused.value)


@pytest.mark.parametrize("secret", ["whsec_short", "whsec_" + "a" * 12, "whsec_!!!", ""])
def test_an_unusable_secret_is_our_own_fault(secret: str) -> None:
    with pytest.raises(ValueError, match="secret"):
        verify(HEADERS, BODY, secret, NOW)
    with pytest.raises(ValueError, match="24"):
        secret_from(b"short")
