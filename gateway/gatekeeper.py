"""The gatekeeper: who signed what came in, and whether he may say it, before any of it changes anything.

As soon as a key of a party is on file, whatever speaks in that party's name must be signed by it; customs' doors demand
customs' signature as soon as a key of role CUS is on file. Without such a key a message is taken unsigned, and one that
is signed by a key nobody knows counts as unsigned. A signature by a key on file that does not hold is refused always.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session, select

from clearway.contracts.documents import DocumentKind
from clearway.contracts.parties import Role, Sender
from clearway.contracts.problems import Problem
from clearway.messages import MessageRefused
from clearway.messages.signatures import Trust, TrustedKey, Verified, is_signed, verify, verify_bytes
from clearway.rules.entrustment import Commitment, is_entrusted
from gateway.news import Contents, News
from gateway.opening import Opened
from gateway.refusals import Code, refusal
from gateway.sender import Sending
from models.tables import Entrustment, RawMessage
from models.tables import TrustedKey as KeyOnFile
from models.trust import any_of_role, must_sign, normal_name, trusted

log = logging.getLogger(__name__)

CUSTOMS_DOORS = frozenset(
    {"customs", "control", "inspection", "disposition", "hold", "articles", "report-decision", "guarantee-call"}
)
"""Doors at which only customs speaks."""

LATEST, _UNGUARDED = "latest arrival", "unguarded until"
"""What a session notes: when the last message of the batch came in, and by when customs had no key on file."""

SIGNERS: dict[str, frozenset[Role]] = {
    DocumentKind.ORDER: frozenset({Role.EBC, Role.EBP, Role.EXP, Role.POST}),
    DocumentKind.PAYMENT: frozenset({Role.PAY, Role.EXP, Role.POST}),
    DocumentKind.WAYBILL: frozenset({Role.LOG}),
    DocumentKind.DECLARATION_LIST: frozenset({Role.EBC, Role.AGENT}),
}
"""Whose signature a document may bear (seed S1.1); express and postal operators transmit for others (S1.2)."""


@dataclass(frozen=True)
class Signer:
    """Whose valid signature a message bears."""

    party: str
    key_name: str
    roles: frozenset[Role]


@dataclass(frozen=True)
class Signatures:
    """What the signatures of a message prove, and what is wrong with them."""

    signer: Signer | None = None
    wrong: tuple[Problem, ...] = ()
    unknown: tuple[Problem, ...] = ()
    """Keys that are not on file: they prove nothing."""


def check_signatures(session: Session, raw: RawMessage, opened: Opened) -> Signatures:
    """Check every signature there is: in the message, of its transport, beside the body; the first says who speaks."""
    key_name, _, value = raw.detached.rpartition("|")
    checks: list[Callable[[Trust], Verified | TrustedKey]] = []
    if _bears_signature(opened.body):
        checks.append(lambda trust: verify(opened.body, trust, max_bytes=len(opened.body)))
    if opened.enveloped and _bears_signature(raw.body):
        checks.append(lambda trust: verify(raw.body, trust, max_bytes=len(raw.body)))
    if raw.detached:
        checks.append(lambda trust: verify_bytes(raw.body, value, key_name, trust))
    found, wrong, unknown = list[Signer](), list[Problem](), list[Problem]()
    for check in checks:
        asked: list[str] = []
        try:
            proved = check(_asking(session, raw, asked))
            found.append(Signer(proved.party_code, proved.key_name, frozenset(proved.roles)))
        except MessageRefused as refused:
            on_file = bool(asked) and session.get(KeyOnFile, normal_name(asked[0])) is not None
            if not any(problem.code == Code.KEY_UNKNOWN for problem in refused.problems):
                wrong += refused.problems
            elif on_file:
                wrong.append(refusal(Code.KEY_EXPIRED, ("key_name", asked[0][:64])))
            else:
                unknown += refused.problems
    return Signatures(found[0] if found else None, tuple(dict.fromkeys(wrong)), tuple(unknown))


def admit(session: Session, raw: RawMessage, opened: Opened, signatures: Signatures, contents: Contents) -> Contents:
    """The contents, if whoever speaks may say them; else every reason why not, with what else is wrong."""
    problems = [*signatures.wrong]
    if signatures.signer is not None:
        contents, refused = _signed(session, raw, opened, signatures.signer, contents)
        problems += refused
    elif not problems and _is_demanded(session, raw, opened.sending):
        problems += signatures.unknown or (refusal(Code.UNSIGNED),)
    if not problems:
        return contents
    return Contents(contents.message_type, problems=(*problems, *contents.problems))


def warn_unguarded(session: Session, now: datetime) -> None:
    """Say once, when the gateway starts, that its doors take whatever comes for customs' word."""
    if not any_of_role(session, Role.CUS, now):
        log.warning("no key of customs is on file: whatever comes in at customs' doors is taken unsigned")


def _asking(session: Session, raw: RawMessage, asked: list[str]) -> Trust:
    """The keys that were trusted when the message came; notes which were asked for."""

    def trust(key_name: str) -> TrustedKey | None:
        asked.append(key_name)
        return trusted(session, key_name, raw.received_at)

    return trust


def _bears_signature(body: bytes) -> bool:
    """Whether this is XML with a signature in it; the placeholder is none."""
    try:
        return b"Signature" in body and is_signed(body, max_bytes=len(body))
    except MessageRefused:  # no XML: there is no signature in it, and its reader says what else is wrong
        return False


def _is_demanded(session: Session, raw: RawMessage, sending: Sending | tuple[Problem, ...]) -> bool:
    """Whether a key of a party is on file in whose name this door lets the message speak."""
    if raw.door in CUSTOMS_DOORS:
        return _customs_signs(session, raw.received_at)
    if not isinstance(sending, Sending):
        return False
    return any(must_sign(session, party, raw.received_at) for party in _named(sending.sender))


def _customs_signs(session: Session, at: datetime) -> bool:
    """Whether a key of customs is on file at `at`; that there is none by the end of a batch is asked once for it."""
    unguarded: datetime | None = session.info.get(_UNGUARDED)
    if unguarded is not None and at <= unguarded:
        return False
    latest: datetime = max(at, session.info.get(LATEST, at))
    if not any_of_role(session, Role.CUS, latest):
        session.info[_UNGUARDED] = latest
        return False
    return latest == at or any_of_role(session, Role.CUS, at)


def _signed(
    session: Session, raw: RawMessage, opened: Opened, signer: Signer, contents: Contents
) -> tuple[Contents, list[Problem]]:
    if raw.door in CUSTOMS_DOORS:
        return contents, [] if Role.CUS in signer.roles else [_wrong_role(signer, raw.door)]
    kinds = [*dict.fromkeys(_kinds(contents.news))]
    problems = [_wrong_role(signer, kind) for kind in kinds if not signer.roles & SIGNERS[kind]]
    if not isinstance(opened.sending, Sending) or signer.party in _named(opened.sending.sender):
        return contents, problems
    named = opened.sending.sender.code
    if (
        kinds
        and opened.sending.sender.on_behalf_of is None
        and _may_speak_for(session, raw, signer.party, named, kinds)
    ):
        return _on_behalf(contents, Sender(code=signer.party, on_behalf_of=named)), problems
    told = (("signer", signer.party), ("sender.code", named))
    return contents, [*problems, refusal(Code.SIGNER_PARTY, *told)]


def _named(sender: Sender) -> tuple[str, ...]:
    """Who may sign what this sender hands in: he himself, or the principal in whose name he does."""
    return (sender.code, sender.on_behalf_of) if sender.on_behalf_of else (sender.code,)


def _kinds(news: Iterable[News]) -> Iterator[str]:
    return (document.kind for each in news if each.submission for document in each.submission.documents)


def _may_speak_for(session: Session, raw: RawMessage, transmitter: str, principal: str, kinds: Iterable[str]) -> bool:
    """Whether a written commitment lets the signer transmit all of this for the party that is named as the sender."""
    commitments = [
        Commitment(
            principal=row.principal,
            document_kinds=frozenset(row.document_kinds.split(",")),
            valid_from=row.valid_from,
            valid_before=row.valid_before,
        )
        for row in session.exec(select(Entrustment).where(Entrustment.transmitter == transmitter))
    ]
    return all(is_entrusted(commitments, principal=principal, kind=kind, at=raw.received_at) for kind in kinds)


def _on_behalf(contents: Contents, sender: Sender) -> Contents:
    """The same news, handed in by the signer on behalf of whom the header named."""
    news = (
        each.model_copy(update={"submission": each.submission.model_copy(update={"sender": sender})})
        if each.submission
        else each
        for each in contents.news
    )
    return replace(contents, news=tuple(news))


def _wrong_role(signer: Signer, what: str) -> Problem:
    return refusal(
        Code.SIGNER_ROLE, ("signer", signer.party), ("roles", ",".join(sorted(signer.roles))), ("what", what)
    )
