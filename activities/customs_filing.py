"""Handing documents and lists to customs: built from what is stored, under one guid however often it is tried."""

import uuid
from datetime import timedelta
from typing import Protocol

from opentelemetry.propagate import inject
from sqlmodel import Session, select
from temporalio import activity

from clearway.contracts.base import legal_day
from clearway.contracts.documents import Application, DeclarationList, Document
from clearway.contracts.facts import DocumentOnFile, Filing
from clearway.messages import MessageRefused
from clearway.rules.parameters import built_in_parameters
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
        return self._file(request)

    @activity.defn
    def file_declaration_list(self, request: FileRequest) -> Filing:
        """File the Declaration List (CEB621)."""
        return self._file(request)

    def _file(self, request: FileRequest) -> Filing:
        refused, handed, rules = "", [], built_in_parameters()
        for document in request.documents:
            handed.append(document)
            with self._database.transaction() as session:
                rules = self._packs.of(session, session.get(CaseRecord, request.key.workflow_id))
                content = version_of(session, request.key.workflow_id, document)
                if isinstance(content, DeclarationList):
                    content = _with_own_number(content, request.key.workflow_id)
                    remember(session, request.key.workflow_id, [list_address("cop", content.cop_no or "")])
                guid = _record(session, request, document)
            try:
                self._customs.file((content,), message_guid=guid, traceparent=_traceparent())
            except (Refused, MessageRefused) as error:
                refused = f"{document.kind}: {error}"
                break
        hours = rules.value("customs.answer_wait_hours", on=legal_day(request.now), profile=request.profile)
        return Filing(
            documents=tuple(handed),
            filed_at=request.now,
            answer_by=request.now + timedelta(hours=int(hours.value)),
            refused=refused,
        )


def _with_own_number(declaration: DeclarationList, workflow_id: str) -> DeclarationList:
    """Customs' receipts name a list by the enterprise's own number, so a list without one gets one."""
    if declaration.cop_no:
        return declaration
    return declaration.model_copy(update={"cop_no": "CW" + uuid.uuid5(NAMESPACE, workflow_id).hex[:18].upper()})


def _record(session: Session, request: FileRequest, document: DocumentOnFile) -> str:
    """Note the filing before it happens, so that its answer finds the case however fast it comes."""
    row = session.exec(
        select(FilingRecord).where(
            FilingRecord.workflow_id == request.key.workflow_id,
            FilingRecord.kind == document.kind,
            FilingRecord.version == document.version,
        )
    ).first()
    if row is not None:
        row.times += 1
        row.answered = None
        return row.message_guid
    name = f"{request.key.workflow_id}|{document.kind}|{document.version}"
    guid = str(uuid.uuid5(NAMESPACE, name)).upper()
    session.add(
        FilingRecord(
            workflow_id=request.key.workflow_id,
            kind=document.kind,
            version=document.version,
            message_guid=guid,
            filed_at=request.now,
            traceparent=_traceparent(),
        )
    )
    return guid


def _traceparent() -> str | None:
    carrier: dict[str, str] = {}
    inject(carrier)
    return carrier.get("traceparent")
