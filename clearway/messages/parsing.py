"""From bytes to an XML tree, safely: no entities, no network, no document type, no surprises of encoding."""

import re

from lxml import etree

from clearway.contracts.problems import FieldValue
from clearway.messages.faults import MessageRefused, problem
from clearway.messages.forms import FORM_BY_TYPE, Form

MAX_BYTES = 5 * 1024 * 1024
"""Largest message taken unless the caller says otherwise."""

MOST_NAMES = 32
"""Attributes of one element, and namespaces in force at one place. No message has so many, and canonical forms sort
them: thousands would take hours."""

_DECLARED = re.compile(r"""\A<\?xml\s[^>]*?encoding\s*=\s*["']([^"']*)["']""")
# Possessive and atomic throughout: a hostile prolog is read once, never again and again.
_PROLOG = r"\A(?:\s++|<\?(?>.*?\?>)|<!--(?>.*?-->))*+"
_DOCTYPE = re.compile(_PROLOG + "<!DOCTYPE", re.DOTALL)
_ROOT = re.compile(_PROLOG + r"<(?:[^\s:<>/]++:)?([^\s:<>/]++)", re.DOTALL)
_TYPE = re.compile(r"(CEB\d{3})(?:Message)?")
_CROWDED = etree.XPath(f"boolean(//*[count(@*) > {MOST_NAMES}])")
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def message_type_of(data: bytes) -> str:
    """The type of a message, e.g. `CEB622`, told from its first tag alone; also of types we do not read.

    Raises MessageRefused when it is no CEB message.
    """
    return _type_of_root(first_tag(text_of(data)))


def form_of(message_type: str) -> Form:
    """How messages of this type are laid out; raises MessageRefused for a type we do not speak."""
    if (form := FORM_BY_TYPE.get(message_type)) is not None:
        return form
    known = ", ".join(FORM_BY_TYPE)
    raise MessageRefused(
        [
            problem(
                "E_UNKNOWN_MESSAGE",
                (f"{message_type} is not among the messages read here", f"不支持报文类型 {message_type}"),
                (f"Send one of {known}", f"请发送以下报文之一：{known}"),
                reference="REFERENCE §1",
            )
        ]
    )


def text_of(data: bytes, max_bytes: int = MAX_BYTES) -> str:
    """The text of a message, without byte order mark; raises MessageRefused unless it is UTF-8 of permitted size."""
    if len(data) > max_bytes:
        raise MessageRefused(
            [
                problem(
                    "E_TOO_LARGE",
                    (f"{len(data)} bytes are more than the permitted {max_bytes}", f"报文超过 {max_bytes} 字节"),
                    ("Send fewer records in one message", "请减少单个报文中的记录数"),
                )
            ]
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _not_utf8(f"byte {error.start} is not UTF-8", f"第 {error.start} 字节不是 UTF-8 编码") from None
    if not text.strip():
        raise MessageRefused(
            [
                problem(
                    "E_EMPTY",
                    ("the message is empty", "报文为空"),
                    ("Send the message in the body", "请在请求体中发送报文"),
                )
            ]
        )
    return text


def parse(data: bytes, max_bytes: int = MAX_BYTES) -> tuple[Form, etree._Element]:
    """The message's form and root element; raises MessageRefused unless it is well-formed and of a known type."""
    root = root_of(data, max_bytes)
    return form_of(_type_of_root(local_name(root))), root


def root_of(data: bytes, max_bytes: int = MAX_BYTES) -> etree._Element:
    """The root element of any XML.

    Raises MessageRefused for bad encoding, a document type, what is not XML, and names by the thousand.
    """
    text = text_of(data, max_bytes)
    declared = _DECLARED.match(text)
    if declared and declared[1].lower() not in ("utf-8", "utf8") and not text.isascii():
        raise _not_utf8("the message declares another encoding than UTF-8", "报文声明的编码不是 UTF-8")
    if _DOCTYPE.match(text):
        raise MessageRefused(
            [
                problem(
                    "E_DOCTYPE",
                    ("the message holds a document type declaration", "报文含有 DOCTYPE 声明"),
                    ("Leave the DOCTYPE and its entities out", "请去掉 DOCTYPE 及其实体定义"),
                )
            ]
        )
    root = _tree(text)
    if text.count("=") > MOST_NAMES and _is_crowded(root):
        raise MessageRefused(
            [
                problem(
                    "E_TOO_MANY_NAMES",
                    (
                        f"one element has more than {MOST_NAMES} attributes or namespaces",
                        f"单个元素的属性或命名空间超过 {MOST_NAMES} 个",
                    ),
                    ("Send only the attributes and namespaces that are needed", "请仅保留必需的属性和命名空间"),
                )
            ]
        )
    return root


def fits_xml(text: str) -> bool:
    """Whether XML can carry every character of a text."""
    return not _NOT_XML.search(text)


def local_name(element: etree._Element) -> str:
    """The element's name without namespace or prefix."""
    return str(element.tag).rpartition("}")[2]


def _tree(text: str) -> etree._Element:
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError as error:
        raise _not_xml(parser, error) from None


def _is_crowded(root: etree._Element) -> bool:
    """Whether anywhere more names stand together than in any message."""
    if _CROWDED(root):
        return True
    in_force = 0
    for happening, _ in etree.iterwalk(root, events=("start-ns", "end-ns")):
        in_force += 1 if happening == "start-ns" else -1
        if in_force > MOST_NAMES:
            return True
    return False


def _not_xml(parser: etree.XMLParser, error: etree.XMLSyntaxError) -> MessageRefused:
    """Only the parser's name of the error is told: its text may quote the message, and with it a person."""
    entry = parser.error_log.last_error
    fault = entry.type_name.removeprefix("ERR_").replace("_", " ").lower() if entry else "syntax"
    line, column = error.position
    return MessageRefused(
        [
            problem(
                "E_NOT_XML",
                (
                    f"the message is not well-formed XML: {fault}, at line {line}, column {column}",
                    f"报文不是格式正确的 XML：第 {line} 行第 {column} 列（{fault}）",
                ),
                ("Mend the XML at this place", "请更正该处的 XML"),
                fields=(FieldValue(field=f"line {line}, column {column}"),),
            )
        ]
    )


def first_tag(text: str) -> str:
    """Local name of a text's first tag, without reading further; empty where there is none."""
    found = _ROOT.match(text)
    return found[1] if found else ""


def _type_of_root(name: str) -> str:
    if found := _TYPE.fullmatch(name):
        return found[1]
    shown = name[:60] or "nothing"
    raise MessageRefused(
        [
            problem(
                "E_NOT_CEB",
                (
                    f"the root element is `{shown}`, which is no CEB message",
                    f"根元素为 {shown}，不是 CEB 报文",
                ),
                (
                    "Send a message whose root element is CEBnnnMessage, e.g. CEB311Message",
                    "请发送根元素为 CEBnnnMessage 的报文，例如 CEB311Message",
                ),
            )
        ]
    )


def _not_utf8(english: str, chinese: str) -> MessageRefused:
    return MessageRefused(
        [
            problem(
                "E_ENCODING",
                (english, chinese),
                ("Write the message in UTF-8 and declare it so", "请使用 UTF-8 编码并如实声明"),
            )
        ]
    )
