"""The steps of the naive list, each an activity with a transaction of its own; the trade is done by the same functions.

What a list judges, reserves and stores in one step is here cut as a newcomer cuts it: one box of the drawing, one step.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from decimal import Decimal
from typing import Any

from sqlmodel import Session
from temporalio import activity

from activities.acceptance import new_record, refuse, store
from activities.customs_filing import CustomsDoor, CustomsFiling
from activities.evidence import matching_facts
from activities.identity import IdentityAuthority, IdentityDesk, Person
from activities.legal_clocks import clocks_of
from bench.naive_work import Arrival, Holding, Judged, Owed, Released, Step
from clearway.contracts.case import CaseKey
from clearway.contracts.documents import AnyDocument, DeclarationList, DocumentKind, Order, Payment, Waybill
from clearway.contracts.facts import (
    Filing,
    GuaranteeHold,
    IdentityOutcome,
    Judgement,
    LegalClocks,
    LimitDecision,
    QuotaHold,
    TaxAssessment,
)
from clearway.contracts.problems import Problem, Severity
from clearway.contracts.states import State
from clearway.rules.admission import check_admission
from clearway.rules.documents import check_document
from clearway.rules.fingerprint import snapshot
from clearway.rules.limits import check_limits, decide_limits
from clearway.rules.matching import compare
from clearway.rules.parameters import parameters, rules_in_force
from clearway.rules.tax import assess_tax
from models.addresses import remember
from models.collection import dues
from models.database import Database
from models.documents import addresses, latest, on_file, parse
from models.ledger import guarantee, quota
from models.rule_packs import RulePacks, newest
from models.tables import CaseRecord
from models.work import ExamineRequest, FileRequest


class NaiveSteps:
    """One method per step, one transaction per method."""

    def __init__(
        self,
        database: Database,
        customs: CustomsDoor,
        authority: IdentityAuthority,
        secret: str,
        tell: Callable[[str], None],
    ) -> None:
        self._database = database
        self._filing = CustomsFiling(database, customs)
        self._identity = IdentityDesk(authority, secret)
        self._packs = RulePacks()
        self._tell = tell

    @property
    def all(self) -> list[Callable[..., Any]]:
        """Every step, for a worker."""
        return [
            self.check_one_document,
            self.open_case,
            self.store_document,
            self.verify_identity,
            self.compare_documents,
            self.decide_annual_limit,
            self.assess_the_tax,
            self.reserve_quota,
            self.reserve_guarantee,
            self.keep_judgement,
            self.send_to_customs,
            self.confirm_quota,
            self.set_clocks,
            self.open_due,
        ]

    @activity.defn
    def check_one_document(self, arrival: Arrival) -> list[Problem]:
        """Its fields and its sums."""
        with self._database.transaction() as session, self._rules(session, arrival.key):
            faults = check_document(arrival.transmission.document, profile=arrival.profile)
        return [fault for fault in faults if fault.severity is Severity.HARD]

    @activity.defn
    def open_case(self, step: Step) -> None:
        """The register's line."""
        with self._database.transaction() as session:
            if session.get(CaseRecord, step.key.workflow_id) is None:
                record = new_record(step.key, step.now, step.now)
                record.rule_pack = newest(session)
                session.add(record)

    @activity.defn
    def store_document(self, arrival: Arrival) -> list[Problem]:
        """Whether it may be taken, and its row."""
        workflow_id, document = arrival.key.workflow_id, arrival.transmission.document
        with self._database.transaction() as session:
            known = latest(session, workflow_id).get(DocumentKind(document.kind))
            refused = refuse(session, arrival.transmission, arrival.key, known, now=arrival.now, open_for_change=True)
            if not refused:
                store(session, arrival.transmission, workflow_id, known, arrival.now)
                remember(session, workflow_id, addresses(document))
            return refused

    @activity.defn
    def verify_identity(self, step: Step) -> IdentityOutcome:
        """Ask the authority, unless it was asked within the year."""
        with self._database.transaction() as session, self._rules(session, step.key):
            orderer = _orderer(self._papers(session, step.key)[0])
            known = self._identity.known(session, orderer, now=step.now, profile=step.profile)
            if known is None:
                known = self._identity.ask(orderer, at=step.now)
                self._identity.remember(session, orderer, known, step.now)
            return known

    @activity.defn
    def compare_documents(self, step: Step, identity: IdentityOutcome) -> list[Problem]:
        """The four documents side by side."""
        with self._database.transaction() as session, self._rules(session, step.key):
            papers = self._papers(session, step.key)
            facts = matching_facts(session, _request(step), *papers, identity)
            return [*compare(*papers, facts), *check_admission(papers[3], profile=step.profile)]

    @activity.defn
    def decide_annual_limit(self, step: Step) -> LimitDecision:
        """What the orderer may still buy this year."""
        with self._database.transaction() as session, self._rules(session, step.key):
            order, _, _, declared = self._papers(session, step.key)
            used = quota.holding(session, self._identity.key(_orderer(order)), declared.declared_on.year).used
            return decide_limits(declared, used, profile=step.profile)

    @activity.defn
    def assess_the_tax(self, step: Step, limits: LimitDecision) -> TaxAssessment:
        """The tax of every line."""
        with self._database.transaction() as session, self._rules(session, step.key):
            return assess_tax(self._papers(session, step.key)[3], limits, profile=step.profile)

    @activity.defn
    def reserve_quota(self, holding: Holding) -> QuotaHold:
        """Of the orderer's annual amount."""
        case, limits = holding.key.workflow_id, holding.limits
        with self._database.transaction() as session:
            order, _, _, declared = self._papers(session, holding.key)
            account = quota.quota_account(self._identity.key(_orderer(order)), declared.declared_on.year)
            limit = quota.Limit(account, limits.annual_limit)
            quota.hold(session, limit, limits.counted, case=case, hold_id=f"{case}|1|quota", at=holding.now)
        return QuotaHold(
            year=declared.declared_on.year,
            counted=limits.counted,
            used_before=limits.used_before,
            limit=limits.annual_limit,
        )

    @activity.defn
    def reserve_guarantee(self, holding: Holding) -> GuaranteeHold:
        """Of the guarantor's guarantee."""
        case = holding.key.workflow_id
        with self._database.transaction() as session, self._rules(session, holding.key):
            return guarantee.hold(
                session,
                guarantor=self._papers(session, holding.key)[3].assure_code,
                amount=holding.tax.total,
                case=case,
                hold_id=f"{case}|1|guarantee",
                now=holding.now,
                profile=holding.profile,
            )

    @activity.defn
    def keep_judgement(self, judged: Judged) -> bool:
        """Whether the list matched, and the judgement on file."""
        with self._database.transaction() as session, self._rules(session, judged.key):
            papers = self._papers(session, judged.key)
            found = tuple(dict.fromkeys((*judged.problems, *check_limits(judged.limits))))
            judgement = Judgement(
                matched=not any(each.severity is Severity.HARD for each in found),
                problems=tuple(each for each in found if each.severity is Severity.HARD),
                warnings=tuple(each for each in found if each.severity is Severity.WARNING),
                identity=judged.identity,
                limits=judged.limits,
                tax=judged.tax,
                snapshot=snapshot(*papers),
                rules_version=parameters().version,
                profile=judged.profile,
                quota=judged.quota,
                guarantee=judged.guarantee,
            )
            record = session.get_one(CaseRecord, judged.key.workflow_id)
            record.judged += 1
            record.state = State.MATCHED if judgement.matched else State.MATCH_FAILED
            record.ebp_code = papers[0].ebp_code
            record.changed_at = judged.now
            record.judgement = judgement.model_dump_json()
            return judgement.matched

    @activity.defn
    def send_to_customs(self, step: Step, kind: str) -> Filing:
        """One document, in a message of its own."""
        with self._database.transaction() as session:
            documents = on_file([latest(session, step.key.workflow_id)[DocumentKind(kind)]])
        asked = FileRequest(key=step.key, documents=documents, now=step.now, profile=step.profile)
        return self._filing.file(asked)

    @activity.defn
    def confirm_quota(self, released: Released) -> None:
        """The list is released: what it reserved is used for good."""
        with self._database.transaction() as session:
            record = session.get_one(CaseRecord, released.key.workflow_id, with_for_update=True)
            record.state = State.RETURN_WINDOW
            record.changed_at = released.now
            quota.confirm_holds(session, released.key.workflow_id, released.now)

    @activity.defn
    def set_clocks(self, released: Released) -> LegalClocks:
        """Every deadline of the release."""
        with self._database.transaction() as session:
            record = session.get_one(CaseRecord, released.key.workflow_id)
            return clocks_of(session, self._packs, record, released.released_at, released.profile)

    @activity.defn
    def open_due(self, owed: Owed) -> Decimal:
        """What the agent's collection is to pay for it."""
        with self._database.transaction() as session:
            record = session.get_one(CaseRecord, owed.key.workflow_id)
            declared = self._papers(session, owed.key)[3]
            tax = Judgement.model_validate_json(record.judgement).tax
            assert tax is not None  # it was judged
            dues.open_due(
                session,
                workflow_id=owed.key.workflow_id,
                clocks=owed.clocks,
                tax=tax,
                agent=declared.assure_code,
                customs=declared.customs_code,
                enterprise=declared.ebc_code,
                profile=owed.profile,
                at=owed.now,
            )
        self._tell(owed.key.order_no)
        return tax.total

    def _rules(self, session: Session, key: CaseKey) -> AbstractContextManager[None]:
        return rules_in_force(self._packs.of(session, session.get(CaseRecord, key.workflow_id)))

    def _papers(self, session: Session, key: CaseKey) -> tuple[Order, Payment, Waybill, DeclarationList]:
        rows = latest(session, key.workflow_id)
        found: list[AnyDocument] = [parse(rows[kind]) for kind in DocumentKind]
        match found:
            case [Order() as order, Payment() as payment, Waybill() as waybill, DeclarationList() as declared]:
                return order, payment, waybill, declared
        raise LookupError(f"{key.workflow_id} has not its four documents")


def _orderer(order: Order) -> Person:
    return Person(order.buyer_name, order.buyer_id_number)


def _request(step: Step) -> ExamineRequest:
    """As the comparison's evidence wants to be asked."""
    return ExamineRequest(
        key=step.key,
        profile=step.profile,
        now=step.now,
        opened_at=step.now,
        arrivals=(),
        open_for_change=True,
    )
