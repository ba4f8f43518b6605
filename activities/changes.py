"""The desk for changes of a filed list: modified lists are judged, secured and filed; cancellations are filed (B.4)."""

import json
from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session
from temporalio import activity

from activities.acceptance import refuse, refuse_attempt, store
from activities.customs_filing import (
    CustomsDoor,
    CustomsFiling,
    Draft,
    filed,
    message_guid,
    own_guid,
    own_number,
    with_own_number,
)
from activities.evidence import matching_facts
from activities.examination import Papers
from activities.securing import Securities
from clearway.contracts.documents import (
    ApplicationKind,
    CancelApplication,
    DeclarationList,
    DocumentKind,
    Order,
    Payment,
    Waybill,
)
from clearway.contracts.facts import Filing, Judgement
from clearway.contracts.problems import Problem, Severity
from clearway.contracts.states import State
from clearway.rules.catalogue import Found, problem, untold
from clearway.rules.changes import changed_fields, check_kept_keys
from clearway.rules.documents import check_document
from clearway.rules.fingerprint import content_hash
from clearway.rules.judgement import judge
from clearway.rules.parameters import rules_in_force
from models.addresses import list_address, remember
from models.change_refusals import declined
from models.changes import AMOUNTS, Outcome, drop_unheard, find, held, list_version, open_change, settle
from models.database import Database
from models.documents import addresses, latest, on_file, parse
from models.filings import first_filed_at
from models.person_key import person_key
from models.refusals import refusal
from models.rule_packs import RulePacks
from models.tables import CaseRecord, ListChange, StoredDocument
from models.work import (
    ChangeDecided,
    ExamineRequest,
    FileChange,
    FileRequest,
    ModificationAsked,
    PreparedChange,
    SettledChange,
)

Rows = Mapping[DocumentKind, StoredDocument]
LIST = DocumentKind.DECLARATION_LIST


class ChangeDesk:
    """Prepares, files and settles what changes a list that is with customs."""

    def __init__(self, database: Database, customs: CustomsDoor, person_key_secret: str) -> None:
        self._database = database
        self._filing = CustomsFiling(database, customs)
        self._secret = person_key_secret
        self._packs = RulePacks()

    @activity.defn(no_thread_cancel_exception=True)
    def prepare_modification(self, asked: ModificationAsked) -> PreparedChange:
        """Judge the list as it shall read; refuse it with every reason at once, or store and secure it.

        Nothing that customs may decide afterwards can fail for want of annual amount or guarantee. Tried again after
        the commit, the answer is the same, and nothing is stored or held twice.
        """
        with self._database.transaction() as session:
            record = session.get_one(CaseRecord, asked.key.workflow_id, with_for_update=True)
            with rules_in_force(self._packs.of(session, record)):
                return self._prepare(session, record, asked)

    @activity.defn(no_thread_cancel_exception=True)
    def settle_modification(self, decided: ChangeDecided) -> SettledChange:
        """Let the modified list stand, or the list as it was; the same again changes nothing."""
        with self._database.transaction() as session:
            record = session.get_one(CaseRecord, decided.key.workflow_id, with_for_update=True)
            change = session.get_one(ListChange, (decided.key.workflow_id, decided.number))
            outcome = Outcome.APPROVED if decided.approved else Outcome.REFUSED
            settle(session, record, change, outcome, decided.now)
            stands = Judgement.model_validate_json(record.judgement) if record.judgement else None
            return SettledChange(judgement=stands, documents=on_file(latest(session, decided.key.workflow_id).values()))

    @activity.defn(no_thread_cancel_exception=True)
    def file_modification(self, change: FileChange) -> Filing:
        """File the modified list (CEB621, appType 2) under the copNo by which customs knows it."""
        assert change.document is not None  # the workflow names what was prepared
        return self._filing.file(
            FileRequest(key=change.key, documents=(change.document,), now=change.now, profile=change.profile)
        )

    @activity.defn(no_thread_cancel_exception=True)
    def file_cancellation(self, change: FileChange) -> Filing:
        """Apply for the cancellation of the list (CEB623) under a copNo of its own, by which customs answers."""
        case = change.key.workflow_id
        guid = message_guid(case, ApplicationKind.CANCELLATION, change.number)
        with self._database.reading() as session:
            unheard = find(session, case, change.number) is not None
        if unheard:
            with self._database.transaction() as session:
                record = session.get_one(CaseRecord, case, with_for_update=True)
                drop_unheard(session, record, change.number, change.now)
        with self._database.reading() as session:
            rules = self._packs.of(session, session.get_one(CaseRecord, case))
            listed = parse(latest(session, case)[LIST])
            assert isinstance(listed, DeclarationList)  # the row's kind says so
            applied_at = first_filed_at(session, guid) or change.now
        application = _application(listed, change, applied_at)
        addresses = (list_address("cop", application.cop_no or ""),)
        draft = Draft(case, application, guid, change.number, addresses)
        _, refused = self._filing.hand_over([draft], change.now)
        filing = filed((), refused, rules, change.now, change.profile)
        return filing.model_copy(update={"cop_no": application.cop_no or ""})

    def _prepare(self, session: Session, record: CaseRecord, asked: ModificationAsked) -> PreparedChange:
        case = record.workflow_id
        if ended := refuse_attempt(session, asked.key):
            return PreparedChange(refused=tuple(ended))
        if record.state in (State.RELEASED, State.RETURN_WINDOW):
            return PreparedChange(refused=(refusal("E_ALREADY_RELEASED", ("state", record.state)),))
        standing, candidate = _lists(session, asked)
        known = find(session, case, asked.number)
        if known is not None and known.outcome == Outcome.OPEN and known.content_hash == content_hash(candidate):
            return _prepared(session, known)
        drop_unheard(session, record, asked.number, asked.now)
        if open_change(session, case):
            return PreparedChange(refused=(problem("E_CHANGE_OPEN", Found("case", "standing", record.state)),))
        standing, candidate = _lists(session, asked)
        return self._judge_and_secure(session, record, asked, standing, candidate)

    def _judge_and_secure(
        self,
        session: Session,
        record: CaseRecord,
        asked: ModificationAsked,
        standing: DeclarationList,
        candidate: DeclarationList,
    ) -> PreparedChange:
        rows = latest(session, record.workflow_id)
        papers = _papers(rows, candidate)
        person = person_key(papers.orderer.id_number, self._secret)
        securities = Securities(session, record, person, candidate, asked.profile)
        securities.keep()
        changed = changed_fields(standing, candidate)
        judged = _judge(session, record, asked, papers, securities)
        refused = _refuse(session, asked, rows[LIST], standing, candidate)
        refused += untold(refused, judged.problems)
        if short := securities.shortage(judged.tax, asked.now, asked.profile) if judged.tax else None:
            missing = (("guarantee.amount", f"{short.amount:f}"), ("guarantee.reason", short.reason))
            refused.append(declined("E_GUARANTEE_SHORT", ("declaration_list.assure_code", short.guarantor), *missing))
        if refused:
            return PreparedChange(refused=tuple(refused), changed=changed)
        took = held(session, record.workflow_id)
        judgement = securities.hold_larger(judged, asked.now)
        arrival = asked.arrival.model_copy(update={"document": candidate})
        stored = store(session, arrival, record.workflow_id, rows[LIST], asked.now)
        remember(session, record.workflow_id, addresses(candidate))
        change = ListChange(
            workflow_id=record.workflow_id,
            number=asked.number,
            content_hash=stored.content_hash,
            version=stored.version,
            earlier_version=rows[LIST].version,
            changed=json.dumps(changed),
            judgement=judgement.model_dump_json(),
            earlier_judgement=record.judgement,
            takes=AMOUNTS.dump_json(securities.takes(judgement)).decode(),
            took=AMOUNTS.dump_json(took).decode(),
            asked_at=asked.now,
        )
        session.add(change)
        record.changed_at = asked.now
        session.flush()
        return _prepared(session, change)


def _lists(session: Session, asked: ModificationAsked) -> tuple[DeclarationList, DeclarationList]:
    """The list on file and as it shall read; both under the copNo by which customs knows it."""
    on_record, candidate = parse(latest(session, asked.key.workflow_id)[LIST]), asked.arrival.document
    assert isinstance(on_record, DeclarationList)  # the row's kind says so
    assert isinstance(candidate, DeclarationList)  # the update takes nothing else
    standing = with_own_number(on_record, asked.key.workflow_id)
    return standing, candidate.model_copy(update={"cop_no": candidate.cop_no or standing.cop_no})


def _papers(rows: Rows, candidate: DeclarationList) -> Papers:
    """The three documents on file, beside the list as it shall read."""
    match [parse(rows[kind]) for kind in (DocumentKind.ORDER, DocumentKind.PAYMENT, DocumentKind.WAYBILL)]:
        case [Order() as order, Payment() as payment, Waybill() as waybill]:
            return Papers(order, payment, waybill, candidate)
    raise LookupError("a row holds another document than its kind says")


def _judge(
    session: Session, record: CaseRecord, asked: ModificationAsked, papers: Papers, securities: Securities
) -> Judgement:
    """The whole comparison again; the authority is not asked again, for the orderer must stay who it is."""
    request = ExamineRequest(
        key=asked.key,
        profile=asked.profile,
        now=asked.now,
        opened_at=record.opened_at,
        arrivals=(asked.arrival,),
        open_for_change=False,
    )
    identity = Judgement.model_validate_json(record.judgement).identity
    facts = matching_facts(session, request, *papers, identity)
    used, quantities = securities.used(), securities.quantities_used()
    return judge(*papers, facts, used, profile=asked.profile, quantities_used=quantities)


def _refuse(
    session: Session,
    asked: ModificationAsked,
    known: StoredDocument,
    standing: DeclarationList,
    candidate: DeclarationList,
) -> list[Problem]:
    """Everything that is wrong with it by itself, and as a change of what is on file."""
    arrival = asked.arrival.model_copy(update={"document": candidate})
    refused = refuse(session, arrival, asked.key, known, now=asked.now, open_for_change=True)
    faults = check_document(candidate, profile=asked.profile)
    refused += [each for each in faults if each.severity is Severity.HARD]
    refused += check_kept_keys(standing, candidate)
    if not changed_fields(standing, candidate):
        refused.append(declined("E_NOTHING_CHANGED", ("document.kind", candidate.kind)))
    return refused


def _prepared(session: Session, change: ListChange) -> PreparedChange:
    """The answer to a modification that was taken, the same whenever it is told."""
    [document] = on_file([list_version(session, change.workflow_id, change.version)])
    return PreparedChange(
        changed=tuple(json.loads(change.changed)),
        document=document,
        judgement=Judgement.model_validate_json(change.judgement),
    )


def _application(listed: DeclarationList, change: FileChange, applied_at: datetime) -> CancelApplication:
    """The application; the same however often it is filed."""
    name = f"{change.key.workflow_id}|{ApplicationKind.CANCELLATION}|{change.number}"
    common = listed.model_dump(include=set(CancelApplication.model_fields) - {"kind", "note"})
    return CancelApplication.model_validate(
        common
        | {
            "guid": own_guid(f"{name}|record"),
            "app_type": "1",
            "app_time": applied_at,
            "app_status": "2",
            "cop_no": own_number("CX", name),
            "pre_no": change.pre_no,
            "invt_no": change.invt_no,
            "reason": change.reason,
        }
    )
