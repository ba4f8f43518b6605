"""The desk where documents are checked, stored and judged: one activity, one transaction for what is decided."""

from collections.abc import Iterable
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import bindparam, insert
from sqlmodel import Session, col, select
from temporalio import activity

from activities.acceptance import new_record, refuse, refuse_record, repeated, senders_of, version_after
from activities.evidence import matching_facts, parties_of
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
from models.registry import Register
from models.rule_packs import RulePacks, newest, pack_of
from models.tables import CaseRecord, StoredDocument
from models.work import ExamineRequest

Rows = dict[DocumentKind, StoredDocument]
Documents = dict[DocumentKind, AnyDocument]

_RECORD = select(CaseRecord).where(col(CaseRecord.workflow_id) == bindparam("workflow_id")).with_for_update()
_OPEN = insert(CaseRecord)
_STORE = insert(StoredDocument)


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

    @activity.defn(no_thread_cancel_exception=True)
    def examine_documents(self, request: ExamineRequest) -> Examination:
        """Check, store and judge newly arrived documents; one submission is taken whole or not at all.

        The authority is asked before the transaction, which no outside platform may hold up. Tried again after the
        commit, the answer is the judgement on record, and nothing is reserved twice. Attempts on one list take turns,
        also those that timed out and go on unheard.
        """
        asked = self._ask_identity(request)
        with self._database.transaction() as session:
            record = session.exec(_RECORD, params={"workflow_id": request.key.workflow_id}).first()
            pack = record.rule_pack if record else newest(session)
            with rules_in_force(self._packs.numbered(session, pack)):
                return self._examine(session, request, asked, record, pack)

    def _ask_identity(self, request: ExamineRequest) -> Asked | None:
        """The authority's answer where the submission completes the four documents, else None."""
        case = request.key.workflow_id
        with self._database.reading() as session:
            arrived = _documents(request)
            papers = _together(
                arrived if len(arrived) == len(DocumentKind) else _filed(latest(session, case)) | arrived
            )
            if papers is None:
                return None
            with rules_in_force(self._packs.numbered(session, pack_of(session, case))):
                known = self._identity.known(session, papers.orderer, now=request.now, profile=request.profile)
        if known is not None:
            return Asked(known, afresh=False)
        return Asked(self._identity.ask(papers.orderer, at=request.now), afresh=True)

    def _examine(
        self, session: Session, request: ExamineRequest, asked: Asked | None, record: CaseRecord | None, pack: int
    ) -> Examination:
        rows = latest(session, request.key.workflow_id) if record else {}
        documents, arrived = _filed(rows), _documents(request)
        papers = _together(documents | arrived)
        register = senders_of(session, request.arrivals, parties=parties_of(*papers) if papers else ())
        refused = [*refuse_record(session, request.key, record), *_refuse(session, request, rows, register)]
        judgement = None
        if refused:
            if papers is not None and asked is not None:
                shown = record or new_record(request.key, request.opened_at, request.now)
                securities = self._securities(session, request, shown, papers)
                further = self._judge(session, request, securities, papers, asked.outcome, register).problems
                refused += untold(refused, further)
            return _answer(request, rows, documents, tuple(refused), None)
        opened = record or _opened(request, pack)
        fresh = _take(request, opened, rows)
        documents |= {kind: arrived[kind] for kind in fresh}
        if (papers := _together(documents)) is not None and asked is not None and request.open_for_change:
            judgement = self._judge_once(session, request, opened, papers, asked, register)
        if record is None:
            session.connection().execute(_OPEN, opened.model_dump())
        _keep(session, request, fresh.values())
        return _answer(request, rows | fresh, documents, (), judgement)

    def _judge_once(
        self,
        session: Session,
        request: ExamineRequest,
        record: CaseRecord,
        papers: Papers,
        asked: Asked,
        register: Register,
    ) -> Judgement:
        """The judgement of these documents: the one on record, or a new one with what it reserves."""
        if record.judgement:
            return Judgement.model_validate_json(record.judgement)
        securities = self._securities(session, request, record, papers)
        securities.keep()
        judged = self._judge(session, request, securities, papers, asked.outcome, register)
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
        register: Register,
    ) -> Judgement:
        facts = matching_facts(session, request, *papers, identity, register=register)
        return judge(
            *papers, facts, securities.used(), profile=request.profile, quantities_used=securities.quantities_used()
        )

    def _securities(self, session: Session, request: ExamineRequest, record: CaseRecord, papers: Papers) -> Securities:
        return Securities(session, record, self._identity.key(papers.orderer), papers.declared, request.profile)


def _documents(request: ExamineRequest) -> Documents:
    return {DocumentKind(each.document.kind): each.document for each in request.arrivals}


def _filed(rows: Rows) -> Documents:
    return {kind: parse(row) for kind, row in rows.items()}


def _together(documents: Documents) -> Papers | None:
    """The four documents; None while one is missing."""
    match [documents.get(kind) for kind in DocumentKind]:
        case [Order() as order, Payment() as payment, Waybill() as waybill, DeclarationList() as declared]:
            return Papers(order, payment, waybill, declared)
    return None


def _refuse(session: Session, request: ExamineRequest, rows: Rows, register: Register) -> list[Problem]:
    """Everything that is wrong with the arrivals, each by itself and beside what is on file."""
    refused = repeated(request.arrivals)
    for arrival in request.arrivals:
        refused += refuse(
            session,
            arrival,
            request.key,
            rows.get(DocumentKind(arrival.document.kind)),
            now=request.now,
            open_for_change=request.open_for_change,
            under_control=request.under_control,
            register=register,
        )
        faults = check_document(arrival.document, profile=request.profile)
        refused += [each for each in faults if each.severity is Severity.HARD]
    return refused


def _opened(request: ExamineRequest, pack: int) -> CaseRecord:
    record = new_record(request.key, request.opened_at, request.now)
    record.rule_pack = pack
    return record


def _take(request: ExamineRequest, record: CaseRecord, rows: Rows) -> Rows:
    """The versions that the arrivals add to what is on file; with one, what was judged is no longer what is on file."""
    fresh: Rows = {}
    for arrival in request.arrivals:
        kind = DocumentKind(arrival.document.kind)
        row = version_after(fresh.get(kind) or rows.get(kind), arrival, record.workflow_id, request.now)
        if row is not rows.get(kind):
            fresh[kind] = row
    if fresh:
        record.judgement = ""
    return fresh


def _keep(session: Session, request: ExamineRequest, fresh: Iterable[StoredDocument]) -> None:
    """Store what was taken, and under which keys it is spoken of."""
    if rows := [row.model_dump(exclude={"id"}) for row in fresh]:
        session.connection().execute(_STORE, rows)
    remember(session, request.key.workflow_id, (key for each in request.arrivals for key in addresses(each.document)))


def _answer(
    request: ExamineRequest,
    rows: Rows,
    documents: Documents,
    refused: tuple[Problem, ...],
    judgement: Judgement | None,
) -> Examination:
    ordered, listed = documents.get(DocumentKind.ORDER), documents.get(DocumentKind.DECLARATION_LIST)
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
        missing=tuple(kind for kind in DocumentKind if kind not in rows),
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
