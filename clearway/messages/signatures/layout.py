"""How a signature is laid out (REFERENCE §7.2), and the bytes that are hashed and signed."""

from collections.abc import Mapping
from typing import Any

from lxml import etree

from clearway.messages.faults import MessageRefused, problem
from clearway.messages.signatures.algorithms import C14N, DSIG, ENVELOPED, METHODS, Algorithm
from clearway.messages.signatures.refusals import REFERENCE

CEB = "http://www.chinaport.gov.cn/ceb"
XSI = "http://www.w3.org/2001/XMLSchema-instance"


def canonical(element: etree._Element) -> bytes:
    """Inclusive C14N 1.0 without comments, of an element in its document: inherited namespaces stand on it.

    Raises MessageRefused where there is no such form, as for a namespace that is a relative address.
    """
    try:
        return etree.tostring(element, method="c14n", exclusive=False, with_comments=False)
    except etree.C14NError:
        raise MessageRefused(
            [
                problem(
                    "E_CANONICAL_FORM",
                    (
                        "the message has no canonical form, so no signature can cover it",
                        "报文无法规范化，签名无从生成或验证",
                    ),
                    ("Use absolute namespace names only", "命名空间请只使用绝对 URI"),
                    reference=REFERENCE,
                )
            ]
        ) from None


def signed_info(algorithm: Algorithm, digest: str, namespaces: Mapping[str | None, str]) -> bytes:
    """The compact SignedInfo with prefix ds, in the context of these namespaces, as the bytes that are signed."""
    methods = METHODS[algorithm]
    declared: Any = {**namespaces, "ds": DSIG}  # the stubs forget that None is the default namespace
    info = etree.Element(f"{{{DSIG}}}SignedInfo", nsmap=declared)
    _empty(info, "CanonicalizationMethod", C14N)
    _empty(info, "SignatureMethod", methods.signature)
    reference = etree.SubElement(info, f"{{{DSIG}}}Reference", URI="")
    _empty(etree.SubElement(reference, f"{{{DSIG}}}Transforms"), "Transform", ENVELOPED)
    _empty(reference, "DigestMethod", methods.digest)
    etree.SubElement(reference, f"{{{DSIG}}}DigestValue").text = digest
    return canonical(info)


def signature_element(algorithm: Algorithm, digest: str, value: str, key_name: str, certificate: str | None) -> bytes:
    """The whole ds:Signature, compact, children in the order of customs' template."""
    methods = METHODS[algorithm]
    x509 = f"<ds:X509Data><ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data>" if certificate else ""
    return (
        f'<ds:Signature xmlns:ds="{DSIG}"><ds:SignedInfo>'
        f'<ds:CanonicalizationMethod Algorithm="{C14N}"/><ds:SignatureMethod Algorithm="{methods.signature}"/>'
        f'<ds:Reference URI=""><ds:Transforms><ds:Transform Algorithm="{ENVELOPED}"/></ds:Transforms>'
        f'<ds:DigestMethod Algorithm="{methods.digest}"/><ds:DigestValue>{digest}</ds:DigestValue>'
        f"</ds:Reference></ds:SignedInfo><ds:SignatureValue>{value}</ds:SignatureValue>"
        f"<ds:KeyInfo><ds:KeyName>{key_name}</ds:KeyName>{x509}</ds:KeyInfo></ds:Signature>"
    ).encode()


def _empty(parent: etree._Element, name: str, algorithm: str) -> None:
    etree.SubElement(parent, f"{{{DSIG}}}{name}", Algorithm=algorithm)
