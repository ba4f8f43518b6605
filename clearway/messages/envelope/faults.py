"""What can be wrong with an envelope, each fault with the path of its element."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from clearway.contracts.base import Contract
from clearway.contracts.problems import FieldValue, Problem
from clearway.messages.envelope.layout import ROOTS, slot_of
from clearway.messages.faults import problem
from clearway.messages.fields import Kind, kind_of, snake_case
from clearway.messages.masking import shown
from clearway.messages.phrases import NOT_A, WRONG

REFERENCE = "REFERENCE §8"

Loc = tuple[str | int, ...]
"""Where a field is, by our names: `("responses", 0, "original", "sender_id")`."""


def field_fault(
    root: type[Contract], loc: Loc, fault: str, value: object = None, context: Mapping[str, Any] | None = None
) -> Problem:
    """One fault of one field of the message whose root is of this model."""
    pointer, path, model, field = _place(root, loc)
    if fault == "string_too_short" and not value:
        fault = "empty"
    english, chinese = _phrase(model, field, fault)
    told = None if fault == "missing" or isinstance(value, bytes) else shown(field, value)
    meaning = model.model_fields[field].description
    return problem(
        "E_FIELD",
        (f"`{path}` {english.format_map(context or {})}", f"{path} {chinese.format_map(context or {})}"),
        (f"Give `{path.rpartition('/')[2]}`: {meaning}", f"请按规范填写 {path}"),
        fields=(FieldValue(field=pointer, value=told), FieldValue(field=path, value=told)),
        reference=REFERENCE,
    )


def faults_of(error: ValidationError, root: type[Contract]) -> list[Problem]:
    """Everything that validation found, but not a list's length when its entries are at fault."""
    found = error.errors(include_url=False)
    above = {fault["loc"][:end] for fault in found for end in range(len(fault["loc"]))}
    return [
        field_fault(root, fault["loc"], fault["type"], fault["input"], fault.get("ctx"))
        for fault in found
        if not (fault["type"] == "too_short" and fault["loc"] in above)
    ]


def _phrase(model: type[Contract], field: str, fault: str) -> tuple[str, str]:
    own = {
        "base64": ("is not base64", "不是 base64 编码"),
        "bytes_too_short": WRONG["empty"],
        "model_type": WRONG["missing"],
    }
    kind = kind_of(model, field)
    return own.get(fault) or WRONG.get(fault) or NOT_A[Kind.TEXT if kind is Kind.LIST else kind]


def _place(root: type[Contract], loc: Loc) -> tuple[str, str, type[Contract], str]:
    """The pointer by our names, the path on the wire, counting from 1 as XPath does, and the model and field there."""
    pointer, path, model, owner, field = snake_case(root.__name__), ROOTS[root], root, root, ""
    for part in loc:
        if isinstance(part, int):
            pointer, path = f"{pointer}[{part}]", f"{path}[{part + 1}]"
            continue
        slot = slot_of(model, part)
        pointer = f"{pointer}.{slot.field}"
        path += f"/{slot.path}" if slot.path else ""
        owner, field, model = model, slot.field, slot.model or model
    return pointer, path, owner, field
