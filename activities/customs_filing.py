"""Handing documents and lists to customs: built from what is stored, under one guid however often it is tried."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from opentelemetry.propagate import inject
from sqlmodel import Session
from temporalio import activity

from clearway.contracts.base import legal_day
from clearway.contracts.documents import AnyDocument, Application, DeclarationList, Document
from clearway.contracts.facts import DocumentOnFile, Filing
from clearway.messages import MessageRefused
from clearway.rules.parameters import Parameters
from connectors.customs import Sealed
from connectors.errors import Refused
from models.addresses import list_address, remember
from models.database import Database
from models.filings import Noted, note_filings, papers
from models.rule_packs import RulePacks
from models.sent_messages import SENT, Outgoing, keep, kept, note_refusal
from models.tables import SentMessage
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
    version: int | None = None
    """Which version or number is filed; None for what keeps a register of its own, as returns do."""
    addresses: tuple[str, ...] = ()
    """Under which customs may answer, where they are not known yet."""


class CustomsFiling:
    """Files with customs and remembers what was filed; customs' answers come back through the inbox."""

    def __init__(self, database: Database, customs: CustomsDoor) -> None:
        self._database = database
        self._customs = customs
        self._packs = RulePacks()

    @activity.defn(no_thread_cancel_exception=True)
    def send_documents_to_customs(self, request: FileRequest) -> Filing:
        """Send order, payment voucher and waybill, each in its own message (CEB311, 411, 511)."""
        return self.file(request)

    @activity.defn(no_thread_cancel_exception=True)
    def file_declaration_list(self, request: FileRequest) -> Filing:
        """File the Declaration List (CEB621)."""
        return self.file(request)

    def file(self, request: FileRequest) -> Filing:
        """File stored documents, each in its own message; stops at the first that customs would not take."""
        case = request.key.workflow_id
        with self._database.reading() as session:
            pack, contents = papers(session, case, request.documents)
            rules = self._packs.numbered(session, pack)
        drafts = [
            _draft(case, document, content) for document, content in zip(request.documents, contents, strict=True)
        ]
        handed, refused = self.hand_over(drafts, request.now)
        return filed(request.documents[:handed], refused, rules, request.now, request.profile)

    def hand_over(self, drafts: Sequence[Draft], now: datetime) -> tuple[int, str]:
        """Sign and send messages, in order, up to the first that customs would not even take; how many were tried.

        Why it would not take that one comes with the number, empty where it took all. They are noted and kept, in one
        transaction, before the first is sent; another follows only where customs refuses. What is tried again sends
        the same bytes; what is filed again is signed anew. Raises Unavailable.
        """
        sealed, unwritten = self._seal(drafts, now)
        for place, (draft, message) in enumerate(zip(drafts, sealed, strict=False)):
            try:
                self._customs.send(message, traceparent=_traceparent())
            except Refused as error:
                why = f"{draft.record.kind}: {error}"
                with self._database.transaction() as session:
                    left = [each.cop_msg_id for each in sealed[place + 1 :]]
                    note_refusal(session, message.cop_msg_id, why, left)
                return place + 1, why
        return len(sealed) + bool(unwritten), unwritten

    def _seal(self, drafts: Sequence[Draft], now: datetime) -> tuple[list[Sealed], str]:
        """The messages, kept before they are sent; and why the first that is missing cannot be written."""
        known = self._known(drafts, now)
        sealed, fresh, fault = list[Sealed](), list[Outgoing](), ""
        for draft in drafts:
            row = known.get(draft.message_guid)
            if row is not None:
                message = Sealed(row.cop_msg_id, row.message_type, row.body, row.key_name)
            else:
                try:
                    message = self._customs.seal((draft.record,), message_guid=draft.message_guid, at=now)
                except MessageRefused as error:
                    fault = f"{draft.record.kind}: {error}"
                    break
            if row is None or row.state != SENT:  # the attempt that a refusal ended says nothing of this one
                fresh.append(_outgoing(draft, message))
            sealed.append(message)
        if fresh or not known:
            with self._database.transaction() as session:
                if not known:
                    self._note(session, drafts, now)
                keep(session, fresh, now)
        return sealed, fault

    def _note(self, session: Session, drafts: Sequence[Draft], now: datetime) -> None:
        """Note what is filed, and under which addresses customs may answer."""
        filings = [_noted(draft, draft.version) for draft in drafts if draft.version is not None]
        note_filings(session, filings, now, _traceparent())
        for draft in drafts:
            if draft.addresses:
                remember(session, draft.workflow_id, draft.addresses)

    def _known(self, drafts: Sequence[Draft], now: datetime) -> dict[str, SentMessage]:
        """What an earlier attempt of this very filing signed."""
        if not activity.in_activity() or activity.info().attempt == 1:
            return {}
        with self._database.reading() as session:
            return kept(session, [draft.message_guid for draft in drafts], now)


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


def message_guid(workflow_id: str, kind: str, version: int) -> str:
    """The guid of the message in which this version is filed, the same however often it is."""
    return own_guid(f"{workflow_id}|{kind}|{version}")


def own_guid(name: str) -> str:
    """The guid of what bears this name, the same however often it is made."""
    return str(uuid.uuid5(NAMESPACE, name)).upper()


def _draft(workflow_id: str, document: DocumentOnFile, content: AnyDocument) -> Draft:
    """A stored document as it goes out; the number that we give a list is one that customs answers by."""
    guid = message_guid(workflow_id, document.kind, document.version)
    if not isinstance(content, DeclarationList) or content.cop_no:
        return Draft(workflow_id, content, guid, document.version)
    content = with_own_number(content, workflow_id)
    return Draft(workflow_id, content, guid, document.version, (list_address("cop", content.cop_no or ""),))


def _noted(draft: Draft, version: int) -> Noted:
    return Noted(draft.workflow_id, draft.record.kind, version, draft.message_guid)


def _outgoing(draft: Draft, message: Sealed) -> Outgoing:
    return Outgoing(message.cop_msg_id, draft.workflow_id, message.message_type, message.body, message.key_name)


def _traceparent() -> str | None:
    carrier: dict[str, str] = {}
    inject(carrier)
    return carrier.get("traceparent")
