"""Signing a message: the digest of the bytes that will be sent, and the element that carries the signature."""

import base64
from xml.sax.saxutils import escape

from clearway.messages.faults import MessageRefused, problem
from clearway.messages.parsing import MAX_BYTES, root_of
from clearway.messages.signatures.algorithms import ALGORITHM_BY_KIND, DSIG, METHODS
from clearway.messages.signatures.layout import canonical, signature_element, signed_info
from clearway.messages.signatures.private_keys import PrivateKey
from clearway.messages.signatures.refusals import REFERENCE
from clearway.messages.signing import Signer


class XmlSigner:
    """Signs messages with one key: SM2 over SM3 as of edition 202205, or RSA over SHA-1 with an old one."""

    def __init__(self, key: PrivateKey) -> None:
        self.key = key

    def sign(self, unsigned: bytes) -> bytes:
        """The ds:Signature of these message bytes, to stand as the last child of the root.

        Raises MessageRefused for what is no XML, and SignerUnavailable from keys that lie elsewhere.
        """
        root = root_of(unsigned, MAX_BYTES)
        algorithm = ALGORITHM_BY_KIND[self.key.kind]
        digest = _base64(METHODS[algorithm].hash(canonical(root)))
        value = self.key.sign(signed_info(algorithm, digest, root.nsmap))
        certificate = self.key.certificate
        return signature_element(
            algorithm, digest, _base64(value), escape(self.key.name), _base64(certificate) if certificate else None
        )


def sign_message(message: bytes, signer: Signer) -> bytes:
    """The message with its signature as last child of the root, and not one other byte changed.

    Raises MessageRefused for what is no XML, is signed already, or has an empty root.
    """
    root = root_of(message, MAX_BYTES)
    if next(root.iter(f"{{{DSIG}}}Signature"), None) is not None:
        raise MessageRefused(
            [
                problem(
                    "E_SIGNED",
                    ("the message is signed already", "报文已有签名"),
                    ("Sign the message as it was before", "请对未签名的报文签名"),
                    reference=REFERENCE,
                )
            ]
        )
    end = message.rfind(b"</")
    if not len(root) or b"-->" in message[end:] or b"?>" in message[end:]:
        raise MessageRefused(
            [
                problem(
                    "E_NO_PLACE",
                    (
                        "the root is empty, or something follows it, so a signature has no place",
                        "根元素为空或其后还有内容，无处放置签名",
                    ),
                    ("Send a message that ends with its root's closing tag", "请使报文以根元素的结束标签结尾"),
                    reference=REFERENCE,
                )
            ]
        )
    return message[:end] + signer.sign(message) + message[end:]


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
