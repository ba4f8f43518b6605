"""The catalogue of reasons as it is kept: what each code means, and what is to be done about it (REFERENCE §6)."""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from clearway.contracts.parties import Role
from clearway.contracts.reasons import Again, ReasonKind
from clearway.messages.codes import rows

if TYPE_CHECKING:
    from yaml import SafeLoader as _Loader
else:
    _Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same in C, where it was built

EXCHANGE = "DXP"
"""What stands for the exchange's envelope where a message type is asked for."""
SENDER = "sender"
OFFICIAL = (
    *("enterprises", "orders", "payments", "waybills", "waybill_statuses"),
    *("declaration_lists", "cancellations", "goods_returns", "into_storage"),
)
"""The files of the official table of 2022-05, by the document that a code is about."""


class Remedy(NamedTuple):
    """What is to be done; `{en}` and `{zh}` stand for the document."""

    en: str
    zh: str
    who: str
    """A role, `sender` for the party whose document it is, or nobody."""
    again: Again


class Meaning(NamedTuple):
    """One meaning of a code, or of a range of codes. A code may have several: its text decides."""

    code: str
    kind: ReasonKind
    types: tuple[str, ...]
    """The documents that it is about; empty for any."""
    zh: str
    """Customs' words; `[*]` and `*` stand for what a receipt fills in."""
    en: str
    remedy: Remedy
    elements: tuple[str, ...]
    source: str
    who: Role | None = None
    """Who must act, where it is not whom the remedy names."""
    says: str = ""
    """It only counts where the receipt's text says this, and then before every other meaning."""
    numbers: range = range(0)
    """Of a range, its numbers without sign."""


def errors() -> tuple[Meaning, ...]:
    """The negative codes: the official table in its order, then what was seen besides."""
    return tuple(meaning for file in (*OFFICIAL, "other_codes") for meaning in _meanings(file, ReasonKind.ERROR))


@cache
def errors_by_code() -> Mapping[str, tuple[Meaning, ...]]:
    """The same by code; of some there are several."""
    return _by_code(errors())


@cache
def inner() -> Mapping[str, tuple[Meaning, ...]]:
    """The codes inside a receipt's text."""
    return _by_code(_meanings("inner_codes", ReasonKind.INNER))


@cache
def statuses() -> Mapping[str, tuple[Meaning, ...]]:
    """What each returnStatus means, and what its text makes of it."""
    file = _file("statuses")
    told = []
    for code, remedy in file["do"].items():
        entry = rows("return_statuses")[code][-1]
        told.append(
            Meaning(code, ReasonKind.STATUS, (), entry.zh, entry.en, remedies()[remedy], (), source=entry.source)
        )
    return _by_code((*told, *_meanings("texts", ReasonKind.STATUS)))


@cache
def exchange() -> Mapping[str, tuple[Meaning, ...]]:
    """The responses of the data exchange platform."""
    return _by_code(_meanings("exchange_codes", ReasonKind.EXCHANGE))


@cache
def exchange_ranges() -> tuple[Meaning, ...]:
    """The responses that the exchange leaves to its nodes."""
    file = _file("exchange_codes")
    return tuple(
        Meaning(
            code=f"{each['first']}–{each['last']}",
            kind=ReasonKind.EXCHANGE,
            types=(EXCHANGE,),
            zh=each["zh"],
            en=each["en"],
            remedy=remedies()[each["do"]],
            elements=(),
            source=file["source"],
            numbers=range(each["first"], each["last"] + 1),
        )
        for each in file["ranges"]
    )


@cache
def ranges() -> tuple[Meaning, ...]:
    """The ranges of negative codes of exports, and of format receipts."""
    file = _file("export_ranges")
    found = []
    for each in file["ranges"]:
        check = file["checks"][each["check"]]
        meaning = Meaning(
            code=f"-{each['first']}…-{each['last']}",
            kind=ReasonKind.RANGE,
            types=tuple(each["types"]),
            zh=check["zh"],
            en=check["en"],
            remedy=remedies()[check["do"]],
            elements=tuple(check["at"]),
            source=check.get("source", file["source"]),
            numbers=range(each["first"], each["last"] + 1),
        )
        found.append(meaning)
    return tuple(found)


@cache
def remedies() -> Mapping[str, Remedy]:
    """What is to be done, by name."""
    return {
        name: Remedy(each["en"], each["zh"], each["who"], Again(each["again"]))
        for name, each in _file("remedies").items()
    }


def _meanings(name: str, kind: ReasonKind) -> Iterator[Meaning]:
    file = _file(name)
    for each in file["codes"]:
        yield Meaning(
            code=each["code"],
            kind=kind,
            types=tuple(each.get("types", file.get("types", ()))),
            zh=each["zh"],
            en=each["en"],
            remedy=remedies()[each["do"]],
            elements=tuple(each.get("at", ())),
            source=each.get("source", file["source"]),
            who=Role(each["who"]) if "who" in each else None,
            says=each.get("says", ""),
        )


def _by_code(meanings: Any) -> Mapping[str, tuple[Meaning, ...]]:
    found: dict[str, tuple[Meaning, ...]] = {}
    for meaning in meanings:
        found[meaning.code] = (*found.get(meaning.code, ()), meaning)
    return MappingProxyType(found)


@cache
def _file(name: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.load(
        files("clearway.messages.reasons").joinpath(f"data/{name}.yaml").read_bytes(), Loader=_Loader
    )
    return content
