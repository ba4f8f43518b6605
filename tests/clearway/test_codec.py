"""Payloads under a key are unreadable without it, rotate, and cannot be altered."""

import base64

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from temporalio.api.common.v1 import Payload

from clearway.codec import PayloadCipher
from clearway.connection import data_converter

OLD, NEW = (base64.b64encode(bytes([number]) * 32).decode() for number in (1, 2))
SECRET = Payload(metadata={"encoding": b"json/plain"}, data="张三 11010519491231002X".encode())


async def test_what_was_encrypted_comes_back_and_shows_nothing() -> None:
    cipher = PayloadCipher.from_setting(f"new:{NEW}")
    [sealed] = await cipher.encode([SECRET])
    assert SECRET.data not in sealed.SerializeToString()
    assert sealed.metadata["encoding"] == b"binary/encrypted-packed/1"
    assert await cipher.decode([sealed]) == [SECRET]
    assert sealed != (await cipher.encode([SECRET]))[0]


async def test_an_old_key_still_reads_and_the_newest_writes() -> None:
    [sealed] = await PayloadCipher.from_setting(f"old:{OLD}").encode([SECRET])
    rotated = PayloadCipher.from_setting(f"new:{NEW},old:{OLD}")
    assert await rotated.decode([sealed]) == [SECRET]
    assert (await rotated.encode([SECRET]))[0].metadata["key-id"] == b"new"
    with pytest.raises(ValueError, match="no payload key 'old'"):
        await PayloadCipher.from_setting(f"new:{NEW}").decode([sealed])


async def test_what_was_encrypted_before_packing_is_still_read() -> None:
    nonce, key = bytes(range(12)), base64.b64decode(OLD)
    sealed = nonce + AESGCM(key).encrypt(nonce, SECRET.SerializeToString(), b"old")
    kept = Payload(metadata={"encoding": b"binary/encrypted", "key-id": b"old"}, data=sealed)
    assert await PayloadCipher.from_setting(f"old:{OLD}").decode([kept]) == [SECRET]


async def test_one_flipped_byte_is_noticed() -> None:
    cipher = PayloadCipher.from_setting(f"new:{NEW}")
    [sealed] = await cipher.encode([SECRET])
    altered = Payload(metadata=sealed.metadata, data=sealed.data[:-1] + bytes([sealed.data[-1] ^ 1]))
    with pytest.raises(InvalidTag):
        await cipher.decode([altered])


async def test_plain_payloads_pass_through() -> None:
    assert await PayloadCipher.from_setting(f"new:{NEW}").decode([SECRET]) == [SECRET]


@pytest.mark.parametrize("setting", ["new", "new:***", f"new:{base64.b64encode(bytes(16)).decode()}", f":{NEW}"])
def test_a_wrong_key_is_named_and_refused(setting: str) -> None:
    with pytest.raises(ValueError, match="payload key"):
        PayloadCipher.from_setting(setting)


def test_encryption_is_on_exactly_when_keys_are_set() -> None:
    assert data_converter({}).payload_codec is None
    assert data_converter({"CLEARWAY_PAYLOAD_KEYS": f"new:{NEW}"}).payload_codec is not None
