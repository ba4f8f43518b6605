"""Certificates of RSA and SM2 keys: read from a message or file, and made, self-signed, for a key of one's own."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from clearway.messages.signatures import der
from clearway.messages.signatures.private_keys import FileKey, new_key
from clearway.messages.signatures.public_keys import KeyKind, PublicKey, public_key_of

_SIGNED_WITH = {
    KeyKind.SM2: der.sequence(der.oid("1.2.156.10197.1.501")),
    KeyKind.RSA: der.sequence(der.oid("1.2.840.113549.1.1.5"), der.wrapped(der.NULL)),
}
_EXPLICIT_0 = 0xA0
LARGEST = 16 * 1024
"""Bytes of a certificate; what is larger comes from nobody we know, and is not kept in memory."""


@dataclass(frozen=True)
class Certificate:
    """What we use of a certificate. It is never believed by itself: the key must be one that is trusted already."""

    serial: int
    subject: str
    public_key: PublicKey
    valid_from: datetime
    valid_to: datetime
    """Its last second."""

    @property
    def key_name(self) -> str:
        """The serial number as KeyName: hex, whole bytes."""
        return key_name_of(self.serial)


def key_name_of(serial: int) -> str:
    """A serial number as KeyName."""
    return serial.to_bytes((serial.bit_length() + 7) // 8 or 1, "big").hex()


@lru_cache(maxsize=256)
def read_certificate(data: bytes) -> Certificate:
    """A certificate in DER; raises ValueError for what is none, or holds neither an RSA nor an SM2 key."""
    if len(data) > LARGEST:
        raise ValueError("too large for a certificate")
    certificate = x509.load_der_x509_certificate(data)
    signed = der.parts(certificate.tbs_certificate_bytes)
    first = 1 if signed[0][0] == _EXPLICIT_0 else 0  # the version may be absent
    return Certificate(
        serial=certificate.serial_number,
        subject=certificate.subject.rfc4514_string(),
        public_key=public_key_of(signed[first + 5][2]),
        valid_from=certificate.not_valid_before_utc,
        valid_to=certificate.not_valid_after_utc,
    )


def make_certificate(key: FileKey, *, subject: str, serial: int, valid_from: datetime, valid_to: datetime) -> bytes:
    """A self-signed certificate in DER: it carries the key, its name and its time, and proves nothing else."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, subject)]).public_bytes()
    to_sign = der.sequence(
        der.wrapped(_EXPLICIT_0, der.integer(2)),
        der.integer(serial),
        _SIGNED_WITH[key.kind],
        name,
        der.sequence(_time(valid_from), _time(valid_to)),
        name,
        key.public_key.der(),
    )
    signature = key.sign(to_sign)
    if key.kind is KeyKind.SM2:  # certificates hold SM2 signatures as a pair of INTEGERs
        signature = der.sequence(
            *(der.integer(int.from_bytes(half, "big")) for half in (signature[:32], signature[32:]))
        )
    made = der.sequence(to_sign, _SIGNED_WITH[key.kind], der.wrapped(der.BIT_STRING, b"\0", signature))
    return x509.load_der_x509_certificate(made).public_bytes(Encoding.DER)


def own_key(kind: KeyKind, *, subject: str, valid_from: datetime, valid_to: datetime) -> FileKey:
    """A fresh key with a self-signed certificate for `subject`, named by the certificate's random serial number."""
    key, serial = new_key(kind), secrets.randbits(62) | 1 << 62
    certificate = make_certificate(key, subject=subject, serial=serial, valid_from=valid_from, valid_to=valid_to)
    return key.named(key_name_of(serial), certificate)


def _time(moment: datetime) -> bytes:
    """UTCTime until 2049, GeneralizedTime after it (RFC 5280)."""
    moment = moment.astimezone(UTC)
    if moment.year < 2050:
        return der.wrapped(0x17, f"{moment:%y%m%d%H%M%SZ}".encode())
    return der.wrapped(0x18, f"{moment:%Y%m%d%H%M%SZ}".encode())
