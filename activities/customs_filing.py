"""Handing documents and lists to customs: built from what is stored, under one guid however often it is tried."""

import uuid
from datetime import datetime, timedelta
from typing import Protocol

from opentelemetry.propagate import inject
from sqlmodel import Session, select
from temporalio import activity

from clearway.contracts.base import legal_day
from clearway.contracts.case import CaseKey
from clearway.contracts.documents import Application, DeclarationList, Document
from clearway.contracts.facts import DocumentOnFile, Filing
from clearway.messages import MessageRefused
from clearway.rules.parameters import Parameters, built_in_parameters
from connectors.errors import Refused
from models.addresses import list_address, remember
from models.database import Database
from models.documents import version_of
from models.rule_packs import RulePacks
from models.tables import CaseRecord, FilingRecord
from models.work import FileRequest

NAMESPACE = uuid.UUID("6f0f2f0e-6f6b-5c55-9b5e-3f6d8f3c0a11")
"""Seed of message guids, so that a repeated filing carries the guid of the first."""


class CustomsDoor(Protocol):
    """Customs' side of the wire."""

    def file(self, records: tuple[Document | Application, ...], *, message_guid: str, traceparent: str | None) -> None:
        """Hand one message over; raises Unavailable or Refused."""


class CustomsFiling:
    """Files with customs and remembers what was filed; customs' answers come back through the inbox."""

    def __init__(self, database: Database, customs: CustomsDoor) -> None:
        self._database = database
        self._customs = customs
        self._packs = RulePacks()

    @activity.defn
    def send_documents_to_customs(self, request: FileRequest) -> Filing:
        """Send order, payment voucher and waybill, each in its own message (CEB311, 411, 511)."""
        return self.file(request)

    @activity.defn
    def file_declaration_list(self, request: FileRequest) -> Filing:
        """File the Declaration List (CEB621)."""
        return self.file(request)

    def file(self, request: FileRequest) -> Filing:
        """File stored documents, each in its own message; stops at the first that customs would not take."""
        refused, handed, rules = "", [], built_in_parameters()
        for document in request.documents:
            handed.append(document)
            with self._database.transaction() as session:
                rules = self._packs.of(session, session.get(CaseRecord, request.key.workflow_id))
                content = version_of(session, request.key.workflow_id, document)
                if isinstance(content, DeclarationList):
                    content = with_own_number(content, request.key.workflow_id)
                    remember(session, request.key.workflow_id, [list_address("cop", content.cop_no or "")])
                guid = note_filing(session, request.key, document.kind, document.version, request.now).message_guid
            if refused := self.hand_over(content, guid):
                break
        return filed(tuple(handed), refused, rules, request.now, request.profile)

    def hand_over(self, record: Document | Application, message_guid: str) -> str:
        """Hand one record to customs; why it would not even take it, empty where it did. Raises Unavailable."""
        try:
            self._customs.file((record,), message_guid=message_guid, traceparent=_traceparent())
        except (Refused, MessageRefused) as error:
            return f"{record.kind}: {error}"
        return ""


def filed(documents: tuple[DocumentOnFile, ...], refused: str, rules: Parameters, at: datetime, profile: str) -> Filing:
    """What was handed over, and until when customs' answer is awaited."""
    hours = rules.value("customs.answer_wait_hours", on=legal_day(at), profile=profile)
    answer_by = at + timedelta(hours=int(hours.value))
    return Filing(documents=documents, filed_at=at, answer_by=answer_by, refused=refused)


def with_own_number(declaration: DeclarationList, workflow_id: str) -> DeclarationList:
    """Customs' receipts name a list by the enterprise's own number, so a list without one gets one."""
    if declaration.cop_no:
        return declaration
    return declaration.model_copy(update={"cop_no": own_number("CW", workflow_id)})


def own_number(prefix: str, name: str) -> str:
    """A copNo of 20 characters for what bears this name, the same however often it is made."""
    return prefix + uuid.uuid5(NAMESPACE, name).hex[:18].upper()


def note_filing(session: Session, key: CaseKey, kind: str, version: int, at: datetime) -> FilingRecord:
    """Note the filing before it happens, so that its answer finds the case however fast it comes."""
    rows = select(FilingRecord).where(FilingRecord.workflow_id == key.workflow_id)
    row = session.exec(rows.where(FilingRecord.kind == kind, FilingRecord.version == version)).first()
    if row is not None:
        row.times += 1
        row.answered = None
        return row
    row = FilingRecord(
        workflow_id=key.workflow_id,
        kind=kind,
        version=version,
        message_guid=own_guid(f"{key.workflow_id}|{kind}|{version}"),
        filed_at=at,
        traceparent=_traceparent(),
    )
    session.add(row)
    return row


def own_guid(name: str) -> str:
    """The guid of what bears this name, the same however often it is made."""
    return str(uuid.uuid5(NAMESPACE, name)).upper()


def _traceparent() -> str | None:
    carrier: dict[str, str] = {}
    inject(carrier)
    return carrier.get("traceparent")
