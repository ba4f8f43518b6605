"""Verifying a message's signature: strictly first, then in the forms that real programs send (REFERENCE §7.2)."""

import base64
import binascii
from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from lxml import etree
from pydantic import Field

from clearway.contracts.base import Contract
from clearway.contracts.parties import Role
from clearway.messages.parsing import MAX_BYTES, root_of
from clearway.messages.signatures.algorithms import (
    ALGORITHM_BY_METHODS,
    C14N,
    DSIG,
    ENVELOPED,
    METHODS,
    PLACEHOLDER,
    Algorithm,
)
from clearway.messages.signatures.certificates import read_certificate
from clearway.messages.signatures.layout import CEB, XSI, canonical, signed_info
from clearway.messages.signatures.public_keys import PublicKey, fingerprint, public_pem
from clearway.messages.signatures.trusting import Trust, trusted_key, unsigned, wrong_signature


class Form(StrEnum):
    """In which form a signature held. Only the first is XML-DSig to the letter; all of them cover the same values."""

    STRICT = "strict"
    LOOSE_SPACE = "whitespace around the signature"
    COMPACT_INFO = "compact SignedInfo"
    COMPACT_INFO_LOOSE_SPACE = "compact SignedInfo and whitespace around the signature"


class Verified(Contract):
    """A signature that holds: who signed, with which key, how."""

    key_name: str
    party_code: str = Field(description="Whose key it is")
    roles: tuple[Role, ...] = Field(description="Roles in which that party may sign")
    algorithm: Algorithm
    form: Form
    public_key: str = Field(description="The trusted key that verified it, as PEM")
    fingerprint: str = Field(description="SHA-256 of that key, hex")


class _Signature(NamedTuple):
    """What a signature element says, after its shape was found right."""

    algorithm: Algorithm
    digest: bytes
    value: bytes
    key_name: str
    certificate: bytes | None
    info: etree._Element


def verify(message: bytes, trusted: Trust, max_bytes: int = MAX_BYTES) -> Verified:
    """Who signed a message. `trusted` gives the key trusted now under a KeyName, or None.

    The signature is the one ds:Signature, last child of the root; it covers everything else in the message. A
    certificate in it proves nothing and must hold the trusted key. Raises MessageRefused: E_UNSIGNED, E_KEY_UNKNOWN,
    E_SIGNATURE, or what is wrong with the XML.
    """
    root = root_of(message, max_bytes)
    element = _only_signature(root)
    signature = _read(element)
    key = trusted_key(signature.key_name, trusted)
    _check_key(signature, key.public_key)
    if (compact := _info_form(signature, root, key.public_key)) is None:
        raise wrong_signature("SignatureValue is not that key's over SignedInfo", "签名值与签名信息不符")
    if (loose := _digest_form(signature, root, element)) is None:
        raise wrong_signature("the message's content is not what was signed", "报文内容与签名时不一致")
    return Verified(
        key_name=key.key_name,
        party_code=key.party_code,
        roles=tuple(sorted(key.roles)),
        algorithm=signature.algorithm,
        form=_FORMS[compact, loose],
        public_key=public_pem(key.public_key),
        fingerprint=fingerprint(key.public_key),
    )


def is_signed(message: bytes, max_bytes: int = MAX_BYTES) -> bool:
    """Whether a message carries a signature, right or wrong; the placeholder is none. Raises MessageRefused."""
    found = [*root_of(message, max_bytes).iter(_name("Signature"))]
    return bool(found) and not all(_is_placeholder(each) for each in found)


_FORMS = {
    (False, False): Form.STRICT,
    (False, True): Form.LOOSE_SPACE,
    (True, False): Form.COMPACT_INFO,
    (True, True): Form.COMPACT_INFO_LOOSE_SPACE,
}


def _only_signature(root: etree._Element) -> etree._Element:
    """The one signature; a second one, or one elsewhere, is an attempt to have something else believed."""
    found = [*root.iter(_name("Signature"))]
    if not found:
        raise unsigned()
    if len(found) > 1 or len([*root.iter(_name("SignedInfo"))]) > 1:
        raise wrong_signature("there is more than one", "存在多个签名")
    [element] = found
    if element.getparent() is not root or element.getnext() is not None or (element.tail or "").strip():
        raise wrong_signature("it is not the last child of the root", "签名不是根元素的最后一个子节点")
    if _is_placeholder(element):
        raise unsigned("the message carries a placeholder, which is no signature", "报文中的签名仅为占位，并非签名")
    return element


def _is_placeholder(element: etree._Element) -> bool:
    method = element.find(f"{_name('SignedInfo')}/{_name('SignatureMethod')}")
    return method is not None and method.get("Algorithm") == PLACEHOLDER


def _read(element: etree._Element) -> _Signature:
    """What the signature says; anything beyond the one shape of REFERENCE §7.2 is refused."""
    info, value, key_info = _children(element, "SignedInfo", "SignatureValue", "KeyInfo")
    canonicalization, method, reference = _children(info, "CanonicalizationMethod", "SignatureMethod", "Reference")
    transforms, digest_method, digest = _children(
        reference, "Transforms", "DigestMethod", "DigestValue", attributes={"URI": ""}
    )
    [transform] = _children(transforms, "Transform")
    if _algorithm(canonicalization) != C14N or _algorithm(transform) != ENVELOPED:
        raise wrong_signature("it names another canonicalisation or transform", "规范化方法或转换方法不符")
    algorithm = ALGORITHM_BY_METHODS.get((_algorithm(method), _algorithm(digest_method)))
    if algorithm is None:
        raise wrong_signature("it names other algorithms than are taken", "签名算法不受支持")
    name, *x509 = _children(key_info, "KeyName", "X509Data") if len(key_info) > 1 else _children(key_info, "KeyName")
    certificate = [_children(data, "X509Certificate")[0] for data in x509]
    return _Signature(
        algorithm=algorithm,
        digest=_decoded(digest),
        value=_decoded(value),
        key_name=_text(name).strip(),
        certificate=_decoded(certificate[0]) if certificate else None,
        info=info,
    )


def _check_key(signature: _Signature, key: PublicKey) -> None:
    """The trusted key is of the algorithm's kind, and the certificate, if there is one, holds it."""
    if key.kind is not METHODS[signature.algorithm].kind:
        raise wrong_signature("the trusted key is of another kind", "受信任密钥的类型与签名算法不符")
    if signature.certificate is None:
        return
    try:
        carried = read_certificate(signature.certificate).public_key
    except ValueError:
        raise wrong_signature("its certificate cannot be read", "签名证书无法读取") from None
    if carried.der() != key.der():
        raise wrong_signature("its certificate holds another key than the trusted one", "签名证书与受信任密钥不一致")


def _info_form(signature: _Signature, root: etree._Element, key: PublicKey) -> bool | None:
    """False: SignedInfo is signed as received; True: it is signed in compact form; None: neither."""
    received = canonical(signature.info)
    if key.verify(received, signature.value):
        return False
    digest = base64.b64encode(signature.digest).decode()
    contexts: tuple[dict[str | None, str], ...] = (dict(root.nsmap), {"ceb": CEB, "xsi": XSI}, {"ceb": CEB})
    compact = {signed_info(signature.algorithm, digest, context) for context in contexts} - {received}
    return True if any(key.verify(each, signature.value) for each in compact) else None


def _digest_form(signature: _Signature, root: etree._Element, element: etree._Element) -> bool | None:
    """False: the digest is that of the message less its signature; True: also less whitespace there; None: neither."""
    digest_of = METHODS[signature.algorithm].hash
    before, after = element.getprevious(), element.tail or ""
    gap = (root.text if before is None else before.tail) or ""
    root.remove(element)
    for number, space in enumerate(_spaces(gap, after)):
        if before is None:
            root.text = space
        else:
            before.tail = space
        if digest_of(canonical(root)) == signature.digest:
            return number > 0
    return None


def _spaces(gap: str, after: str) -> Iterator[str]:
    """What may have stood where the signature is: strictly all that stands around it, or only one side, or nothing."""
    yield gap + after
    if not gap.strip():
        yield from dict.fromkeys(space for space in (gap, after, "") if space != gap + after)


def _children(element: etree._Element, *names: str, attributes: dict[str, str] | None = None) -> list[etree._Element]:
    """The element's children, which are exactly these; nothing else stands in it."""
    around = [element.text, *(child.tail for child in element)]
    if (
        [child.tag for child in element] != [_name(name) for name in names]
        or any((text or "").strip() for text in around)
        or dict(element.items()) != (attributes or {})
    ):
        raise wrong_signature(
            f"its {etree.QName(element).localname} is not laid out as it must be",
            f"{etree.QName(element).localname} 节点结构不符",
        )
    return list(element)


def _algorithm(element: etree._Element) -> str:
    """The value of the one attribute of an empty element."""
    _children(element, attributes={"Algorithm": element.get("Algorithm", "")})
    return element.get("Algorithm", "")


def _text(element: etree._Element) -> str:
    if len(element) or element.attrib:
        raise wrong_signature(
            f"its {etree.QName(element).localname} holds more than a text",
            f"{etree.QName(element).localname} 节点含有多余内容",
        )
    return element.text or ""


def _decoded(element: etree._Element) -> bytes:
    """The bytes of a base64 text; line breaks are allowed, unused bits that are set are not."""
    text = "".join(_text(element).split())
    try:
        decoded = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        decoded = b""
    if not decoded or base64.b64encode(decoded).decode() != text:
        raise wrong_signature(
            f"its {etree.QName(element).localname} is not base64",
            f"{etree.QName(element).localname} 不是有效的 base64",
        )
    return decoded


def _name(local: str) -> str:
    return f"{{{DSIG}}}{local}"
