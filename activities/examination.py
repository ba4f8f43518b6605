"""The desk where documents are checked, stored and compared: one activity, everything decided at one moment."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Protocol

from sqlmodel import Session
from temporalio import activity

from activities.acceptance import new_record, refuse, refuse_attempt, repeated, store
from activities.evidence import known_identity, matching_facts, remember_identity, used_in_year
from clearway.contracts.base import legal_day
from clearway.contracts.documents import AnyDocument, DeclarationList, DocumentKind, Order, Payment, Waybill
from clearway.contracts.facts import Examination, IdentityOutcome, Judgement
from clearway.contracts.problems import Problem, Severity
from clearway.contracts.states import State
from clearway.rules.documents import check_document
from clearway.rules.judgement import judge
from clearway.rules.parameters import parameters
from connectors.errors import Refused, Unavailable
from models.addresses import remember
from models.database import Database
from models.documents import addresses, latest, on_file, parse
from models.person_key import person_key
from models.tables import CaseRecord, StoredDocument
from models.work import ExamineRequest


class IdentityAuthority(Protocol):
    """Whoever certifies that a name and an identity number belong together."""

    def verify(self, name: str, id_number: str, *, at: datetime) -> IdentityOutcome:
        """The outcome; raises Unavailable or Refused."""


class Examiner:
    """Checks what arrives, keeps what is taken, and judges a list once its four documents are on file."""

    def __init__(self, database: Database, authority: IdentityAuthority, person_key_secret: str) -> None:
        self._database = database
        self._authority = authority
        self._secret = person_key_secret

    @activity.defn
    def examine_documents(self, request: ExamineRequest) -> Examination:
        """Check, store and compare newly arrived documents; one submission is taken whole or not at all."""
        with self._database.transaction() as session:
            rows, refused = self._take(session, request)
            missing = tuple(kind for kind in DocumentKind if kind not in rows)
            candidates = {kind: parse(row) for kind, row in rows.items()}
            record = session.get(CaseRecord, request.key.workflow_id)
            judged = Judgement.model_validate_json(record.judgement) if record and record.judgement else None
        if refused:
            refused += self._further_problems(request, candidates, refused)
            return self._answer(request, rows, tuple(refused), missing, None)
        if missing or not request.open_for_change:
            return self._answer(request, rows, (), missing, None)
        return self._answer(request, rows, (), missing, judged or self._judge_and_record(request, candidates))

    def _take(
        self, session: Session, request: ExamineRequest
    ) -> tuple[dict[DocumentKind, StoredDocument], list[Problem]]:
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
        record = self._register(session, request)
        for arrival in request.arrivals:
            kind = DocumentKind(arrival.document.kind)
            stored = store(session, arrival, workflow_id, rows.get(kind), request.now)
            if stored is not rows.get(kind):
                record.judgement = ""  # what was judged is no longer what is on file
            rows[kind] = stored
            remember(session, workflow_id, addresses(arrival.document))
        return rows, []

    def _register(self, session: Session, request: ExamineRequest) -> CaseRecord:
        key = request.key
        record = session.get(CaseRecord, key.workflow_id)
        if record is None:
            record = new_record(key, request.opened_at, request.now)
            session.add(record)
        return record

    def _further_problems(
        self, request: ExamineRequest, candidates: dict[DocumentKind, AnyDocument], refused: list[Problem]
    ) -> list[Problem]:
        """What the comparison would say of the refused documents, so that everything wrong is told at once."""
        candidates = candidates | {DocumentKind(each.document.kind): each.document for each in request.arrivals}
        if len(candidates) < len(DocumentKind):
            return []
        told = {(each.code, each.fields) for each in refused}
        judgement = self._judge(request, candidates)
        return [each for each in judgement.problems if (each.code, each.fields) not in told]

    def _judge_and_record(self, request: ExamineRequest, documents: dict[DocumentKind, AnyDocument]) -> Judgement:
        judgement = self._judge(request, documents)
        order, declaration = documents[DocumentKind.ORDER], documents[DocumentKind.DECLARATION_LIST]
        assert isinstance(order, Order)
        assert isinstance(declaration, DeclarationList)
        with self._database.transaction() as session:
            record = session.get_one(CaseRecord, request.key.workflow_id)
            record.state = State.MATCHED if judgement.matched else State.MATCH_FAILED
            record.ebp_code = order.ebp_code
            record.changed_at = request.now
            record.judgement = judgement.model_dump_json()
            record.counted_price = Decimal(0)  # a list that no longer matches counts no longer
            if judgement.matched and judgement.limits:
                record.person_key = person_key(order.buyer_id_number, self._secret)
                record.quota_year = declaration.declared_on.year
                record.counted_price = judgement.limits.taxable_price
        return judgement

    def _judge(self, request: ExamineRequest, documents: dict[DocumentKind, AnyDocument]) -> Judgement:
        order, payment = documents[DocumentKind.ORDER], documents[DocumentKind.PAYMENT]
        waybill, declaration = documents[DocumentKind.WAYBILL], documents[DocumentKind.DECLARATION_LIST]
        assert isinstance(order, Order)
        assert isinstance(payment, Payment)
        assert isinstance(waybill, Waybill)
        assert isinstance(declaration, DeclarationList)
        identity = self._identity(request, order)
        with self._database.transaction() as session:
            facts = matching_facts(session, request, order, payment, waybill, declaration, identity)
            used = used_in_year(
                session, request.key, person_key(order.buyer_id_number, self._secret), declaration.declared_on.year
            )
        return judge(order, payment, waybill, declaration, facts, used, profile=request.profile)

    def _identity(self, request: ExamineRequest, order: Order) -> IdentityOutcome:
        """Ask the authority, or our memory of a year; unreachable is a lawful outcome with its own rule (D-07)."""
        key = person_key(order.buyer_id_number, self._secret)
        name_key = person_key(order.buyer_name + order.buyer_id_number, self._secret)
        days = parameters().value("identity.cache_days", on=legal_day(request.now), profile=request.profile).value
        with self._database.transaction() as session:
            known = known_identity(session, name_key, since=request.now - timedelta(days=int(days)))
        if known is not None:
            return known
        try:
            outcome = self._authority.verify(order.buyer_name, order.buyer_id_number, at=request.now)
        except (Unavailable, Refused) as error:
            activity.logger.warning("identity of person %s… not verified: %s", key[:8], error)
            return IdentityOutcome.UNAVAILABLE
        if outcome is IdentityOutcome.VERIFIED:
            with self._database.transaction() as session:
                remember_identity(session, name_key, outcome, request.now)
        return outcome

    def _answer(
        self,
        request: ExamineRequest,
        rows: dict[DocumentKind, StoredDocument],
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
