"""Public keys: RSA and SM2, what they verify, and how they are written and read."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from clearway.messages.signatures import der, sm2
from clearway.messages.signatures.pem import pem

SHORTEST_RSA = 1024
"""Bits; cards issued before July 2022 hold keys of this length (REFERENCE §7.2)."""

EC_KEY = der.oid("1.2.840.10045.2.1")
SM2_CURVE = der.oid("1.2.156.10197.1.301")
SM2_ALGORITHM = der.sequence(EC_KEY, SM2_CURVE)


class KeyKind(StrEnum):
    """The two kinds of key that customs' cards and servers hold."""

    RSA = "rsa"
    SM2 = "sm2"


class PublicKey(Protocol):
    """What verifies signatures."""

    @property
    def kind(self) -> KeyKind:
        """RSA or SM2."""
        ...

    def verify(self, data: bytes, signature: bytes) -> bool:
        """Whether `signature` is this key's of `data`: PKCS#1 v1.5 over SHA-1, or r || s of SM2 over SM3."""
        ...

    def der(self) -> bytes:
        """The key as SubjectPublicKeyInfo."""
        ...


@dataclass(frozen=True)
class Sm2PublicKey:
    """An SM2 key: a point on the curve."""

    point: sm2.Point

    def __post_init__(self) -> None:
        if not sm2.on_curve(self.point):
            raise ValueError("the point is not on the SM2 curve")

    @property
    def kind(self) -> KeyKind:
        """SM2."""
        return KeyKind.SM2

    def verify(self, data: bytes, signature: bytes) -> bool:
        """Whether r || s is this key's signature of `data`."""
        return sm2.verify_hash(self.point, sm2.hash_to_sign(self.point, data), signature)

    def der(self) -> bytes:
        """The key as SubjectPublicKeyInfo."""
        return der.sequence(SM2_ALGORITHM, der.wrapped(der.BIT_STRING, b"\0", self.encoded_point))

    @property
    def encoded_point(self) -> bytes:
        """The point, uncompressed: 04, x, y."""
        return b"\x04" + b"".join(coordinate.to_bytes(32, "big") for coordinate in self.point)


@dataclass(frozen=True)
class RsaPublicKey:
    """An RSA key."""

    key: rsa.RSAPublicKey

    def __post_init__(self) -> None:
        if self.key.key_size < SHORTEST_RSA:
            raise ValueError(f"an RSA key needs {SHORTEST_RSA} bits at least")

    @property
    def kind(self) -> KeyKind:
        """RSA."""
        return KeyKind.RSA

    def verify(self, data: bytes, signature: bytes) -> bool:
        """Whether this key signed `data` by PKCS#1 v1.5 over SHA-1, which is all that old cards can do."""
        try:
            self.key.verify(signature, data, padding.PKCS1v15(), hashes.SHA1())
        except InvalidSignature:
            return False
        return True

    def der(self) -> bytes:
        """The key as SubjectPublicKeyInfo."""
        return self.key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def fingerprint(key: PublicKey) -> str:
    """SHA-256 of the key's DER form, in hex: what two people compare over the telephone."""
    return hashlib.sha256(key.der()).hexdigest()


def public_pem(key: PublicKey) -> str:
    """The key as PEM."""
    return pem("PUBLIC KEY", key.der())


def public_key_of(data: bytes) -> PublicKey:
    """The key in a SubjectPublicKeyInfo; raises ValueError for what is neither RSA nor SM2, or no such structure."""
    found = der.parts(data)
    if len(found) != 2:
        raise der.NotDer("a public key has an algorithm and a bit string")
    if found[0][2] == SM2_ALGORITHM:
        bits = der.content_of(found[1][2], der.BIT_STRING)
        if len(bits) != 66 or bits[:2] != b"\0\x04":
            raise der.NotDer("an SM2 key is an uncompressed point")
        return Sm2PublicKey((int.from_bytes(bits[2:34], "big"), int.from_bytes(bits[34:], "big")))
    try:
        key = load_der_public_key(data)
    except UnsupportedAlgorithm as error:
        raise ValueError(str(error)) from None
    if not isinstance(key, rsa.RSAPublicKey):
        raise ValueError("the key is neither RSA nor SM2")
    return RsaPublicKey(key)
