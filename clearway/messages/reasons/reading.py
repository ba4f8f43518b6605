"""From a receipt's status and text to the reasons they give: by code and message type, by text where that decides."""

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from functools import lru_cache

from clearway.contracts.parties import Role
from clearway.contracts.reasons import Again, Reason, ReasonKind
from clearway.messages.forms import FORM_BY_TYPE, Flow
from clearway.messages.reasons import catalogue
from clearway.messages.reasons.catalogue import EXCHANGE, SENDER, Meaning
from clearway.messages.reasons.documents import document_type, names_of, pointer, receipt_type, sender_of
from clearway.messages.reasons.inner import inner_codes

_ERROR = re.compile(r"-[0-9]{1,9}")
_NUMBER = re.compile(r"-?[0-9]{1,10}")
_GAPS = re.compile(r"<br />|[\[\]【】*…，。！；：、,.!;:\s]+")
SHORTEST_WORDS = 3
"""Of the official text, shorter pieces stand in too many receipts to tell anything."""
LONGEST_CODE = 20
NO_NUMBER = "no number"


def reason_of(about: str, status: str, info: str = "") -> Reason:
    """The first reason that a receipt gives; `reasons_of` tells all."""
    return reasons_of(about, status, info)[0]


def reasons_of(about: str, status: str, info: str = "") -> tuple[Reason, ...]:
    """Every reason that a receipt gives, at least one, in its order.

    `about` is a message type (of the receipt or of what it answers), the kind of a document or application, or `DXP`
    for a response of the exchange. A code that no list explains comes back raw, `known` False. Without a text that
    decides, a code of two meanings tells both.
    """
    document, status = document_type(about), status.strip()
    if document == EXCHANGE:
        return (_exchange(status),)
    found = [_inner(document, each.code) for each in inner_codes(info)]
    if _ERROR.fullmatch(status):
        return (_error(document, status, info), *found)
    if found:
        return tuple(found)
    known = [each for each in catalogue.statuses().get(status, ()) if not each.types or document in each.types]
    return (_settled(status, known, document, info) or _unknown(status, ReasonKind.STATUS, document),)


def unknown_codes(about: str, status: str, info: str = "") -> tuple[str, ...]:
    """The codes of a receipt that no published list explains, to be counted.

    What is no number is counted as `no number`: it may be anything, and what is counted must not be personal.
    """
    codes = (reason.code for reason in reasons_of(about, status, info) if not reason.known)
    return tuple(code if _NUMBER.fullmatch(code) else NO_NUMBER for code in codes)


def meanings_of(code: str, about: str = "") -> tuple[Reason, ...]:
    """Everything that a code may mean, in any message or in one; empty where no list explains it."""
    document, code = document_type(about) if about else "", code.strip()
    several: list[Meaning] = []
    if not document or document == EXCHANGE:
        several += _exchange_meanings(code)
    if document != EXCHANGE:
        several += _error_meanings(document, code) if document else _any_error(code)
        several += [each for each in catalogue.inner().get(code, ()) if not document or document in each.types]
        several += [each for each in catalogue.statuses().get(code, ()) if not document or _fits(each, document)]
    return tuple(_told(code, each, document) for each in several)


def nearest_codes(code: str) -> tuple[str, ...]:
    """The known codes, at most five, that are written most like one that is not known."""
    known = (*catalogue.errors_by_code(), *catalogue.inner(), *catalogue.exchange(), *catalogue.statuses())
    return tuple(get_close_matches(code.strip(), dict.fromkeys(known), n=5, cutoff=0.5))


def every_meaning() -> tuple[Reason, ...]:
    """The whole catalogue; a range stands under its first and last code."""
    several = [
        *(each for several in catalogue.statuses().values() for each in several),
        *catalogue.errors(),
        *catalogue.ranges(),
        *(each for several in catalogue.inner().values() for each in several),
        *(each for several in catalogue.exchange().values() for each in several),
        *catalogue.exchange_ranges(),
    ]
    return tuple(_told(each.code, each, "") for each in several)


def _error(document: str, status: str, info: str) -> Reason:
    known = _error_meanings(document, status)
    return _settled(status, known, document, info) or _unknown(status, ReasonKind.ERROR, document)


def _error_meanings(document: str, code: str) -> list[Meaning]:
    """What an error code may mean of a document: exports have ranges of their own that overlap those of imports."""
    form = FORM_BY_TYPE.get(document)
    exported = form is not None and form.flow is Flow.EXPORT
    official = [
        each
        for each in catalogue.errors_by_code().get(code, ())
        if not exported or not each.types or document in each.types
    ]
    own = [each for each in _ranges(code) if document in each.types]
    return official + own or [each for each in _ranges(code) if not each.types]


def _any_error(code: str) -> list[Meaning]:
    """What an error code may mean of whatever document; a format receipt, which takes any number, decides nothing."""
    official = list(catalogue.errors_by_code().get(code, ()))
    own = [each for each in _ranges(code) if "CEB900" not in each.types]
    return official + [each for each in own if each.types or not official]


def _ranges(code: str) -> list[Meaning]:
    if not _ERROR.fullmatch(code):
        return []
    return [each for each in catalogue.ranges() if int(code[1:]) in each.numbers]


def _exchange_meanings(code: str) -> list[Meaning]:
    known = list(catalogue.exchange().get(code, ()))
    if not known and re.fullmatch(r"\d{4}", code):
        known = [each for each in catalogue.exchange_ranges() if int(code) in each.numbers]
    return known


def _exchange(code: str) -> Reason:
    return _settled(code, _exchange_meanings(code), EXCHANGE, "") or _unknown(code, ReasonKind.EXCHANGE, EXCHANGE)


def _inner(document: str, code: str) -> Reason:
    """A code inside the text; of another document than usual it is told all the same."""
    known = catalogue.inner().get(code, ())
    return _settled(code, known, document, "") or _unknown(code, ReasonKind.INNER, document)


def _fits(meaning: Meaning, document: str) -> bool:
    return not meaning.types or document in meaning.types


def _settled(code: str, known: Sequence[Meaning], document: str, info: str) -> Reason | None:
    """The one meaning that the text decides for; where it does not, all of them in one reason."""
    said = [each for each in known if each.says and each.says in info]
    open_ones = said or [each for each in known if not each.says]
    if len(open_ones) > 1 and info.strip():
        best = max(_likeness(each, info) for each in open_ones)
        alike = [each for each in open_ones if _likeness(each, info) == best]
        # Of ranges no text is published: one that is nothing of the official table's belongs to the range.
        open_ones = alike if best else [each for each in alike if each.kind is ReasonKind.RANGE] or alike
    if not open_ones:
        return None
    told = [_told(code, each, document) for each in open_ones]
    return told[0] if len(told) == 1 else _either(told)


def _likeness(meaning: Meaning, info: str) -> int:
    """How many characters of customs' official words stand in a receipt's text."""
    if meaning.kind is ReasonKind.RANGE:
        return 0
    pieces = (piece for piece in _GAPS.split(meaning.zh) if len(piece) >= SHORTEST_WORDS)
    return sum(len(piece) for piece in pieces if piece in info)


@lru_cache(maxsize=2048)
def _told(code: str, meaning: Meaning, document: str) -> Reason:
    """A meaning for people, with the document's name, its sender and its fields."""
    own = document if _fits(meaning, document) and document else next(iter(meaning.types), "")
    english, chinese = names_of(own)
    remedy = meaning.remedy
    who = meaning.who or (sender_of(own) if remedy.who == SENDER else Role(remedy.who) if remedy.who else None)
    return Reason(
        code=code[:LONGEST_CODE],
        kind=meaning.kind,
        message_types=_read_with(meaning.types),
        cause_en=_sentence(meaning.en.format(en=english, zh=chinese)),
        cause_zh=_shown(_filled(meaning, english, chinese)),
        remedy_en=remedy.en.format(en=english, zh=chinese),
        remedy_zh=remedy.zh.format(en=english, zh=chinese),
        owner=who,
        again=remedy.again,
        pointers=tuple(found for element in meaning.elements if (found := pointer(own, element))),
        source=meaning.source,
    )


def _filled(meaning: Meaning, english: str, chinese: str) -> str:
    return meaning.zh.format(en=english, zh=chinese) if meaning.kind is ReasonKind.RANGE else meaning.zh


def _read_with(types: Iterable[str]) -> tuple[str, ...]:
    """The receipts of the documents a code is about."""
    return tuple(receipt_type(each) for each in types)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _shown(official: str) -> str:
    """Customs' words without the marks for what a receipt fills in."""
    text = re.sub(r"(\[+\*\]+|\*)+(:?\[\*\])*", "…", official.replace("<br />", ""))
    return f"{re.sub('…+', '…', text).rstrip('！!。')}。"


def _either(told: Sequence[Reason]) -> Reason:
    """Several meanings that nothing decides between, as one reason."""
    agains = {each.again for each in told}
    pointers = dict.fromkeys(found for each in told for found in each.pointers)
    return told[0].model_copy(
        update={
            "message_types": tuple(dict.fromkeys(kind for each in told for kind in each.message_types)),
            "cause_en": " Or: ".join(each.cause_en for each in told),
            "cause_zh": "或者：".join(each.cause_zh for each in told),
            "remedy_en": " Or: ".join(dict.fromkeys(each.remedy_en for each in told)),
            "remedy_zh": "或者：".join(dict.fromkeys(each.remedy_zh for each in told)),
            "owner": next((each.owner for each in told if each.owner), None),
            "again": agains.pop() if len(agains) == 1 else Again.CORRECTED,
            "pointers": tuple(pointers),
            "source": "; ".join(dict.fromkeys(each.source for each in told)),
        }
    )


def _unknown(code: str, kind: ReasonKind, document: str) -> Reason:
    """A code that no list explains, kept as it was sent."""
    shown, (english, chinese) = code[:LONGEST_CODE] or "?", names_of(document)
    remedy = catalogue.remedies()["ask_exchange" if document == EXCHANGE else "ask_customs"]
    return Reason(
        code=shown,
        kind=kind,
        known=False,
        message_types=_read_with((document,)) if document else (),
        cause_en=f"Code {shown} is in no published list.",
        cause_zh=f"代码 {shown} 未见于公开资料。",
        remedy_en=remedy.en.format(en=english, zh=chinese),
        remedy_zh=remedy.zh.format(en=english, zh=chinese),
        owner=sender_of(document) if remedy.who == SENDER else Role(remedy.who),
        again=remedy.again,
        source="",
    )
