"""Who sends, as the headers say it and as it is kept beside the stored bytes."""

from collections.abc import Mapping
from dataclasses import dataclass

from clearway.contracts.parties import Sender
from clearway.contracts.problems import Problem
from gateway.refusals import Code, refusal

SENDER = "X-Clearway-Sender"
ON_BEHALF_OF = "X-Clearway-On-Behalf-Of"
ATTEMPT = "X-Clearway-Attempt"
KEY = "X-Clearway-Key"
SIGNATURE = "X-Clearway-Signature"

_LONGEST_CODE = 18
_MOST_ATTEMPTS = 99


@dataclass(frozen=True)
class Sending:
    """Who sends, in whose name, and which copy of the list is meant (None for the newest)."""

    sender: Sender
    attempt: int | None = None


def note_sending(headers: Mapping[str, str]) -> str:
    """The headers in one line, kept with the bytes before anything is checked: `code|principal|attempt`."""
    parts = (headers.get(name, "").strip().replace("\x00", "") for name in (SENDER, ON_BEHALF_OF, ATTEMPT))
    return "|".join(parts).rstrip("|")


def note_signature(headers: Mapping[str, str]) -> str:
    """The detached signature in one line, kept with the bytes so that it can be checked at any time: `key|signature`.

    Cut to what any real signature needs; one that was longer does not verify.
    """
    key, signature = (headers.get(name, "").strip().replace("\x00", "") for name in (KEY, SIGNATURE))
    return f"{key[:100]}|{signature[:4000]}" if key or signature else ""


def sending_of(note: str, signed_by: str = "") -> Sending | tuple[Problem, ...]:
    """Who sends, from the kept line; or everything that is wrong with it. Who signs need not say that he sends."""
    code, principal, attempt = (*note.split("|"), "", "")[:3]
    code = code or signed_by
    problems = [] if code else [refusal(Code.SENDER_MISSING, (SENDER, None))]
    for name, value in ((SENDER, code), (ON_BEHALF_OF, principal)):
        if len(value) > _LONGEST_CODE:
            problems.append(refusal(Code.HEADER, (name, value[:_LONGEST_CODE] + "…")))
    counts = attempt.isascii() and attempt.isdigit() and 1 <= int(attempt) <= _MOST_ATTEMPTS
    if attempt and not counts:
        problems.append(refusal(Code.HEADER, (ATTEMPT, attempt)))
    if problems:
        return tuple(problems)
    return Sending(Sender(code=code, on_behalf_of=principal or None), int(attempt) if attempt else None)
