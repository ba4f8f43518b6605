"""The preflight itself: the service's own rules on four files, with nothing known but the files."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from clearway.contracts.documents import AnyDocument, DocumentKind
from clearway.contracts.facts import IdentityOutcome, Judgement
from clearway.contracts.parties import Role
from clearway.contracts.problems import FieldValue, Problem, Severity
from clearway.messages import MessageRefused, document_from
from clearway.preflight.partial import Values, complete, moment_of, values_of
from clearway.preflight.report import ONLY_THE_SERVICE_KNOWS, Preflight
from clearway.rules.catalogue import untold
from clearway.rules.documents import check_document
from clearway.rules.judgement import judge
from clearway.rules.matching import MatchingFacts, RegisteredParty

LIST = DocumentKind.DECLARATION_LIST

LOOKS_AT: dict[str, tuple[str, ...]] = {
    "M01": ("payment.allocations",),
    "M04": ("payment.allocations",),
    "M05": ("payment.allocations",),
    "M08": ("order.lines[*].gnum", "declaration_list.lines[*].gnum"),
    "M18": ("declaration_list.trade_mode",),
    "E_FIELD_REQUIRED": ("declaration_list.trade_mode",),
    "E_FIELD_EMPTY": ("declaration_list.trade_mode",),
    "E_GUARANTOR": (
        "declaration_list.ebp_code",
        "declaration_list.ebc_code",
        "declaration_list.logistics_code",
    ),
    "E_OVER_LIMIT": ("declaration_list",),
    "E_OVER_QUANTITY": ("declaration_list",),
    "E_REGION": ("declaration_list.trade_mode",),
    "E_LICENCE": ("declaration_list.trade_mode", "declaration_list.lines[*].country"),
}
"""What a rule decides by beside the fields that its problem shows."""


@dataclass(frozen=True)
class _Paper:
    """One body as far as it could be read: a whole document, or loose values with the faults."""

    document: AnyDocument | None
    values: Values | None = None
    faults: tuple[Problem, ...] = ()

    @property
    def moment(self) -> datetime | None:
        return self.document.app_time if self.document else moment_of(self.values or {})


def preflight(
    bodies: Mapping[DocumentKind, bytes],
    *,
    identity: IdentityOutcome = IdentityOutcome.VERIFIED,
    annual_used: Decimal = Decimal(0),
    profile: str = "SEED",
) -> Preflight:
    """Everything wrong with the bodies of one list's four documents, as the service would judge them.

    A document that is absent or unreadable stops no comparison among the others, nor a faulty field that of the
    other fields. The comparison is made as of the list's submission, so the same files always get the same answer.
    Raises ValueError for an unknown profile.
    """
    papers = {kind: _read(kind, bodies[kind]) for kind in DocumentKind if kind in bodies}
    faults = tuple(fault for paper in papers.values() for fault in paper.faults)
    documents, unread = _completed(papers)
    judgement = None
    found = faults
    if len(documents) == len(DocumentKind):
        judgement = _judge(documents, identity, annual_used, profile)
        own = tuple(one for document in documents.values() for one in check_document(document, profile=profile))
        said = (*own, *untold(own, (*judgement.problems, *judgement.warnings)))
        found += tuple(one for one in dict.fromkeys(said) if not _concerns(one, unread))
    problems = tuple(one for one in found if one.severity is Severity.HARD)
    list_read = judgement is not None and not any(pointer.startswith(LIST) for pointer in unread)
    return Preflight(
        would_match=not problems and not unread,
        all_read=not faults and not unread,
        problems=problems,
        warnings=tuple(one for one in found if one.severity is Severity.WARNING),
        unread=_outermost(unread),
        limits=judgement.limits if judgement and list_read else None,
        tax=judgement.tax if judgement and list_read else None,
        identity=identity,
        annual_used=annual_used,
        profile=profile,
        not_made=ONLY_THE_SERVICE_KNOWS,
    )


def _read(kind: DocumentKind, body: bytes) -> _Paper:
    try:
        documents = document_from(body)
    except MessageRefused as refused:
        return _Paper(None, values_of(kind, body), told_of(kind, refused.problems))
    if len(documents) == 1 and documents[0].kind == kind:
        return _Paper(documents[0])
    return _Paper(None, faults=(_not_the_one(kind, documents),))


def told_of(where: str, faults: Iterable[Problem]) -> tuple[Problem, ...]:
    """Faults of a body; those that concern it as a whole say which body is meant."""
    return tuple(
        fault
        if fault.code == "E_FIELD"
        else fault.model_copy(update={"fields": (FieldValue(field=where), *fault.fields)})
        for fault in faults
    )


def _completed(papers: Mapping[DocumentKind, _Paper]) -> tuple[dict[DocumentKind, AnyDocument], frozenset[str]]:
    """All four documents, with stand-ins for what is unread; none if nothing says when they were submitted."""
    moments = [paper.moment for paper in papers.values() if paper.moment]
    documents: dict[DocumentKind, AnyDocument] = {}
    unread: set[str] = set()
    for kind in DocumentKind:
        paper = papers.get(kind, _Paper(None))
        if paper.document is not None:
            documents[kind] = paper.document
            continue
        if paper.values is None:
            unread.add(kind)
        if moments and (made := complete(kind, paper.values or {}, paper.moment or max(moments))):
            documents[kind] = made[0]
            unread |= made[1]
        else:
            unread.add(kind)
    return documents, frozenset(unread)


def _judge(
    documents: Mapping[DocumentKind, Any], identity: IdentityOutcome, annual_used: Decimal, profile: str
) -> Judgement:
    order, payment = documents[DocumentKind.ORDER], documents[DocumentKind.PAYMENT]
    waybill, declared = documents[DocumentKind.WAYBILL], documents[LIST]
    codes = {order.ebc_code, order.ebp_code, payment.pay_code, waybill.logistics_code}
    codes |= {declared.agent_code, declared.area_code} - {None}
    facts = MatchingFacts(
        identity=identity,
        now=declared.app_time,
        parties=tuple(RegisteredParty(code=code, roles=frozenset(Role)) for code in sorted(codes)),
        profile=profile,
    )
    return judge(order, payment, waybill, declared, facts, annual_used, profile=profile)


def _concerns(problem: Problem, unread: Iterable[str]) -> bool:
    """Whether a problem is about something that was not read, so that it says nothing about the documents."""
    pointers = (*(each.field for each in problem.fields), *LOOKS_AT.get(problem.code, ()))
    return any(_same_place(pointer, other) for pointer in pointers for other in unread)


def _same_place(one: str, other: str) -> bool:
    """Whether one pointer is the other or lies inside it; `lines[*]` is every line."""
    pairs = zip(_steps(one), _steps(other), strict=False)
    return all(left == right or "*" in (left, right) for left, right in pairs)


def _steps(pointer: str) -> list[str]:
    return [step for step in re.split(r"[.\[\]]+", pointer) if step]


def _outermost(pointers: Iterable[str]) -> tuple[str, ...]:
    """The pointers without those that lie inside another one."""
    kept: list[str] = []
    for pointer in sorted(pointers, key=lambda each: (len(_steps(each)), each)):
        if not any(_same_place(pointer, outer) for outer in kept):
            kept.append(pointer)
    return tuple(sorted(kept))


def _not_the_one(kind: DocumentKind, documents: tuple[AnyDocument, ...]) -> Problem:
    given = ", ".join(document.kind for document in documents)
    return Problem(
        code="E_WRONG_DOCUMENT",
        fields=(FieldValue(field=kind, value=given[:60]),),
        message_en=f"One {kind} is expected here, but the file holds: {given[:60]}.",
        message_zh=f"此处应为一份 {kind}，但文件内容为：{given[:60]}。",
        remedy_en=f"Give a file with exactly one {kind}.",
        remedy_zh=f"请提供仅含一份 {kind} 的文件。",
        reference="RULEBOOK B.1",
    )
