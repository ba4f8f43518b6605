"""What customs' status codes mean for a case: one table (RULEBOOK B.0.4; REFERENCE §5.9, §6.3)."""

from enum import StrEnum

from clearway.contracts.documents import DocumentKind
from clearway.contracts.states import Detail


class Effect(StrEnum):
    """What a receipt does to the case."""

    NOTE = "NOTE"
    ACCEPT = "ACCEPT"
    PROGRESS = "PROGRESS"
    INSPECT = "INSPECT"
    PASS = "PASS"
    DETAIN = "DETAIN"
    SHIP_BACK = "SHIP_BACK"
    RELEASE = "RELEASE"
    REJECT = "REJECT"
    RESEND = "RESEND"
    UNKNOWN = "UNKNOWN"


EFFECTS = {
    "1": Effect.NOTE,
    "2": Effect.NOTE,
    "3": Effect.NOTE,
    "4": Effect.RESEND,
    "100": Effect.REJECT,
    "120": Effect.ACCEPT,
    "300": Effect.PROGRESS,
    "399": Effect.PASS,
    "400": Effect.PROGRESS,
    "500": Effect.INSPECT,
    "501": Effect.DETAIN,
    "502": Effect.DETAIN,
    "503": Effect.DETAIN,
    "599": Effect.DETAIN,
    "600": Effect.PROGRESS,
    "700": Effect.SHIP_BACK,
    "800": Effect.RELEASE,
    "899": Effect.NOTE,
    # Processing exceptions that pass by themselves: the quota query or adjustment failed at customs.
    "-621013": Effect.RESEND,
    "-621014": Effect.RESEND,
    # Customs has a document with this number. Ours with other content was refused at our own desk (E_DUPLICATE), so it
    # is the same one, sent before the answer was lost or with an earlier attempt.
    "-301010": Effect.ACCEPT,
    "-401007": Effect.ACCEPT,
    "-504015": Effect.ACCEPT,
    # Already there, or older than what is there: nothing to do.
    "-621004": Effect.NOTE,
    "-301014": Effect.NOTE,
    "-401012": Effect.NOTE,
    "-505016": Effect.NOTE,
}

_DOCUMENT_EFFECTS = {Effect.NOTE, Effect.ACCEPT, Effect.REJECT, Effect.RESEND}

_DETAILS = {
    "120": Detail.ACCEPTED,
    "400": Detail.AWAITING_ARRIVAL,
    "300": Detail.UNDER_REVIEW,
    "600": Detail.SUSPENDED,
    "500": Detail.INSPECTION,
    "399": Detail.REVIEWED,
    "501": Detail.DETAINED,
    "502": Detail.DETAINED,
    "503": Detail.DETAINED,
    "599": Detail.DETAINED,
}

_ORDER = (
    *("1", "2", "3", "4", "120", "400", "300", "600", "500", "399"),
    *("501", "502", "503", "599", "100", "700", "800", "899"),
)


def effect_of(about: DocumentKind, status: str) -> Effect:
    """The effect of a receipt; a code nobody published is UNKNOWN, a negative one refuses unless listed otherwise."""
    effect = EFFECTS.get(status)
    if effect is None:
        return Effect.REJECT if status.startswith("-") and status[1:].isdigit() else Effect.UNKNOWN
    if about is not DocumentKind.DECLARATION_LIST and effect not in _DOCUMENT_EFFECTS:
        return Effect.NOTE if status == "399" else Effect.UNKNOWN
    return effect


def detail_of(status: str) -> Detail | None:
    """The fine state that a list receipt puts the case in, if any."""
    return _DETAILS.get(status)


def rank_of(status: str) -> int:
    """How far along the case is with this receipt: the rank decides, not the order of arrival."""
    return _ORDER.index(status) if status in _ORDER else _ORDER.index("100")
