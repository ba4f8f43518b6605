"""Queries of the inbox: store first, find the case, keep news once, and see what waits for delivery."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy.orm import defer
from sqlmodel import Session, case, col, func, select, update

from clearway.contracts.customs import TaxBillNotice
from clearway.contracts.documents import THREE_DOCUMENTS, ApplicationKind, DocumentKind
from clearway.contracts.keys import ID_PREFIX, CaseKey
from models.addresses import MESSAGE, cases_at, message_address
from models.tables import Address, BillRecord, FilingRecord, InboxItem, RawMessage, SentMessage

Filed = DocumentKind | ApplicationKind
"""What is filed with customs and answered by a receipt."""

_FILED: dict[str, Filed] = {kind.value: kind for kind in (*DocumentKind, *ApplicationKind)}
WITHOUT_BYTES = defer(RawMessage.body)  # type: ignore[arg-type]  # SQLModel types a column as its value


_NOTED = ("id", "state", "message_type", "fault", "signed_by", "key_name", "cop_msg_id", "read_by")
"""What reading a message notes on it."""


class RawState(StrEnum):
    """What became of a raw message."""

    STORED = "stored"
    READ = "read"
    REFUSED = "refused"
    FAULTY = "faulty"
    """Reading it failed on our side; it is read again by the next release, or when an operator asks for it."""


class ItemState(StrEnum):
    """Where one piece of news stands."""

    PARKED = "parked"
    WAITING = "waiting"
    DELIVERED = "delivered"
    UNDELIVERABLE = "undeliverable"
    NOTED = "noted"
    """Read and kept; no case waits for news of this kind."""


OPEN_MESSAGES = (RawState.STORED, RawState.REFUSED, RawState.FAULTY)
"""What has no news yet, and may never have."""

OPEN_NEWS = (ItemState.PARKED, ItemState.WAITING, ItemState.UNDELIVERABLE)
"""News that no case has."""


class Arrival(NamedTuple):
    """A message as it came in, byte for byte."""

    door: str
    body: bytes
    received_at: datetime
    sender: str = ""
    content_type: str = ""
    traceparent: str | None = None
    detached: str = ""


def store(session: Session, **arrival: Any) -> int:
    """Keep one message, given as the fields of an `Arrival`; the answer is its number."""
    return store_all(session, [Arrival(**arrival)])[0]


def store_all(session: Session, arrivals: Iterable[Arrival]) -> list[int]:
    """Keep messages byte for byte, before anything reads them (DESIGN law 6); the answers are their numbers."""
    raws = [
        RawMessage(
            door=arrival.door,
            sender=arrival.sender[:60],
            content_type=arrival.content_type[:100],
            body=arrival.body,
            sha256=hashlib.sha256(arrival.body).hexdigest(),
            received_at=arrival.received_at,
            state=RawState.STORED,
            message_type="",
            fault="",
            traceparent=arrival.traceparent,
            detached=arrival.detached,
        )
        for arrival in arrivals
    ]
    session.add_all(raws)
    session.flush()
    return [number_of(raw) for raw in raws]


def number_of(row: RawMessage | InboxItem) -> int:
    """The number of a stored row."""
    if row.id is None:
        raise ValueError("a row has no number before it is stored")
    return row.id


def unread(session: Session, limit: int) -> Sequence[int]:
    """Numbers of the stored messages that nobody has read, oldest first."""
    rows = select(RawMessage.id).where(RawMessage.state == RawState.STORED).order_by(col(RawMessage.id)).limit(limit)
    return [number for number in session.exec(rows) if number is not None]


def stored_sizes(session: Session, raw_ids: Collection[int]) -> list[tuple[int, int]]:
    """Messages with the bytes that each takes in memory, in order; in the database they are packed."""
    rows = select(RawMessage.id, RawMessage.size).where(col(RawMessage.id).in_(tuple(raw_ids)))
    return [
        (number, size or 0) for number, size in session.exec(rows.order_by(col(RawMessage.id))) if number is not None
    ]


def load_unread(session: Session, raw_ids: Collection[int]) -> Sequence[RawMessage]:
    """Messages that nobody has read, in order; the session knows nothing of them, so that they may be noted on."""
    rows = select(RawMessage).where(col(RawMessage.id).in_(tuple(raw_ids)), RawMessage.state == RawState.STORED)
    found = session.exec(rows.order_by(col(RawMessage.id))).all()
    for raw in found:
        session.expunge(raw)
    return found


def claim(session: Session, raw_ids: Collection[int]) -> set[int]:
    """Which of the messages are unread; they are locked for this transaction."""
    rows = select(RawMessage.id).where(col(RawMessage.id).in_(tuple(raw_ids)), RawMessage.state == RawState.STORED)
    return {number for number in session.exec(rows.order_by(col(RawMessage.id)).with_for_update()) if number}


def note_read(session: Session, raws: Iterable[RawMessage]) -> None:
    """Write down what became of messages, in one statement."""
    session.execute(update(RawMessage), [{name: getattr(raw, name) for name in _NOTED} for raw in raws])


def find_cases(session: Session, addresses: Iterable[str], prefix: str = ID_PREFIX) -> tuple[str, ...]:
    """Workflow ids that begin like this, known under the first of these addresses at which there are any.

    Of Declaration Lists, only the newest attempt of each.
    """
    for address in addresses:
        found = _cases_of_message(session, address) or cases_at(session, address)
        known = tuple(workflow_id for workflow_id in found if workflow_id.startswith(prefix))
        if known:
            return newest_attempts(known) if prefix == ID_PREFIX else known
    return ()


def _cases_of_message(session: Session, address: str) -> tuple[str, ...]:
    """Whose message it was, where the address is that of a message of ours."""
    if not address.startswith(MESSAGE):
        return ()
    guid = address.removeprefix(MESSAGE)
    ours = filing_of(session, guid) or session.get(SentMessage, guid)
    return (ours.workflow_id,) if ours else ()


def filing_of(session: Session, message_guid: str) -> FilingRecord | None:
    """What was filed with customs in the message of this guid."""
    return session.exec(select(FilingRecord).where(FilingRecord.message_guid == message_guid)).first()


def kind_of_filing(filing: FilingRecord) -> Filed | None:
    """Which document or application was filed."""
    return _FILED.get(filing.kind)


def newest_attempts(workflow_ids: Iterable[str]) -> tuple[str, ...]:
    """Of each list only the newest copy."""
    newest: dict[tuple[str, str], CaseKey] = {}
    for key in (CaseKey.of(workflow_id) for workflow_id in workflow_ids):
        known = newest.get((key.ebc_code, key.order_no))
        if known is None or known.attempt < key.attempt:
            newest[key.ebc_code, key.order_no] = key
    return tuple(key.workflow_id for key in newest.values())


def known_addresses(session: Session, addresses: Iterable[str]) -> set[str]:
    """Those of the addresses under which anything is known; messages of ours are known by what was sent."""
    wanted = tuple(addresses)
    guids = [address.removeprefix(MESSAGE) for address in wanted if address.startswith(MESSAGE)]
    known = set(session.exec(select(Address.key).where(col(Address.key).in_(wanted)).distinct()))
    if guids:
        filed = select(FilingRecord.message_guid).where(col(FilingRecord.message_guid).in_(guids))
        sent = select(SentMessage.cop_msg_id).where(col(SentMessage.cop_msg_id).in_(guids))
        known.update(message_address(guid) for guid in (*session.exec(filed), *session.exec(sent)))
    return known


def parked_after(session: Session, item_id: int, limit: int) -> Sequence[InboxItem]:
    """Parked items with a higher number, in order."""
    rows = select(InboxItem).where(InboxItem.state == ItemState.PARKED, col(InboxItem.id) > item_id)
    return session.exec(rows.order_by(col(InboxItem.id)).limit(limit)).all()


def still_parked(session: Session, item_ids: Collection[int]) -> Sequence[InboxItem]:
    """Which of these items are parked, in order; locked for this transaction."""
    rows = select(InboxItem).where(col(InboxItem.id).in_(tuple(item_ids)), InboxItem.state == ItemState.PARKED)
    return session.exec(rows.order_by(col(InboxItem.id)).with_for_update()).all()


def due_cases(session: Session, kinds: Iterable[str], now: datetime, limit: int) -> Sequence[str]:
    """Workflow ids with anything of these kinds to be delivered by now, longest due first."""
    rows = (
        select(InboxItem.workflow_id)
        .where(InboxItem.state == ItemState.WAITING, InboxItem.deliver_by <= now)
        .where(col(InboxItem.kind).in_(tuple(kinds)))
        .group_by(col(InboxItem.workflow_id))
        .order_by(func.min(InboxItem.deliver_by), func.min(InboxItem.id))
        .limit(limit)
    )
    return [workflow_id for workflow_id in session.exec(rows) if workflow_id is not None]


def waiting_for(
    session: Session, workflow_ids: Collection[str], kinds: Iterable[str]
) -> Sequence[tuple[InboxItem, str | None]]:
    """Everything of these kinds that waits for these cases, in order of arrival, with the trace it came in."""
    rows = (
        select(InboxItem, RawMessage.traceparent)
        .join(RawMessage)
        .where(col(InboxItem.workflow_id).in_(tuple(workflow_ids)), InboxItem.state == ItemState.WAITING)
        .where(col(InboxItem.kind).in_(tuple(kinds)))
    )
    return session.exec(rows.order_by(col(InboxItem.id))).all()


def one_item(session: Session, item_id: int) -> tuple[InboxItem, str | None]:
    """An item with the trace it came in."""
    rows = select(InboxItem, RawMessage.traceparent).join(RawMessage).where(InboxItem.id == item_id)
    return session.exec(rows).one()


class Mark(NamedTuple):
    """How handing items to their case ended."""

    item_ids: tuple[int, ...]
    state: ItemState
    at: datetime | None
    """When they were delivered, or when it is tried again."""
    fault: str


def mark_items(session: Session, marks: Iterable[Mark]) -> None:
    """Write down how tries ended; what another gateway delivered meanwhile stays delivered."""
    alike: dict[Mark, list[int]] = {}
    for mark in marks:
        alike.setdefault(mark._replace(item_ids=()), []).extend(mark.item_ids)
    for mark, item_ids in alike.items():
        values: dict[str, object] = {"tries": InboxItem.tries + 1, "fault": mark.fault, "state": mark.state}
        if mark.state is ItemState.DELIVERED:
            values["delivered_at"] = mark.at
        else:
            undelivered = col(InboxItem.delivered_at).is_(None)
            values["state"] = case((undelivered, mark.state), else_=col(InboxItem.state))
        if mark.state is ItemState.WAITING:
            values["deliver_by"] = mark.at
        session.execute(update(InboxItem).where(col(InboxItem.id).in_(item_ids)).values(**values))


def traces_of(session: Session, workflow_ids: Collection[str]) -> dict[tuple[str, str], str | None]:
    """The trace in which each document of these cases was last filed, by case and kind."""
    rows = select(FilingRecord.workflow_id, FilingRecord.kind, FilingRecord.traceparent)
    wanted = rows.where(col(FilingRecord.workflow_id).in_(tuple(workflow_ids)))
    found = session.exec(wanted.order_by(col(FilingRecord.version)))
    return {(workflow_id, kind): traceparent for workflow_id, kind, traceparent in found}


def due_items(session: Session, kind: str, now: datetime, limit: int) -> Sequence[int]:
    """Numbers of the items of one kind to be delivered by now, oldest first."""
    rows = select(InboxItem.id).where(InboxItem.state == ItemState.WAITING, InboxItem.kind == kind)
    due = rows.where(InboxItem.deliver_by <= now).order_by(col(InboxItem.id)).limit(limit)
    return [number for number in session.exec(due) if number is not None]


def latest_filings(session: Session, workflow_id: str) -> dict[Filed, FilingRecord]:
    """The newest filed version of each document or application of a case, locked as `filings_of_cases` does."""
    return filings_of_cases(session, [workflow_id]).get(workflow_id, {})


def filings_of_cases(session: Session, workflow_ids: Collection[str]) -> dict[str, dict[Filed, FilingRecord]]:
    """The newest filed versions by case; locked, in one order, so that no two answers overlook each other."""
    ours = col(FilingRecord.kind).in_(tuple(_FILED))
    rows = select(FilingRecord).where(col(FilingRecord.workflow_id).in_(tuple(workflow_ids)), ours)
    ordered = rows.order_by(col(FilingRecord.workflow_id), col(FilingRecord.version), col(FilingRecord.id))
    found: dict[str, dict[Filed, FilingRecord]] = {}
    for filing in session.exec(ordered.with_for_update()):
        found.setdefault(filing.workflow_id, {})[_FILED[filing.kind]] = filing
    return found


def unanswered(filings: Mapping[Filed, FilingRecord]) -> frozenset[DocumentKind]:
    """Which of the three documents customs has not yet decided; they are filed one after another, so that one
    without a filing is still on its way as soon as any other has one."""
    if not any(kind in filings for kind in THREE_DOCUMENTS):
        return frozenset()
    return frozenset(kind for kind in THREE_DOCUMENTS if kind not in filings or filings[kind].answered is None)


def record_bill(session: Session, bill: TaxBillNotice, workflow_id: str | None) -> None:
    """Keep a tax bill or its new status; an older message never undoes a newer one (RULEBOOK B.9.3)."""
    known = session.get(BillRecord, bill.bill_no)
    if known is None:
        known = BillRecord(bill_no=bill.bill_no, invt_no=bill.invt_no, status=bill.status, at=bill.at)
    if (bill.at, bill.status) >= (known.at, known.status):
        known.status = bill.status
        known.at = bill.at
        known.payment_order_no = bill.payment_order_no or known.payment_order_no
    if bill.total is not None and (known.billed_at is None or bill.at >= known.billed_at):
        known.total = bill.total
        known.billed_at = bill.at
    known.payment_order_no = known.payment_order_no or bill.payment_order_no
    known.workflow_id = workflow_id or known.workflow_id
    session.add(known)


def newest_news(
    session: Session, state: ItemState | None, limit: int, door: str | None = None
) -> Sequence[tuple[InboxItem, RawMessage]]:
    """The newest items with the messages they came in, whose bytes are left in the database."""
    rows = select(InboxItem, RawMessage).join(RawMessage).options(WITHOUT_BYTES)
    if state is not None:
        rows = rows.where(InboxItem.state == state)
    if door is not None:
        rows = rows.where(RawMessage.door == door)
    return session.exec(rows.order_by(col(InboxItem.id).desc()).limit(limit)).all()


def newest_unread(
    session: Session, state: RawState | None, limit: int, door: str | None = None
) -> Sequence[RawMessage]:
    """The newest messages without news: unread, refused or faulty; their bytes are left in the database."""
    states = (state,) if state else OPEN_MESSAGES
    rows = select(RawMessage).where(col(RawMessage.state).in_(states)).options(WITHOUT_BYTES)
    if door is not None:
        rows = rows.where(RawMessage.door == door)
    return session.exec(rows.order_by(col(RawMessage.id).desc()).limit(limit)).all()
