"""Validating: one message held against the schema of one edition, with every fault at once."""

import contextlib
from functools import cache

from lxml import etree
from pydantic import BaseModel

from clearway.messages.faults import MessageRefused
from clearway.messages.form import MOST_SUBSCRIBERS, NAMESPACE, Edition, Flow, Form
from clearway.messages.message import Extension, Subscriber, Transfer
from clearway.messages.parsing import MAX_BYTES, local_name, parse
from clearway.messages.signing import DSIG
from clearway.messages.slots import Slot, slots
from clearway.messages.validation.lexical import check_text
from clearway.messages.validation.report import Enough, Findings, Report
from clearway.messages.validation.sequence import Part, check_attributes, check_children
from clearway.messages.validation.signature_layout import check_signature

_ROOT_LENGTHS = {"guid": (36, 36), "version": (1, 10)}


def validate(data: bytes, edition: Edition = Edition.E202205, *, max_bytes: int = MAX_BYTES) -> Report:
    """Hold a message against the schema of an edition; `max_bytes` bounds its size.

    The verdict is that of the official schema, but for three things: an empty element that the schema would fill with
    a default (an export's appStatus and freight) and signs in a signature's value that are not base64 are faults here;
    and spaces around a value always count, which one export schema does not say of a few elements.
    What only the specification's text asks for is a warning: a time that
    is none, an amount below 0, a signature that the schema of exports does not insist on. Never raises: what is no
    CEB message at all is reported with the one reason.
    """
    try:
        form, root = parse(data, max_bytes)
    except MessageRefused as refused:
        return Report(message_type=None, edition=edition, faults=refused.problems)
    check = _Check(form, edition)
    with contextlib.suppress(Enough):
        check.root(root)
    found = check.findings
    return Report(
        message_type=form.message_type,
        edition=edition,
        faults=tuple(found.faults),
        warnings=tuple(found.warnings),
        undescribed=found.undescribed,
    )


class _Check:
    """One pass over one message."""

    def __init__(self, form: Form, edition: Edition) -> None:
        self.form = form
        self.edition = edition
        self.findings = Findings()

    def root(self, root: etree._Element) -> None:
        form, findings = self.form, self.findings
        if self.edition not in form.editions:
            findings.fault(
                "E_NOT_IN_EDITION",
                (form.root, root),
                (f"it does not exist in edition {self.edition}", f"{self.edition} 版规范没有该报文"),
                (f"Use edition {', '.join(form.editions)}", f"请使用 {'、'.join(form.editions)} 版"),
            )
        name = local_name(root)
        if name != form.root or etree.QName(root).namespace != NAMESPACE:
            findings.fault(
                "E_ROOT",
                (name, root),
                ("the root element has another name or namespace", "根元素的名称或命名空间不符"),
                (
                    f"Write `ceb:{form.root}` with xmlns:ceb={NAMESPACE}",
                    f"请写作 ceb:{form.root}，命名空间 {NAMESPACE}",
                ),
            )
        self._attributes(root)
        for part, path, child in check_children(root, "", self._parts(), findings):
            match part.name:
                case "BaseTransfer":
                    self._fields(Transfer, child, path)
                case "BaseSubscribe":
                    self._fields(Subscriber, child, path)
                case "ExtendMessage":
                    self._extension(child, path)
                case "Signature":
                    check_signature(child, path, findings)
                case _:
                    self._record(child, path)
        if form.signature_due and not form.signature_in_schema and root.find(f"{{{DSIG}}}Signature") is None:
            findings.warn(
                "W_UNSIGNED",
                ("Signature", root),
                ("the specification demands a signature, though its schema does not", "规范要求签名（schema 未强制）"),
                ("Sign the message", "请对报文签名"),
            )

    def _parts(self) -> list[Part]:
        """The sequence of the root's children."""
        form = self.form
        records = Part(form.record, 1, form.most_records, NAMESPACE)
        if form.by_customs:
            return [records]
        signature = Part("Signature", int(form.signature_in_schema), 1, DSIG)
        extension = Part("ExtendMessage", 0, 1, NAMESPACE)
        last = [extension, signature] if form.flow is Flow.IMPORT else [signature, extension]
        transfer = Part("BaseTransfer", 1, 1, NAMESPACE)
        return [records, transfer, Part("BaseSubscribe", 0, MOST_SUBSCRIBERS, NAMESPACE), *last]

    def _attributes(self, root: etree._Element) -> None:
        check_attributes(root, "", {"guid": True, "version": True}, self.findings)
        for name, (shortest, longest) in _ROOT_LENGTHS.items():
            value = root.get(name)
            if value is not None and not shortest <= len(value) <= longest:
                span = f"{longest}" if shortest == longest else f"{shortest} to {longest}"
                self.findings.fault(
                    "E_LENGTH",
                    (f"@{name}", root),
                    (f"it has {len(value)} characters", f"为 {len(value)} 个字符"),
                    (f"Give {span} characters", f"请填写 {span.replace(' to ', ' 至 ')} 个字符"),
                    value[:60],
                )

    def _record(self, element: etree._Element, path: str) -> None:
        form = self.form
        if form.head is None:
            self._fields(form.model, element, path)
            return
        check_attributes(element, path, {}, self.findings)
        parts = [Part(form.head, 1, 1, NAMESPACE)]
        if form.lines is not None:
            parts.append(Part(form.lines, *form.line_limits(self.edition), NAMESPACE))
        line = form.line_model
        for part, child_path, child in check_children(element, path, parts, self.findings):
            if part.name == form.head:
                self._fields(form.model, child, child_path)
            elif line is not None:
                self._fields(line, child, child_path)

    def _fields(self, model: type[BaseModel], element: etree._Element, path: str) -> None:
        """An element that holds only values."""
        check_attributes(element, path, {}, self.findings)
        expected, parts = _sequence(model, self.edition, self.form.flow)
        for part, child_path, child in check_children(element, path, parts, self.findings):
            self._value(expected[part.name], child, child_path)

    def _value(self, slot: Slot, element: etree._Element, path: str) -> None:
        check_attributes(element, path, {}, self.findings)
        if len(element):
            self.findings.fault(
                "E_NESTED",
                (path, element),
                ("it holds elements where a plain value is expected", "应为单一值，却包含下级元素"),
                ("Give the value alone", "请仅填写值"),
            )
        else:
            check_text(slot, path, element, self.findings)

    def _extension(self, element: etree._Element, path: str) -> None:
        check_attributes(element, path, {}, self.findings)
        expected = {slot.name: slot for slot in slots(Extension, self.edition, self.form.flow)}
        parts = [Part(slot.name, 1, 1, NAMESPACE) for slot in expected.values()]
        parts.append(Part("Message", 1, 1, NAMESPACE))
        for part, child_path, child in check_children(element, path, parts, self.findings):
            if part.name in expected:
                self._value(expected[part.name], child, child_path)
            elif len(child) > 1:
                self.findings.fault(
                    "E_TOO_MANY",
                    (child_path, child),
                    (f"it holds {len(child)} elements", f"含有 {len(child)} 个下级元素"),
                    ("Give at most one element", "最多一个下级元素"),
                )


@cache
def _sequence(model: type[BaseModel], edition: Edition, flow: Flow) -> tuple[dict[str, Slot], tuple[Part, ...]]:
    """The slots of a record by name, and the sequence that they make."""
    expected = {slot.name: slot for slot in slots(model, edition, flow)}
    return expected, tuple(Part(slot.name, int(slot.required), 1, NAMESPACE) for slot in expected.values())
