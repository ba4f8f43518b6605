"""The inbox as it is shown: where messages and their news stand, how much is not done, and reading something again."""

import json
from datetime import datetime

from sqlmodel import Session

from clearway.contracts.inbox import Backlog, InboxEntry, InboxFigures, InboxMessage, Standing
from clearway.contracts.problems import Problem
from models.database import Database
from models.inbox import ItemState, RawState, newest_news, newest_unread, number_of
from models.inbox_care import count_remarks, message, news_of, piles, size_of
from models.tables import InboxItem, RawMessage

_OF_MESSAGES = (Standing.STORED, Standing.REFUSED, Standing.FAULTY)


def entries(session: Session, state: Standing | None, door: str | None, limit: int) -> tuple[InboxEntry, ...]:
    """The newest entries, newest first; only those in a state or of a door, where one is named."""
    found: list[InboxEntry] = []
    if state is None or state in _OF_MESSAGES:
        messages = newest_unread(session, RawState(state) if state else None, limit, door)
        found += [_message_entry(raw) for raw in messages]
    if state is None or state not in _OF_MESSAGES:
        news = newest_news(session, ItemState(state) if state else None, limit, door)
        found += [_news_entry(item, raw) for item, raw in news]
    found.sort(key=lambda entry: (entry.raw_id, entry.item_id or 0), reverse=True)
    return tuple(found[:limit])


def one_message(session: Session, raw_id: int) -> InboxMessage | None:
    """A message with its news, without its content; None where there is none of this number."""
    raw = message(session, raw_id)
    if raw is None:
        return None
    return InboxMessage(
        raw_id=raw_id,
        state=raw.state,
        door=raw.door,
        message_type=raw.message_type,
        received_at=raw.received_at,
        size=size_of(session, raw_id),
        sha256=raw.sha256,
        sender=raw.sender.partition("|")[0],
        signed_by=raw.signed_by,
        key_name=raw.key_name,
        cop_msg_id=raw.cop_msg_id,
        replays=raw.replays,
        read_by=raw.read_by,
        problems=_problems(raw),
        items=tuple(_news_entry(item, raw) for item in news_of(session, raw_id)),
    )


def backlog(database: Database, now: datetime) -> dict[str, Backlog]:
    """How much is not done, and how old the oldest is, by state. Raises SQLAlchemyError."""
    with database.reading() as session:
        return _backlog(session, now)


def figures(database: Database, now: datetime) -> InboxFigures:
    """The backlog, and how many pieces of news are odd. Raises SQLAlchemyError."""
    with database.reading() as session:
        return InboxFigures(at=now, backlog=_backlog(session, now), contradictory=count_remarks(session))


def _backlog(session: Session, now: datetime) -> dict[str, Backlog]:
    return {
        state: Backlog(
            count=pile.number,
            oldest_seconds=max(0, int((now - pile.oldest).total_seconds())) if pile.oldest else 0,
        )
        for state, pile in piles(session).items()
    }


def _problems(raw: RawMessage) -> tuple[Problem, ...]:
    return tuple(Problem.model_validate(each) for each in json.loads(raw.fault)) if raw.fault else ()


def _message_entry(raw: RawMessage) -> InboxEntry:
    return InboxEntry(
        raw_id=number_of(raw),
        state=Standing(raw.state),
        door=raw.door,
        message_type=raw.message_type,
        received_at=raw.received_at,
        problems=_problems(raw),
    )


def _news_entry(item: InboxItem, raw: RawMessage) -> InboxEntry:
    return InboxEntry(
        raw_id=item.raw_id,
        item_id=item.id,
        state=Standing(item.state),
        door=raw.door,
        message_type=raw.message_type,
        kind=item.kind,
        address=item.address,
        workflow_id=item.workflow_id,
        wakes=item.wakes,
        received_at=item.arrived_at,
        deliver_by=item.deliver_by,
        delivered_at=item.delivered_at,
        repeats=item.repeats,
        tries=item.tries,
        fault=item.fault,
        remark=item.remark,
    )
