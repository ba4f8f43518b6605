"""The layout of a signature as customs' schema has it, narrower than the standard's; its values are not verified."""

import re
from typing import NamedTuple

from lxml import etree

from clearway.messages.signing import DSIG
from clearway.messages.validation.report import Findings
from clearway.messages.validation.sequence import Part, check_attributes, check_children, check_no_text

_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
_SPACE = re.compile(r"[ \t\r\n]+")


class _Shape(NamedTuple):
    """What one element of a signature holds: elements in order, or any of some, or a value in base64, or a text."""

    sequence: tuple[tuple[str, int, int | None], ...] = ()
    choice: frozenset[str] = frozenset()
    attributes: tuple[tuple[str, bool], ...] = ()
    base64: bool = False
    mixed: bool = True
    """Text may stand between elements that are chosen."""


_METHOD = _Shape(attributes=(("Algorithm", True),))
_BASE64_VALUE = _Shape(base64=True)
_SHAPES: dict[str, _Shape] = {
    "Signature": _Shape(
        (("SignedInfo", 1, 1), ("SignatureValue", 1, 1), ("KeyInfo", 0, 1)), attributes=(("Id", False),)
    ),
    "SignedInfo": _Shape((("CanonicalizationMethod", 1, 1), ("SignatureMethod", 1, 1), ("Reference", 1, None))),
    "Reference": _Shape(
        (("Transforms", 0, 1), ("DigestMethod", 1, 1), ("DigestValue", 1, 1)),
        attributes=(("Id", False), ("URI", False), ("Type", False)),
    ),
    "Transforms": _Shape((("Transform", 1, None),)),
    "CanonicalizationMethod": _METHOD,
    "SignatureMethod": _METHOD,
    "Transform": _METHOD._replace(choice=frozenset({"XPath"})),
    "DigestMethod": _METHOD,
    "DigestValue": _BASE64_VALUE,
    "SignatureValue": _BASE64_VALUE,
    "KeyInfo": _Shape(
        choice=frozenset(
            {"KeyName", "KeyValue", "RetrievalMethod", "X509Data", "PGPData", "SPKIData", "MgmtData"},
        )
    ),
    "X509Data": _Shape(
        choice=frozenset({"X509IssuerSerial", "X509SKI", "X509SubjectName", "X509Certificate", "X509CRL"}),
        mixed=False,
    ),
    "X509IssuerSerial": _Shape((("X509IssuerName", 1, 1), ("X509SerialNumber", 1, 1))),
    "KeyName": _Shape(),
    "X509Certificate": _BASE64_VALUE,
}
_NEVER_EMPTY = frozenset({"KeyInfo", "X509Data"})


def check_signature(element: etree._Element, path: str, findings: Findings) -> None:
    """Hold a signature, or a part of one, against its layout; parts of rare kinds of keys are not looked into."""
    name = str(etree.QName(element).localname)
    shape = _SHAPES.get(name)
    if shape is None:
        return
    check_attributes(element, path, dict(shape.attributes), findings)
    if shape.sequence:
        parts = [Part(part, least, most, DSIG) for part, least, most in shape.sequence]
        inside = [(child_path, child) for _, child_path, child in check_children(element, path, parts, findings)]
    else:
        inside = _chosen(element, path, shape, findings)
        if not shape.mixed:
            check_no_text(element, path, findings)
    if shape.base64 and not _BASE64.fullmatch(_SPACE.sub("", element.text or "")):
        findings.fault(
            "E_BASE64", (path, element), ("it is not base64", "不是 base64"), ("Give it in base64", "请使用 base64")
        )
    if name in _NEVER_EMPTY and not len(element):
        findings.fault(
            "E_EMPTY", (path, element), ("it holds no element", "没有下级元素"), ("Give one", "请至少提供一个")
        )
    for child_path, child in inside:
        check_signature(child, child_path, findings)


def _chosen(element: etree._Element, path: str, shape: _Shape, findings: Findings) -> list[tuple[str, etree._Element]]:
    """Children that may stand in any order; where some may, elements of other namespaces may too."""
    inside: list[tuple[str, etree._Element]] = []
    for child in element:
        name, namespace = str(etree.QName(child).localname), etree.QName(child).namespace
        child_path = f"{path}/{name}"
        if namespace == DSIG and name in shape.choice:
            inside.append((child_path, child))
        elif namespace in (DSIG, None) or not shape.choice:
            findings.fault(
                "E_UNKNOWN_ELEMENT",
                (child_path, child),
                ("the schema has no such element here", "规范在此处没有该元素"),
                ("Leave it out", "请去掉该元素"),
            )
    return inside
