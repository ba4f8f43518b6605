"""Whether a document may be taken: the right sender, the right case, a new number or a lawful change (RULEBOOK B.1)."""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session

from clearway.contracts.base import legal_day
from clearway.contracts.case import CaseKey, Transmission
from clearway.contracts.documents import AnyDocument, DeclarationList, Order, Payment, Waybill
from clearway.contracts.parties import Role
from clearway.contracts.problems import Problem
from clearway.contracts.states import State
from clearway.rules.entrustment import Commitment, is_entrusted
from clearway.rules.fingerprint import content_hash
from models.documents import business_key
from models.refusals import refusal
from models.registry import Register, register_of
from models.tables import CaseRecord, Enterprise, Entrustment, StoredDocument

CHANGE = "2"
CORRECTABLE_ENDS = {State.REJECTED, State.CANCELLED, State.MATCH_FAILED}
TRANSMITTERS = {Role.EXP, Role.POST}


def refuse(
    session: Session,
    arrival: Transmission,
    key: CaseKey,
    known: StoredDocument | None,
    *,
    now: datetime,
    open_for_change: bool,
    under_control: bool = False,
    register: Register | None = None,
) -> list[Problem]:
    """Every reason not to take this document; empty when it may be stored, or is on file already with this content.

    Who takes several documents reads the register once and gives it with each.
    """
    return [
        *_wrong_case(arrival.document, key),
        *_wrong_sender(register or senders_of(session, [arrival]), arrival, now),
        *_wrong_version(arrival.document, known, open_for_change, under_control),
    ]


def senders_of(session: Session, arrivals: Iterable[Transmission], *, parties: Iterable[str] = ()) -> Register:
    """What the register says of those who sent these documents, and of further parties."""
    senders = [arrival.sender for arrival in arrivals]
    transmitters = (sender.code for sender in senders if sender.on_behalf_of is not None)
    return register_of(session, [*(sender.code for sender in senders), *parties], transmitters=transmitters)


def repeated(arrivals: tuple[Transmission, ...]) -> list[Problem]:
    """One submission says one thing of each document; the same thing twice is once."""
    first: dict[str, AnyDocument] = {}
    problems = []
    for arrival in arrivals:
        document = arrival.document
        said = first.setdefault(document.kind, document)
        if said is not document and content_hash(said) != content_hash(document):
            fields = (("document.kind", document.kind), ("document.order_no", document.order_no))
            problems.append(refusal("E_DUPLICATE", *fields))
    return problems


def refuse_attempt(session: Session, key: CaseKey) -> list[Problem]:
    """A case that ended stays ended, also after the workflow's retention; a copy needs an ended original."""
    return refuse_record(session, key, session.get(CaseRecord, key.workflow_id))


def refuse_record(session: Session, key: CaseKey, record: CaseRecord | None) -> list[Problem]:
    """The same of a case whose record the caller has looked for."""
    if record is not None and record.ended_at is not None:
        return [refusal("E_ALREADY_ENDED", ("state", record.state))]
    if key.attempt == 1:
        return []
    earlier = session.get(CaseRecord, key.model_copy(update={"attempt": key.attempt - 1}).workflow_id)
    if earlier is None or earlier.ended_at is None or earlier.state not in CORRECTABLE_ENDS:
        told = earlier.state if earlier else None
        return [refusal("E_ATTEMPT", ("key.attempt", str(key.attempt)), ("earlier.state", told))]
    return []


def new_record(key: CaseKey, opened_at: datetime, now: datetime) -> CaseRecord:
    """The register's line of a case that is opened."""
    return CaseRecord(
        workflow_id=key.workflow_id,
        ebc_code=key.ebc_code,
        order_no=key.order_no,
        attempt=key.attempt,
        state=State.SUBMITTED,
        opened_at=opened_at,
        changed_at=now,
    )


def _wrong_case(document: AnyDocument, key: CaseKey) -> list[Problem]:
    problems = []
    if document.order_no != key.order_no and not _serves(document, key.order_no):
        problems.append(
            refusal("E_WRONG_CASE", (f"{document.kind}.order_no", document.order_no), ("case.order_no", key.order_no))
        )
    if isinstance(document, Order | DeclarationList) and document.ebc_code != key.ebc_code:
        problems.append(
            refusal("E_WRONG_CASE", (f"{document.kind}.ebc_code", document.ebc_code), ("case.ebc_code", key.ebc_code))
        )
    return problems


def _serves(document: AnyDocument, order_no: str) -> bool:
    return isinstance(document, Payment) and any(part.order_no == order_no for part in document.allocations)


def _wrong_sender(register: Register, arrival: Transmission, now: datetime) -> list[Problem]:
    document, sender = arrival.document, arrival.sender
    owner, owners, roles = _owners(document)
    enterprise = register.enterprises.get(sender.code)
    if enterprise is None or not is_registered(enterprise, now):
        return [refusal("E_SENDER_UNKNOWN", ("sender.code", sender.code), owner=owner)]
    held = {Role(role) for role in enterprise.roles.split(",")}
    if sender.on_behalf_of is None:
        fits = sender.code in owners and bool(held & roles)
        return [] if fits else [_role_problem(arrival, held, owner)]
    if isinstance(document, Waybill | DeclarationList) or not held & TRANSMITTERS or sender.on_behalf_of not in owners:
        return [_role_problem(arrival, held, owner)]
    entrustments = register.entrustments.get(sender.code, ())
    if _is_entrusted(entrustments, sender.on_behalf_of, document.kind, now):
        return []
    return [
        refusal(
            "E_NO_COMMITMENT",
            ("sender.code", sender.code),
            ("sender.on_behalf_of", sender.on_behalf_of),
            ("transmitted_at", now.isoformat()),
            owner=owner,
        )
    ]


def _owners(document: AnyDocument) -> tuple[Role, set[str], set[Role]]:
    """Whose document it is: the role to call, the codes that may send it, the roles they must hold (seed S1.1)."""
    match document:
        case Order():
            return Role.EBC, {document.ebc_code, document.ebp_code}, {Role.EBC, Role.EBP}
        case Payment():
            return Role.PAY, {document.pay_code}, {Role.PAY}
        case Waybill():
            return Role.LOG, {document.logistics_code}, {Role.LOG}
        case DeclarationList():
            return Role.EBC, {document.ebc_code, document.agent_code}, {Role.EBC, Role.AGENT}


def is_registered(enterprise: Enterprise, now: datetime) -> bool:
    """Whether an enterprise of the register may act on that day."""
    day = legal_day(now)
    ended = enterprise.registered_to is not None and day > enterprise.registered_to
    return not enterprise.suspended and enterprise.registered_from <= day and not ended


def _is_entrusted(records: Iterable[Entrustment], principal: str, kind: str, now: datetime) -> bool:
    commitments = (
        Commitment(
            principal=record.principal,
            document_kinds=frozenset(record.document_kinds.split(",")),
            valid_from=record.valid_from,
            valid_before=record.valid_before,
        )
        for record in records
    )
    return is_entrusted(commitments, principal=principal, kind=kind, at=now)


def _role_problem(arrival: Transmission, held: set[Role], owner: Role) -> Problem:
    return refusal(
        "E_SENDER_ROLE",
        ("sender.code", arrival.sender.code),
        ("sender.roles", ",".join(sorted(held))),
        ("document.kind", arrival.document.kind),
        owner=owner,
    )


def _wrong_version(
    document: AnyDocument, known: StoredDocument | None, open_for_change: bool, under_control: bool
) -> list[Problem]:
    if known is None:
        if document.app_type == CHANGE:
            return [refusal("E_CHANGE_WITHOUT_ORIGINAL", (f"{document.kind}.app_type", CHANGE))]
        return [] if open_for_change else [refusal("E_CHANGE_TOO_LATE", ("document.kind", document.kind))]
    if known.content_hash == content_hash(document):
        return []
    if not open_for_change:
        return [refusal("E_CHANGE_TOO_LATE", ("document.kind", document.kind))]
    if under_control:
        return [refusal("E_UNDER_CONTROL", ("document.kind", document.kind))]
    if document.app_type != CHANGE:
        return [refusal("E_DUPLICATE", ("document.kind", document.kind), ("document.order_no", document.order_no))]
    if document.app_time <= known.used_on:
        return [
            refusal(
                "E_OLDER_VERSION",
                (f"{document.kind}.app_time", document.app_time.isoformat()),
                ("on_file.app_time", known.used_on.isoformat()),
            )
        ]
    return []


def store(
    session: Session, arrival: Transmission, workflow_id: str, known: StoredDocument | None, now: datetime
) -> StoredDocument:
    """Keep the document as a new version; content that is on file already adds nothing."""
    row = version_after(known, arrival, workflow_id, now)
    if row is not known:
        session.add(row)
    return row


def version_after(
    known: StoredDocument | None, arrival: Transmission, workflow_id: str, now: datetime
) -> StoredDocument:
    """The row of a document that arrived, to be added; or the one on file, where that has the same content."""
    document = arrival.document
    fingerprint = content_hash(document)
    if known is not None and known.content_hash == fingerprint:
        return known
    return StoredDocument(
        workflow_id=workflow_id,
        kind=document.kind,
        version=known.version + 1 if known else 1,
        business_key=business_key(document),
        guid=document.guid,
        content_hash=fingerprint,
        sender=arrival.sender.code,
        on_behalf_of=arrival.sender.on_behalf_of,
        order_no=document.order_no,
        used_on=document.app_time,
        accepted_at=now,
        body=document.model_dump_json(),
    )
