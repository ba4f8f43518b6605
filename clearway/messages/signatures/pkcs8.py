"""PKCS#8 with PBES2 (RFC 5958, RFC 8018): private keys as structures, plain and encrypted, SM2 included."""

import hashlib
import secrets

from cryptography.hazmat.primitives import hashes, padding
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from clearway.messages.signatures import der, sm2
from clearway.messages.signatures.public_keys import SM2_ALGORITHM, Sm2PublicKey

ROUNDS = 600_000
"""Of PBKDF2-HMAC-SHA256 for keys made here; a guess at the password costs as much."""

MOST_ROUNDS = 10_000_000

_PBES2 = der.oid("1.2.840.113549.1.5.13")
_PBKDF2 = der.oid("1.2.840.113549.1.5.12")
_HMAC_SHA1 = der.oid("1.2.840.113549.2.7")  # the default, where none is named
_HMAC_SHA256 = der.oid("1.2.840.113549.2.9")
_AES_256_CBC = der.oid("2.16.840.1.101.3.4.1.42")
_HASHES: dict[bytes, hashes.HashAlgorithm] = {
    _HMAC_SHA1: hashes.SHA1(),
    _HMAC_SHA256: hashes.SHA256(),
    der.oid("1.2.840.113549.2.11"): hashes.SHA512(),
    der.oid("1.2.156.10197.1.401.2"): hashes.SM3(),
}
_CIPHERS = {
    der.oid("2.16.840.1.101.3.4.1.2"): (algorithms.AES, 16),
    der.oid("2.16.840.1.101.3.4.1.22"): (algorithms.AES, 24),
    _AES_256_CBC: (algorithms.AES, 32),
    der.oid("1.2.156.10197.1.104.2"): (algorithms.SM4, 16),
}


class WrongPassword(ValueError):
    """The password does not open the key."""


def sm2_key(number: int) -> bytes:
    """An SM2 private key as PrivateKeyInfo."""
    point = Sm2PublicKey(sm2.public_point(number)).encoded_point
    inner = der.sequence(
        der.integer(1),
        der.wrapped(der.OCTET_STRING, number.to_bytes(32, "big")),
        der.wrapped(0xA1, der.wrapped(der.BIT_STRING, b"\0", point)),
    )
    return der.sequence(der.integer(0), SM2_ALGORITHM, der.wrapped(der.OCTET_STRING, inner))


def rsa_key(key: rsa.RSAPrivateKey) -> bytes:
    """An RSA private key as PrivateKeyInfo."""
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def sm2_number(plain: bytes) -> int | None:
    """The private number in a PrivateKeyInfo, or None if it holds no SM2 key; raises ValueError."""
    found = der.parts(plain)
    if len(found) < 3 or found[1][2] != SM2_ALGORITHM:
        return None
    inner = der.parts(found[2][1])
    if len(inner) < 2 or inner[1][0] != der.OCTET_STRING:
        raise der.NotDer("an EC private key has a version and a number")
    return int.from_bytes(inner[1][1], "big")


def encrypted(plain: bytes, password: str) -> bytes:
    """A PrivateKeyInfo as EncryptedPrivateKeyInfo: PBKDF2-HMAC-SHA256, AES-256-CBC."""
    salt, start = secrets.token_bytes(16), secrets.token_bytes(16)
    key = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, ROUNDS, 32)
    padder = padding.PKCS7(128).padder()
    encryptor = Cipher(algorithms.AES(key), modes.CBC(start)).encryptor()
    data = encryptor.update(padder.update(plain) + padder.finalize()) + encryptor.finalize()
    derivation = der.sequence(
        der.wrapped(der.OCTET_STRING, salt),
        der.integer(ROUNDS),
        der.sequence(_HMAC_SHA256, der.wrapped(der.NULL)),
    )
    scheme = der.sequence(
        der.sequence(_PBKDF2, derivation), der.sequence(_AES_256_CBC, der.wrapped(der.OCTET_STRING, start))
    )
    return der.sequence(der.sequence(_PBES2, scheme), der.wrapped(der.OCTET_STRING, data))


def decrypted(data: bytes, password: str) -> bytes:
    """The PrivateKeyInfo inside an EncryptedPrivateKeyInfo; raises WrongPassword, or ValueError for other schemes."""
    algorithm, content = _pair(data)
    scheme, parameters = _pair(algorithm)
    if scheme != _PBES2:
        raise ValueError("it is not PBES2")
    derivation, encryption = _pair(parameters)
    (kdf, settings), (cipher, start) = _pair(derivation), _pair(encryption)
    if kdf != _PBKDF2 or cipher not in _CIPHERS:
        raise ValueError("it is not PBKDF2 with AES-CBC or SM4-CBC")
    make, length = _CIPHERS[cipher]
    key = _derived(settings, password, length)
    decryptor = Cipher(make(key), modes.CBC(der.content_of(start, der.OCTET_STRING))).decryptor()
    unpadder = padding.PKCS7(128).unpadder()
    try:
        plain = decryptor.update(der.content_of(content, der.OCTET_STRING)) + decryptor.finalize()
        plain = unpadder.update(plain) + unpadder.finalize()
        der.parts(plain)
    except ValueError:
        raise WrongPassword from None
    return plain


def _derived(settings: bytes, password: str, length: int) -> bytes:
    """The key that PBKDF2 makes of a password."""
    (salt_tag, salt, _), (_, rounds, _), *others = der.parts(settings)
    named = next((next(der.elements(content))[2] for tag, content, _ in others if tag == der.SEQUENCE), _HMAC_SHA1)
    count = int.from_bytes(rounds, "big")
    if salt_tag != der.OCTET_STRING or named not in _HASHES or not 0 < count <= MOST_ROUNDS:
        raise ValueError("its PBKDF2 has settings not known here")
    return PBKDF2HMAC(_HASHES[named], length, salt, count).derive(password.encode())


def _pair(data: bytes) -> tuple[bytes, bytes]:
    found = der.parts(data)
    if len(found) != 2:
        raise der.NotDer("a pair was expected")
    return found[0][2], found[1][2]
