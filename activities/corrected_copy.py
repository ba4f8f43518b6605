"""Drafts of corrected copies: what is on file of a list that failed, made ready to be declared again (DESIGN §4)."""

import json
from datetime import datetime

from sqlmodel import Session, col, select
from temporalio import activity

from activities.acceptance import CORRECTABLE_ENDS
from activities.customs_filing import own_guid
from clearway.contracts.base import legal_day
from clearway.contracts.case import Transmission
from clearway.contracts.customs import CustomsReceipt
from clearway.contracts.documents import THREE_DOCUMENTS, DeclarationList, DocumentKind
from clearway.contracts.drafts import CorrectedCopy, Draft
from clearway.contracts.facts import Judgement
from clearway.contracts.keys import CaseKey
from clearway.contracts.parties import Sender
from clearway.contracts.problems import Problem
from clearway.contracts.reasons import Reason
from clearway.contracts.states import State
from clearway.messages.reasons import reasons_of
from models.change_refusals import declined
from models.database import Database
from models.documents import latest, parse
from models.return_status import Effect, effect_of
from models.tables import CaseRecord, InboxItem, StoredDocument
from models.work import DraftRequest

NEW = "1"
LAST_ATTEMPT = 99
DECISIVE = {Effect.ACCEPT, Effect.REJECT}


class DraftingDesk:
    """Reads the register, the documents and the inbox; writes nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @activity.defn(no_thread_cancel_exception=True)
    def draft_corrected_copy(self, request: DraftRequest) -> Draft:
        """The copy of a list that ended without release, with what is to be corrected in it."""
        with self._database.reading() as session:
            record = session.get(CaseRecord, request.key.workflow_id)
            rows = latest(session, request.key.workflow_id)
            if refused := _refuse(session, request.key, record, rows):
                return Draft(refused=(refused,))
            assert record is not None  # else it is refused
            return Draft(drafted=_copy(session, request, record, rows))


def _refuse(
    session: Session, key: CaseKey, record: CaseRecord | None, rows: dict[DocumentKind, StoredDocument]
) -> Problem | None:
    if record is None:
        return declined("E_NOT_FOUND", ("key", key.workflow_id))
    if record.ended_at is None or record.state not in CORRECTABLE_ENDS or key.attempt >= LAST_ATTEMPT:
        return declined("E_NOT_CORRECTABLE", ("state", record.state), ("key.attempt", str(key.attempt)))
    copied = select(CaseRecord.attempt).where(CaseRecord.ebc_code == key.ebc_code, CaseRecord.order_no == key.order_no)
    newest = session.exec(copied.order_by(col(CaseRecord.attempt).desc())).first() or key.attempt
    if newest > key.attempt:
        return declined("E_COPY_EXISTS", ("key.attempt", str(key.attempt)), ("newest.attempt", str(newest)))
    if DocumentKind.DECLARATION_LIST not in rows:
        return declined("E_NOTHING_TO_COPY", ("document.kind", DocumentKind.DECLARATION_LIST))
    return None


def _copy(
    session: Session, request: DraftRequest, record: CaseRecord, rows: dict[DocumentKind, StoredDocument]
) -> CorrectedCopy:
    row = rows[DocumentKind.DECLARATION_LIST]
    declared = parse(row)
    assert isinstance(declared, DeclarationList)  # the row's kind says so
    return CorrectedCopy(
        attempt=request.key.attempt + 1,
        corrects=record.workflow_id,
        declaration_list=_as_new(declared, record.workflow_id, request.now),
        sender=_sender(row),
        documents=tuple(_handed_in(rows[kind]) for kind in THREE_DOCUMENTS if kind in rows),
        problems=(*_mismatches(record), *_refusals(session, record)),
    )


def _as_new(declared: DeclarationList, workflow_id: str, now: datetime) -> DeclarationList:
    """A list of its own, declared today: nothing names the old one at customs."""
    changes = {
        "guid": own_guid(f"{workflow_id}|copy"),
        "app_type": NEW,
        "app_time": now.replace(microsecond=0),
        "declared_on": legal_day(now),
        "cop_no": None,
        "pre_no": None,
        "invt_no": None,
    }
    return declared.model_copy(update=changes)


def _handed_in(row: StoredDocument) -> Transmission:
    """A document as its party would hand it in to the copy's case, which knows no earlier version of it."""
    return Transmission(document=parse(row).model_copy(update={"app_type": NEW}), sender=_sender(row))


def _sender(row: StoredDocument) -> Sender:
    return Sender(code=row.sender, on_behalf_of=row.on_behalf_of)


def _mismatches(record: CaseRecord) -> tuple[Problem, ...]:
    return Judgement.model_validate_json(record.judgement).problems if record.judgement else ()


def _refusals(session: Session, record: CaseRecord) -> list[Problem]:
    """What customs refused: the list, or before it was filed one of its documents; of each its last word counts."""
    about = (DocumentKind.DECLARATION_LIST,) if record.state == State.REJECTED else THREE_DOCUMENTS
    rows = select(InboxItem.payload).where(InboxItem.workflow_id == record.workflow_id, InboxItem.kind == "receipt")
    heard = [CustomsReceipt.model_validate(json.loads(payload)["receipt"]) for payload in session.exec(rows)]
    last: dict[str, CustomsReceipt] = {}
    for receipt in sorted(heard, key=lambda each: each.at):
        if receipt.about in about and effect_of(DocumentKind(receipt.about), receipt.status) in DECISIVE:
            last[receipt.about] = receipt
    return [
        _refusal(kind, each, reason)
        for kind, each in last.items()
        if effect_of(DocumentKind(kind), each.status) is Effect.REJECT
        for reason in reasons_of(kind, each.status, each.info)
    ]


def _refusal(kind: str, receipt: CustomsReceipt, reason: Reason) -> Problem:
    """One reason of a refusal, with what is to be done about it in the copy and the fields to look at."""
    told = declined(
        "E_LIST_REFUSED",
        (f"{kind}.returnStatus", receipt.status),
        (f"{kind}.returnInfo", receipt.info or None),
        *((each.field, None) for each in reason.pointers if each.field),
        owner=reason.owner,
    )
    changes = {
        "message_en": f"{told.message_en} {reason.cause_en}",
        "message_zh": f"{told.message_zh}{reason.cause_zh}",
        "remedy_en": f"{reason.remedy_en} {told.remedy_en}",
        "remedy_zh": f"{reason.remedy_zh}{told.remedy_zh}",
        "reference": "; ".join(each for each in (told.reference, reason.source) if each),
    }
    return told.model_copy(update=changes)
