"""Private keys: what signs, wherever it lies, and the two kinds that lie in files."""

from typing import Protocol

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from clearway.messages.signatures import sm2
from clearway.messages.signatures.public_keys import KeyKind, RsaPublicKey, Sm2PublicKey

RSA_BITS = 2048
"""Length of the RSA keys made here."""


class PrivateKey(Protocol):
    """What signs: a key from a file, a card, an HSM or a signing server. The one thing another back end provides."""

    @property
    def name(self) -> str:
        """The KeyName: the serial number of its certificate, in hex, as seen on the wire."""
        ...

    @property
    def kind(self) -> KeyKind:
        """RSA or SM2; it decides the algorithm."""
        ...

    @property
    def certificate(self) -> bytes | None:
        """Its certificate in DER, if it has one."""
        ...

    def sign(self, data: bytes) -> bytes:
        """PKCS#1 v1.5 over SHA-1, or r || s of SM2 over SM3. Raises SignerUnavailable if nobody answers."""
        ...


class Sm2PrivateKey:
    """An SM2 key in memory."""

    kind = KeyKind.SM2

    def __init__(self, number: int, name: str = "", certificate: bytes | None = None) -> None:
        """Take the private number; raises ValueError unless it lies in 1 … N - 2."""
        if not 0 < number < sm2.N - 1:
            raise ValueError("the private number of an SM2 key lies in 1 … N - 2")
        self._number = number
        self._inverse = sm2.inverse_of(number)
        self._point = sm2.public_point(number)
        self.name = name
        self.certificate = certificate

    @property
    def number(self) -> int:
        """The private number itself, for the file it is kept in."""
        return self._number

    @property
    def public_key(self) -> Sm2PublicKey:
        """What verifies its signatures."""
        return Sm2PublicKey(self._point)

    def sign(self, data: bytes) -> bytes:
        """The signature r || s, 64 bytes."""
        return sm2.sign_hash(self._number, self._inverse, sm2.hash_to_sign(self._point, data))

    def named(self, name: str, certificate: bytes | None) -> "Sm2PrivateKey":
        """The same key under this name."""
        return Sm2PrivateKey(self._number, name, certificate)


class RsaPrivateKey:
    """An RSA key in memory."""

    kind = KeyKind.RSA

    def __init__(self, key: rsa.RSAPrivateKey, name: str = "", certificate: bytes | None = None) -> None:
        """Take the key; raises ValueError if it is too short."""
        self._public = RsaPublicKey(key.public_key())
        self._key = key
        self.name = name
        self.certificate = certificate

    @property
    def key(self) -> rsa.RSAPrivateKey:
        """The key itself, for the file it is kept in."""
        return self._key

    @property
    def public_key(self) -> RsaPublicKey:
        """What verifies its signatures."""
        return self._public

    def sign(self, data: bytes) -> bytes:
        """PKCS#1 v1.5 over SHA-1, as the old cards sign (REFERENCE §7.1)."""
        return self._key.sign(data, padding.PKCS1v15(), hashes.SHA1())

    def named(self, name: str, certificate: bytes | None) -> "RsaPrivateKey":
        """The same key under this name."""
        return RsaPrivateKey(self._key, name, certificate)


FileKey = Sm2PrivateKey | RsaPrivateKey
"""A key that lies in a file."""


def new_key(kind: KeyKind) -> FileKey:
    """A fresh key, without a name yet."""
    if kind is KeyKind.SM2:
        return Sm2PrivateKey(sm2.new_private())
    return RsaPrivateKey(rsa.generate_private_key(65537, RSA_BITS))
