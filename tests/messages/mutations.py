"""Small changes to a message, one at a time: every element dropped, doubled, moved, emptied, lengthened, and so on."""

from collections.abc import Iterator
from copy import deepcopy

from lxml import etree

TEXTS = (
    "",
    " ",
    "x",
    "0",
    "-1",
    "+1",
    "1.",
    ".5",
    ".",
    "-0",
    "00012",
    "1e3",
    "1,000",
    " 7 ",
    "12345",
    "1234567890",
    "2147483647",
    "2147483648",
    "-2147483648",
    "-2147483649",
    "1.123456",
    "1.1234500",
    "12345678901234.12345",
    "123456789012345.12345",
    "1234567890123456789",
    "12345678901234567890",
    "0000000000000000000000001",
    "NaN",
    "INF",
    "٣",
    "二",
    "a" * 36,
    "a\nb",
)
"""Values that are numbers to some readers and not to others, and lengths around the limits."""
LENGTHS = (1, 2, 3, 4, 5, 6, 8, 10, 14, 17, 18, 20, 30, 32, 36, 37, 50, 60, 80, 100, 250, 510, 1000)


def small(root: etree._Element, records: int = 1, lines: int = 2) -> etree._Element:
    """The message with its first records and lines only, so that every element of it may be changed in turn."""
    seen: dict[tuple[int, str], int] = {}
    for parent in (root, *root):
        for child in list(parent):
            key = (id(parent), str(child.tag))
            seen[key] = seen.get(key, 0) + 1
            if seen[key] > (records if parent is root else lines):
                parent.remove(child)
    return root


def mutations(root: etree._Element) -> Iterator[tuple[str, etree._Element]]:
    """Every change with its name; the root is not changed."""
    count = sum(1 for _ in root.iter())
    for number in range(count):
        for name in ("drop", "double", "swap", "rename", "strange", "attribute", "text", "namespace", "none"):
            if (changed := _changed(root, number, name)) is not None:
                yield f"{name} {number}", changed
        whole = _at(root, number)
        if len(whole) or whole is root:
            continue
        for text in TEXTS:
            yield f"{text!r} {number}", _with_text(root, number, text)
        for length in LENGTHS:
            yield f"length {length} {number}", _with_text(root, number, "字" * length)
            yield f"length {length + 1} {number}", _with_text(root, number, "字" * (length + 1))


def _at(root: etree._Element, number: int) -> etree._Element:
    return next(element for position, element in enumerate(root.iter()) if position == number)


def _with_text(root: etree._Element, number: int, text: str) -> etree._Element:
    changed = deepcopy(root)
    _at(changed, number).text = text
    return changed


def _changed(root: etree._Element, number: int, name: str) -> etree._Element | None:
    changed = deepcopy(root)
    element = _at(changed, number)
    parent, following = element.getparent(), element.getnext()
    local = str(element.tag).rpartition("}")[2]
    match name:
        case "strange":
            etree.SubElement(element, f"{{{etree.QName(root).namespace}}}stranger").text = "x"
        case "attribute":
            element.set("stranger", "x")
        case "text":
            element.text = f"{element.text or ''}x"
        case "namespace":
            element.tag = f"{{urn:other}}{local}"
        case "none":
            element.tag = local
        case "rename":
            element.tag = f"{element.tag}x"
        case _ if parent is None:
            return None
        case "drop":
            parent.remove(element)
        case "double":
            element.addnext(deepcopy(element))
        case "swap":
            if following is None:
                return None
            parent.remove(element)
            following.addnext(element)
    return changed
