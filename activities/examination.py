"""The desk where documents are checked, stored and judged: one activity, one transaction for what is decided."""

from datetime import timedelta
from typing import NamedTuple

from sqlmodel import Session
from temporalio import activity

from activities.acceptance import new_record, refuse, refuse_attempt, repeated, store
from activities.evidence import matching_facts
from activities.identity import IdentityAuthority, IdentityDesk, Person
from activities.securing import Securities
from clearway.contracts.base import legal_day
from clearway.contracts.documents import AnyDocument, DeclarationList, DocumentKind, Order, Payment, Waybill
from clearway.contracts.facts import Examination, IdentityOutcome, Judgement
from clearway.contracts.problems import Problem, Severity
from clearway.contracts.states import State
from clearway.rules.catalogue import untold
from clearway.rules.documents import check_document
from clearway.rules.judgement import judge
from clearway.rules.parameters import parameters, rules_in_force
from models.addresses import remember
from models.database import Database
from models.documents import addresses, latest, on_file, parse
from models.rule_packs import RulePacks, newest
from models.tables import CaseRecord, StoredDocument
from models.work import ExamineRequest

Rows = dict[DocumentKind, StoredDocument]


class Papers(NamedTuple):
    """The four documents of a list that can be judged."""

    order: Order
    payment: Payment
    waybill: Waybill
    declared: DeclarationList

    @property
    def orderer(self) -> Person:
        """Whose list it is."""
        return Person(self.order.buyer_name, self.order.buyer_id_number)


class Asked(NamedTuple):
    """What the identity authority says of the orderer, now or within the year."""

    outcome: IdentityOutcome
    afresh: bool


class Examiner:
    """Checks what arrives, keeps what is taken, and judges a list once its four documents are on file."""

    def __init__(self, database: Database, authority: IdentityAuthority, person_key_secret: str) -> None:
        self._database = database
        self._identity = IdentityDesk(authority, person_key_secret)
        self._packs = RulePacks()

    @activity.defn
    def examine_documents(self, request: ExamineRequest) -> Examination:
        """Check, store and judge newly arrived documents; one submission is taken whole or not at all.

        The authority is asked before the transaction, which no outside platform may hold up. Tried again after the
        commit, the answer is the judgement on record, and nothing is reserved twice. Attempts on one list take turns,
        also those that timed out and go on unheard.
        """
        asked = self._ask_identity(request)
        with self._database.transaction() as session:
            record = session.get(CaseRecord, request.key.workflow_id, with_for_update=True)
            pack = record.rule_pack if record else newest(session)
            with rules_in_force(self._packs.numbered(session, pack)):
                return self._examine(session, request, asked, pack)

    def _ask_identity(self, request: ExamineRequest) -> Asked | None:
        """The authority's answer where the submission completes the four documents, else None."""
        with self._database.transaction() as session:
            record = session.get(CaseRecord, request.key.workflow_id)
            with rules_in_force(self._packs.of(session, record)):
                papers = _together(latest(session, request.key.workflow_id), request)
                if papers is None:
                    return None
                known = self._identity.known(session, papers.orderer, now=request.now, profile=request.profile)
        if known is not None:
            return Asked(known, afresh=False)
        return Asked(self._identity.ask(papers.orderer, at=request.now), afresh=True)

    def _examine(self, session: Session, request: ExamineRequest, asked: Asked | None, pack: int) -> Examination:
        rows, refused = self._take(session, request, pack)
        missing = tuple(kind for kind in DocumentKind if kind not in rows)
        record = session.get(CaseRecord, request.key.workflow_id)
        papers = _together(rows, request if refused else None)
        judgement = None
        if papers is not None and asked is not None and (refused or request.open_for_change):
            if refused:
                shown = record or new_record(request.key, request.opened_at, request.now)
                securities = self._securities(session, request, shown, papers)
                further = self._judge(session, request, securities, papers, asked.outcome).problems
                refused += untold(refused, further)
            elif record is not None and not missing:
                judgement = self._judge_once(session, request, record, papers, asked)
        return _answer(request, rows, tuple(refused), missing, judgement)

    def _take(self, session: Session, request: ExamineRequest, pack: int) -> tuple[Rows, list[Problem]]:
        workflow_id = request.key.workflow_id
        rows = latest(session, workflow_id)
        refused = refuse_attempt(session, request.key)
        refused += repeated(request.arrivals)
        for arrival in request.arrivals:
            kind = DocumentKind(arrival.document.kind)
            refused += refuse(
                session,
                arrival,
                request.key,
                rows.get(kind),
                now=request.now,
                open_for_change=request.open_for_change,
                under_control=request.under_control,
            )
            faults = check_document(arrival.document, profile=request.profile)
            refused += [each for each in faults if each.severity is Severity.HARD]
        if refused:
            return rows, refused
        record = self._register(session, request, pack)
        for arrival in request.arrivals:
            kind = DocumentKind(arrival.document.kind)
            stored = store(session, arrival, workflow_id, rows.get(kind), request.now)
            if stored is not rows.get(kind):
                record.judgement = ""  # what was judged is no longer what is on file
            rows[kind] = stored
            remember(session, workflow_id, addresses(arrival.document))
        return rows, []

    def _register(self, session: Session, request: ExamineRequest, pack: int) -> CaseRecord:
        key = request.key
        record = session.get(CaseRecord, key.workflow_id)
        if record is None:
            record = new_record(key, request.opened_at, request.now)
            record.rule_pack = pack
            session.add(record)
        return record

    def _judge_once(
        self, session: Session, request: ExamineRequest, record: CaseRecord, papers: Papers, asked: Asked
    ) -> Judgement:
        """The judgement of these documents: the one on record, or a new one with what it reserves."""
        if record.judgement:
            return Judgement.model_validate_json(record.judgement)
        securities = self._securities(session, request, record, papers)
        securities.keep()
        judged = self._judge(session, request, securities, papers, asked.outcome)
        judgement = securities.hold(judged, request.now)
        if asked.afresh:
            self._identity.remember(session, papers.orderer, asked.outcome, request.now)
        record.state = State.MATCHED if judgement.matched else State.MATCH_FAILED
        record.ebp_code = papers.order.ebp_code
        record.changed_at = request.now
        record.judgement = judgement.model_dump_json()
        return judgement

    def _judge(
        self,
        session: Session,
        request: ExamineRequest,
        securities: Securities,
        papers: Papers,
        identity: IdentityOutcome,
    ) -> Judgement:
        facts = matching_facts(session, request, *papers, identity)
        return judge(
            *papers, facts, securities.used(), profile=request.profile, quantities_used=securities.quantities_used()
        )

    def _securities(self, session: Session, request: ExamineRequest, record: CaseRecord, papers: Papers) -> Securities:
        return Securities(session, record, self._identity.key(papers.orderer), papers.declared, request.profile)


def _together(rows: Rows, request: ExamineRequest | None) -> Papers | None:
    """The documents on file, with those of a submission in their place; None while one is missing."""
    found: dict[str, AnyDocument] = {kind: parse(row) for kind, row in rows.items()}
    if request is not None:
        found |= {each.document.kind: each.document for each in request.arrivals}
    match [found.get(kind) for kind in DocumentKind]:
        case [Order() as order, Payment() as payment, Waybill() as waybill, DeclarationList() as declared]:
            return Papers(order, payment, waybill, declared)
    return None


def _answer(
    request: ExamineRequest,
    rows: Rows,
    refused: tuple[Problem, ...],
    missing: tuple[DocumentKind, ...],
    judgement: Judgement | None,
) -> Examination:
    order = rows.get(DocumentKind.ORDER)
    declaration = rows.get(DocumentKind.DECLARATION_LIST)
    listed = parse(declaration) if declaration else None
    ordered = parse(order) if order else None
    head = listed if isinstance(listed, DeclarationList) else None
    platform = head.ebp_code if head else ordered.ebp_code if isinstance(ordered, Order) else ""
    hours = {
        name: timedelta(
            hours=int(parameters().value(name, on=legal_day(request.opened_at), profile=request.profile).value)
        )
        for name in (
            "documents.reminder_hours",
            "documents.wait_hours",
            "documents.correction_wait_hours",
            "customs.answer_wait_hours",
        )
    }
    return Examination(
        on_file=on_file(rows.values()),
        refused=refused,
        missing=missing,
        judgement=judgement,
        platform=platform,
        port=head.customs_code if head else "",
        trade_mode=head.trade_mode if head else "",
        guarantor=head.assure_code if head else "",
        remind_at=request.opened_at + hours["documents.reminder_hours"],
        answer_by=request.now + hours["customs.answer_wait_hours"],
        give_up_at=request.opened_at + hours["documents.wait_hours"],
        correction_hours=int(hours["documents.correction_wait_hours"] / timedelta(hours=1)),
    )
