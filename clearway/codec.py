"""Payload encryption: AES-256-GCM with rotating keys, so that personal data never lies in a history in clear.

What is encrypted is packed first: nobody could read it as it lies there, and a history packed is a third of its size.
"""

import base64
import os
from collections.abc import Sequence
from typing import Self

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from temporalio.api.common.v1 import Payload
from temporalio.converter import PayloadCodec

from clearway.packing import WORDS, pack, unpack

ENCODING = b"binary/encrypted"
"""How payloads were encrypted before 0.5; they are still read."""
PACKED = b"binary/encrypted-packed/"
"""Before the number of the word list."""
NONCE_BYTES = 12


class PayloadCipher(PayloadCodec):
    """Encrypts with the first key, decrypts with whichever key the payload names; plain payloads pass through."""

    def __init__(self, keys: dict[str, bytes]) -> None:
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keys.items()}
        self._current = next(iter(keys))

    @classmethod
    def from_setting(cls, setting: str) -> Self:
        """Read `id:base64,id:base64`; raises ValueError naming the entry that is wrong."""
        keys: dict[str, bytes] = {}
        for entry in setting.split(","):
            key_id, _, encoded = entry.strip().partition(":")
            try:
                key = base64.b64decode(encoded, validate=True)
            except ValueError as error:
                raise ValueError(f"payload key {key_id!r} is not base64") from error
            if not key_id or len(key) != 32:
                raise ValueError(f"payload key {key_id!r} must be 32 bytes in base64, written as id:key")
            keys[key_id] = key
        return cls(keys)

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Encrypt."""
        return [self._encrypt(payload) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Decrypt."""
        return [self._decrypt(payload) for payload in payloads]

    def _encrypt(self, payload: Payload) -> Payload:
        nonce = os.urandom(NONCE_BYTES)
        key_id = self._current.encode()
        sealed = self._ciphers[self._current].encrypt(nonce, pack(payload.SerializeToString()), key_id)
        encoding = PACKED + str(WORDS).encode()
        return Payload(metadata={"encoding": encoding, "key-id": key_id}, data=nonce + sealed)

    def _decrypt(self, payload: Payload) -> Payload:
        encoding = payload.metadata.get("encoding", b"")
        if encoding != ENCODING and not encoding.startswith(PACKED):
            return payload
        key_id = payload.metadata["key-id"].decode()
        if key_id not in self._ciphers:
            raise ValueError(f"no payload key {key_id!r}; add it to the configured keys")
        nonce, sealed = payload.data[:NONCE_BYTES], payload.data[NONCE_BYTES:]
        opened = self._ciphers[key_id].decrypt(nonce, sealed, key_id.encode())
        if encoding != ENCODING:
            opened = unpack(opened, int(encoding.removeprefix(PACKED)))
        return Payload.FromString(opened)
