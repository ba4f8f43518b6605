"""Problems in words: the catalogue's texts, filled in with the fields that were found wanting (DESIGN law 7)."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from operator import eq
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter

from clearway.contracts.documents import AnyDocument, DeclarationList, DocumentKind, Order
from clearway.contracts.parties import Role
from clearway.contracts.problems import FieldValue, Problem, Severity
from clearway.rules.masking import mask_field

Problems = tuple[Problem, ...]

OF_ONE_DOCUMENT = {"M06": "E_AMOUNT_IDENTITY"}
"""What a document's own check calls a problem that the comparison tells by its rule."""

DOCUMENT_OWNERS = {
    DocumentKind.ORDER: Role.EBC,
    DocumentKind.PAYMENT: Role.PAY,
    DocumentKind.WAYBILL: Role.LOG,
    DocumentKind.DECLARATION_LIST: Role.AGENT,
}
"""Who mends which document."""


class Entry(BaseModel):
    """One text of the catalogue; its key is the problem's code, with a suffix where a code has several texts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    severity: Severity
    owner: Role | Literal["document"]
    message_en: str
    message_zh: str
    remedy_en: str
    remedy_zh: str
    reference: str


class Found(NamedTuple):
    """A value and where it stands."""

    document: str
    pointer: str
    value: Any

    @property
    def shown(self) -> FieldValue:
        """The value as people may see it: exact, and masked if it is personal."""
        return FieldValue(field=f"{self.document}.{self.pointer}", value=self._written())

    def _written(self) -> str | None:
        if self.value is None:
            return None
        if isinstance(self.value, Decimal):
            return format(self.value, "f")
        if isinstance(self.value, date):
            return self.value.isoformat()
        return mask_field(self.pointer, str(self.value))


def at(document: AnyDocument, field: str) -> Found:
    """Point at a field of a document's head."""
    return Found(document.kind, field, getattr(document, field))


def at_line(document: Order | DeclarationList, line: int, field: str) -> Found:
    """Point at a field of a document's line, counted from 0 as in the pointer."""
    return Found(document.kind, f"lines[{line}].{field}", getattr(document.lines[line], field))


@cache
def catalogue() -> Mapping[str, Entry]:
    """Every text, by key."""
    content = (files("clearway.rules") / "catalogue.yaml").read_text(encoding="utf-8")
    return MappingProxyType(TypeAdapter(dict[str, Entry]).validate_python(yaml.safe_load(content)))


def problem(key: str, *found: Found, owner: Role | None = None, **words: object) -> Problem:
    """Fill in a text: `{field}` and `{value}` are the last one found, `{first_field}` and `{first_value}` the first.

    An owner of `document` means whoever sends the document of the last field.
    """
    entry = catalogue()[key]
    shown = [one.shown for one in found]
    if shown:
        words |= {"first_field": shown[0].field, "first_value": shown[0].value or "—"}
        words |= {"field": shown[-1].field, "value": shown[-1].value or "—"}
    if owner is None:
        owner = DOCUMENT_OWNERS[DocumentKind(found[-1].document)] if entry.owner == "document" else entry.owner
    return Problem(
        code=key.partition(".")[0],
        severity=entry.severity,
        fields=tuple(shown),
        owner=owner,
        message_en=entry.message_en.format(**words),
        message_zh=entry.message_zh.format(**words),
        remedy_en=entry.remedy_en.format(**words),
        remedy_zh=entry.remedy_zh.format(**words),
        reference=entry.reference,
    )


def agree(key: str, first: Found, second: Found, same: Callable[[Any, Any], bool] = eq) -> Problems:
    """Nothing if both values are the same; else the problem with both."""
    return () if same(first.value, second.value) else (problem(key, first, second),)


def untold(told: Iterable[Problem], found: Iterable[Problem]) -> Problems:
    """The problems of `found` that `told`, from another check of the same documents, does not say already.

    Two problems say the same if they are of the same rule and about the same fields.
    """
    said = {_said(one) for one in told}
    return tuple(one for one in found if _said(one) not in said)


def _said(one: Problem) -> tuple[str, tuple[FieldValue, ...]]:
    return OF_ONE_DOCUMENT.get(one.code, one.code), one.fields
