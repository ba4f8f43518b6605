"""The algorithms of REFERENCE §7.1: which URIs stand in a signature and which hash and key they mean."""

import hashlib
from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple

from clearway.messages.signatures.public_keys import KeyKind
from clearway.messages.signatures.sm2 import sm3

DSIG = "http://www.w3.org/2000/09/xmldsig#"
CHINAPORT = "http://www.chinaport.gov.cn/2022/04/xmldsig#"
C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
ENVELOPED = f"{DSIG}enveloped-signature"
PLACEHOLDER = "urn:clearway:unsigned"
"""The SignatureMethod of UnsignedPlaceholder: no signature, and taken for none."""


class Algorithm(StrEnum):
    """The signatures that are taken; any other mixture of methods is refused."""

    SM2_SM3 = "sm2-sm3"
    """Edition 202205: every certificate issued since 2022-07-01."""
    RSA_SHA1 = "rsa-sha1"
    """Older certificates until they expire."""
    SM2_SHA1 = "sm2-sm3 with a SHA-1 digest"
    """Seen on the wire in 2023; read, never written."""


class Methods(NamedTuple):
    """What an algorithm writes into a signature, and what it means."""

    signature: str
    digest: str
    kind: KeyKind
    hash: Callable[[bytes], bytes]


def _sha1(data: bytes) -> bytes:
    return hashlib.sha1(data, usedforsecurity=False).digest()


METHODS = {
    Algorithm.SM2_SM3: Methods(f"{CHINAPORT}sm2-sm3", f"{CHINAPORT}sm3", KeyKind.SM2, sm3),
    Algorithm.RSA_SHA1: Methods(f"{DSIG}rsa-sha1", f"{DSIG}sha1", KeyKind.RSA, _sha1),
    Algorithm.SM2_SHA1: Methods(f"{DSIG}sm2-sm3", f"{DSIG}sha1", KeyKind.SM2, _sha1),
}
ALGORITHM_BY_METHODS = {(methods.signature, methods.digest): algorithm for algorithm, methods in METHODS.items()}
ALGORITHM_BY_KIND = {KeyKind.SM2: Algorithm.SM2_SM3, KeyKind.RSA: Algorithm.RSA_SHA1}
"""What a key signs with."""
