"""Handing documents and lists to customs: built from what is stored, under one guid however often it is tried."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
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
from clearway.rules.parameters import Parameters
from connectors.customs import Sealed
from connectors.errors import Refused
from models.addresses import list_address, remember
from models.database import Database
from models.documents import version_of
from models.rule_packs import RulePacks
from models.sent_messages import keep, kept, note_outcomes
from models.tables import CaseRecord, FilingRecord
from models.work import FileRequest

NAMESPACE = uuid.UUID("6f0f2f0e-6f6b-5c55-9b5e-3f6d8f3c0a11")
"""Seed of message guids, so that a repeated filing carries the guid of the first."""


class CustomsDoor(Protocol):
    """Customs' side of the wire."""

    def seal(self, records: Sequence[Document | Application], *, message_guid: str, at: datetime) -> Sealed:
        """Write and sign one message; raises MessageRefused, or Unavailable when no key is free."""

    def send(self, sealed: Sealed, *, traceparent: str | None) -> None:
        """Hand one message over; raises Unavailable or Refused."""


@dataclass(frozen=True)
class Draft:
    """One record on its way into a message of its own."""

    workflow_id: str
    record: Document | Application
    message_guid: str


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
        drafts = []
        with self._database.transaction() as session:
            rules = self._packs.of(session, session.get(CaseRecord, request.key.workflow_id))
            for document in request.documents:
                content = version_of(session, request.key.workflow_id, document)
                if isinstance(content, DeclarationList):
                    content = with_own_number(content, request.key.workflow_id)
                    remember(session, request.key.workflow_id, [list_address("cop", content.cop_no or "")])
                guid = note_filing(session, request.key, document.kind, document.version, request.now).message_guid
                drafts.append(Draft(request.key.workflow_id, content, guid))
        handed, refused = self.hand_over(drafts, request.now)
        return filed(request.documents[:handed], refused, rules, request.now, request.profile)

    def hand_over(self, drafts: Sequence[Draft], now: datetime) -> tuple[int, str]:
        """Sign and send messages, in order, up to the first that customs would not even take; how many were tried.

        Why it would not take that one comes with the number, empty where it took all. What is tried again sends the
        same bytes; what is filed again is signed anew. Raises Unavailable.
        """
        sealed, unwritten = self._seal(drafts, now)
        outcomes = self._send(drafts, sealed)
        with self._database.transaction() as session:
            note_outcomes(session, outcomes, now)
        if refused := "".join(outcomes.values()):
            return len(outcomes), refused
        return len(sealed) + bool(unwritten), unwritten

    def _send(self, drafts: Sequence[Draft], sealed: Sequence[Sealed]) -> dict[str, str]:
        """Send up to the first that is refused; by guid, why customs would not take it."""
        outcomes: dict[str, str] = {}
        for draft, message in zip(drafts, sealed, strict=False):
            try:
                self._customs.send(message, traceparent=_traceparent())
            except Refused as error:
                outcomes[draft.message_guid] = f"{draft.record.kind}: {error}"
                break
            outcomes[draft.message_guid] = ""
        return outcomes

    def _seal(self, drafts: Sequence[Draft], now: datetime) -> tuple[list[Sealed], str]:
        """The messages, kept before they are sent; and why the first that is missing cannot be written."""
        known: dict[str, Sealed] = {}
        if activity.in_activity() and activity.info().attempt > 1:
            with self._database.transaction() as session:
                rows = kept(session, [draft.message_guid for draft in drafts])
                known = {
                    row.cop_msg_id: Sealed(row.cop_msg_id, row.message_type, row.body, row.key_name)
                    for row in rows.values()
                }
        sealed, fresh, fault = [], [], ""
        for draft in drafts:
            message = known.get(draft.message_guid)
            if message is None:
                try:
                    message = self._customs.seal((draft.record,), message_guid=draft.message_guid, at=now)
                except MessageRefused as error:
                    fault = f"{draft.record.kind}: {error}"
                    break
                fresh.append((draft, message))
            sealed.append(message)
        with self._database.transaction() as session:
            for draft, message in fresh:
                keep(
                    session,
                    cop_msg_id=message.cop_msg_id,
                    workflow_id=draft.workflow_id,
                    message_type=message.message_type,
                    body=message.body,
                    key_name=message.key_name,
                    at=now,
                )
        return sealed, fault


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
