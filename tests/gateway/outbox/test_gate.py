"""As soon as a key of a recipient is on file, whatever is done to its subscriptions must be signed by it."""

import json
from datetime import timedelta
from typing import Any

import httpx
import pytest

from clearway.messages.signatures import FileKey, KeyKind, new_key, public_pem, sign_bytes
from models.tables import TrustedKey
from tests.gateway.outbox.clock import START
from tests.gateway.outbox.receiver import EBC, LOG, Office

OURS, THEIRS = new_key(KeyKind.SM2).named("0a", None), new_key(KeyKind.SM2).named("0b", None)


def trust(office: Office, key: FileKey, party: str) -> None:
    with office.database.transaction() as session:
        session.add(
            TrustedKey(
                key_name=key.name,
                party_code=party,
                roles="EBC",
                algorithm="sm2",
                public_key=public_pem(key.public_key),
                fingerprint=key.name,
                valid_from=START - timedelta(days=1),
                added_at=START,
            )
        )


async def send(office: Office, key: FileKey | None, method: str, path: str, body: Any = None) -> httpx.Response:
    content = b"" if body is None else json.dumps(body).encode()
    signed = content or f"{method} {path}".encode()
    headers = {"X-Clearway-Key": key.name, "X-Clearway-Signature": sign_bytes(signed, key)} if key else {}
    return await office.http.request(method, path, content=content, headers=headers)


def codes(answer: httpx.Response) -> list[str]:
    return [problem["code"] for problem in answer.json()["problems"]]


WANTED = {"recipient": EBC, "mode": "pull"}
ACTS = [
    ("POST", "/subscriptions/1/test", None),
    ("POST", "/subscriptions/1/rotate-secret", None),
    ("POST", "/subscriptions/1/acknowledge", {"up_to": 1}),
    ("DELETE", "/subscriptions/1", None),
]


async def test_a_recipient_with_a_key_must_sign_its_subscription(office: Office) -> None:
    trust(office, OURS, EBC)
    trust(office, THEIRS, LOG)
    assert codes(await send(office, None, "POST", "/subscriptions", WANTED)) == ["E_UNSIGNED"]
    assert codes(await send(office, THEIRS, "POST", "/subscriptions", WANTED)) == ["E_SIGNER_PARTY"]
    assert (await office.http.get("/subscriptions")).json() == {"subscriptions": []}
    assert (await send(office, OURS, "POST", "/subscriptions", WANTED)).status_code == 201


@pytest.mark.parametrize(("method", "path", "body"), ACTS)
async def test_whatever_is_done_to_it_must_be_signed_too(office: Office, method: str, path: str, body: Any) -> None:
    await office.subscribe()
    trust(office, OURS, EBC)
    trust(office, THEIRS, LOG)
    assert codes(await send(office, None, method, path, body)) == ["E_UNSIGNED"]
    assert codes(await send(office, THEIRS, method, path, body)) == ["E_SIGNER_PARTY"]
    forged = new_key(KeyKind.SM2).named(OURS.name, None)
    assert codes(await send(office, forged, method, path, body)) == ["E_SIGNATURE"]
    assert (await office.show(1))["ended_at"] is None
    assert (await send(office, OURS, method, path, body)).status_code == 200


async def test_a_signature_for_one_act_is_none_for_another(office: Office) -> None:
    await office.subscribe()
    trust(office, OURS, EBC)
    headers = {"X-Clearway-Key": OURS.name, "X-Clearway-Signature": sign_bytes(b"POST /subscriptions/1/test", OURS)}
    assert codes(await office.http.delete("/subscriptions/1", headers=headers)) == ["E_SIGNATURE"]


async def test_a_recipient_without_a_key_need_not_sign(office: Office) -> None:
    trust(office, THEIRS, LOG)
    await office.subscribe()
    assert (await send(office, None, "DELETE", "/subscriptions/1")).status_code == 200


async def test_a_body_that_is_too_large_is_not_read(office: Office) -> None:
    answer = await office.http.post("/subscriptions", content=b" " * (office.settings.max_body_bytes + 1))
    assert answer.status_code == 413
