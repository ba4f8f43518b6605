"""The elements inside one element: which, how often and in what order; all that is wrong with them at once."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from lxml import etree

from clearway.messages.validation.report import Findings

XSI = "http://www.w3.org/2001/XMLSchema-instance"
_HINTS = frozenset({f"{{{XSI}}}schemaLocation", f"{{{XSI}}}noNamespaceSchemaLocation"})
"""Attributes that every element may carry: they only say where a schema might be found."""


class Part(NamedTuple):
    """One element of a sequence."""

    name: str
    least: int
    most: int | None
    namespace: str


def check_children(
    parent: etree._Element, path: str, parts: Sequence[Part], findings: Findings
) -> list[tuple[Part, str, etree._Element]]:
    """Hold the children against the sequence; return those that belong, each with its part and path."""
    order = {part.name: (number, part) for number, part in enumerate(parts)}
    counts: Counter[str] = Counter()
    belonging: list[tuple[Part, str, etree._Element]] = []
    furthest = -1
    for child in parent:
        namespace, _, name = str(child.tag).rpartition("}")
        number, part = order.get(name, (-1, None))
        counts[name] += 1
        numbered = part is not None and part.most != 1
        child_path = _joined(path, f"{name}[{counts[name]}]" if numbered or counts[name] > 1 else name)
        if part is None:
            _unknown(child_path, child, parts, findings)
            continue
        if namespace != f"{{{part.namespace}":
            _namespace(child_path, child, namespace[1:], part.namespace, findings)
        if part.most is not None and counts[name] > part.most:
            _too_many(child_path, child, part.most, findings)
        elif number < furthest:
            _order(child_path, child, parts[furthest].name, findings)
        furthest = max(furthest, number)
        belonging.append((part, child_path, child))
    for part in parts:
        if counts[part.name] < part.least:
            _missing(_joined(path, part.name), parent, part, findings)
    check_no_text(parent, path, findings)
    return belonging


def check_attributes(element: etree._Element, path: str, known: Mapping[str, bool], findings: Findings) -> None:
    """Attributes: `known` names those that may stand, and whether they must."""
    for name in element.keys():  # noqa: SIM118  an element's own keys are its children
        if str(name) not in known and name not in _HINTS:
            shown = str(name).rpartition("}")[2][:60]
            findings.fault(
                "E_ATTRIBUTE",
                (_joined(path, f"@{shown}"), element),
                ("the schema has no such attribute", "规范没有此属性"),
                ("Leave the attribute out", "请去掉该属性"),
            )
    for name, must in known.items():
        if must and element.get(name) is None:
            findings.fault(
                "E_MISSING",
                (_joined(path, f"@{name}"), element),
                ("the attribute is missing", "缺少该属性"),
                (f"Give the attribute `{name}`", f"请填写属性 {name}"),
            )


def check_no_text(element: etree._Element, path: str, findings: Findings) -> None:
    """No text between elements."""
    texts = [element.text, *(child.tail for child in element)]
    if any(text and text.strip(" \t\r\n") for text in texts):
        findings.fault(
            "E_TEXT",
            (path or str(etree.QName(element).localname), element),
            ("text stands between its elements", "下级元素之间含有文本"),
            ("Leave the text out", "请去掉这些文本"),
        )


def _joined(path: str, name: str) -> str:
    return f"{path}/{name}" if path else name


def _unknown(path: str, child: etree._Element, parts: Sequence[Part], findings: Findings) -> None:
    names = ", ".join(part.name for part in parts)
    findings.fault(
        "E_UNKNOWN_ELEMENT",
        (path, child),
        ("the schema has no such element here", "规范在此处没有该元素"),
        (f"Leave it out, or use one of: {names}", f"请去掉，或使用：{names}"),
    )


def _namespace(path: str, child: etree._Element, given: str, wanted: str, findings: Findings) -> None:
    findings.fault(
        "E_NAMESPACE",
        (path, child),
        ("it is in another namespace, or in none", "命名空间不符或缺失"),
        (f"Use the namespace {wanted}", f"请使用命名空间 {wanted}"),
        given[:60],
    )


def _too_many(path: str, child: etree._Element, most: int, findings: Findings) -> None:
    findings.fault(
        "E_TOO_MANY",
        (path, child),
        (f"it stands more often than {most} {'times' if most > 1 else 'time'}", f"出现次数超过 {most} 次"),
        (f"Give it at most {most} {'times' if most > 1 else 'time'}", f"最多 {most} 次"),
    )


def _order(path: str, child: etree._Element, before: str, findings: Findings) -> None:
    findings.fault(
        "E_ORDER",
        (path, child),
        (f"it stands after `{before}`, but belongs before it", f"位于 {before} 之后，应在其之前"),
        (f"Put it before `{before}`", f"请移至 {before} 之前"),
    )


def _missing(path: str, parent: etree._Element, part: Part, findings: Findings) -> None:
    findings.fault(
        "E_MISSING",
        (path, parent),
        ("it is missing", "缺失"),
        (f"Give `{part.name}`", f"请填写 {part.name}"),
    )
