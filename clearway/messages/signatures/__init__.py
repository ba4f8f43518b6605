"""Signatures of customs' messages: RSA and SM2, made and verified without a card where the key may lie in software.

key = load_key(Path("agent.key.pem"), password)
signed = write(records, guid=guid, transfer=transfer, signer=XmlSigner(key))
verified = verify(signed, trusted)
"""

from clearway.messages.signatures.algorithms import Algorithm
from clearway.messages.signatures.certificates import (
    Certificate,
    key_name_of,
    make_certificate,
    own_key,
    read_certificate,
)
from clearway.messages.signatures.key_files import (
    certificate_pem,
    key_file_text,
    load_certificate,
    load_key,
    load_public_key,
    read_public_key,
    write_private,
)
from clearway.messages.signatures.pool import KeyPool, PoolStatistics
from clearway.messages.signatures.private_keys import FileKey, PrivateKey, RsaPrivateKey, Sm2PrivateKey, new_key
from clearway.messages.signatures.public_keys import (
    KeyKind,
    PublicKey,
    RsaPublicKey,
    Sm2PublicKey,
    fingerprint,
    public_pem,
)
from clearway.messages.signatures.refusals import KeyRefused, SignerBusy, SignerUnavailable
from clearway.messages.signatures.texts import sign_bytes, sign_text, signed_text, verify_bytes, verify_text
from clearway.messages.signatures.trusting import Trust, TrustedKey
from clearway.messages.signatures.verifying import Form, Verified, is_signed, verify
from clearway.messages.signatures.xml_signer import XmlSigner, sign_message

__all__ = [
    "Algorithm",
    "Certificate",
    "FileKey",
    "Form",
    "KeyKind",
    "KeyPool",
    "KeyRefused",
    "PoolStatistics",
    "PrivateKey",
    "PublicKey",
    "RsaPrivateKey",
    "RsaPublicKey",
    "SignerBusy",
    "SignerUnavailable",
    "Sm2PrivateKey",
    "Sm2PublicKey",
    "Trust",
    "TrustedKey",
    "Verified",
    "XmlSigner",
    "certificate_pem",
    "fingerprint",
    "is_signed",
    "key_file_text",
    "key_name_of",
    "load_certificate",
    "load_key",
    "load_public_key",
    "make_certificate",
    "new_key",
    "own_key",
    "public_pem",
    "read_certificate",
    "read_public_key",
    "sign_bytes",
    "sign_message",
    "sign_text",
    "signed_text",
    "verify",
    "verify_bytes",
    "verify_text",
    "write_private",
]
