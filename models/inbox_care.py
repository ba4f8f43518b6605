"""Care of the inbox: what is not done and for how long, and messages that are to be read again from their bytes."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import true
from sqlmodel import Session, col, func, select, update

from models.inbox import OPEN_MESSAGES, OPEN_NEWS, WITHOUT_BYTES, RawState
from models.tables import InboxItem, RawMessage


class Pile(NamedTuple):
    """What lies in one state: how many, and since when the oldest."""

    number: int
    oldest: datetime | None


def piles(session: Session) -> dict[str, Pile]:
    """What is not done, by state: messages without news, then news that no case has."""
    raws = select(RawMessage.state, func.count(), func.min(RawMessage.received_at))
    items = select(InboxItem.state, func.count(), func.min(InboxItem.arrived_at))
    found = [
        *session.exec(raws.where(col(RawMessage.state).in_(OPEN_MESSAGES)).group_by(RawMessage.state)),
        *session.exec(items.where(col(InboxItem.state).in_(OPEN_NEWS)).group_by(InboxItem.state)),
    ]
    states: tuple[str, ...] = (*OPEN_MESSAGES, *OPEN_NEWS)
    return dict.fromkeys(states, Pile(0, None)) | {state: Pile(count, oldest) for state, count, oldest in found}


def count_remarks(session: Session) -> int:
    """How many pieces of news have something odd about them."""
    return session.exec(select(func.count()).select_from(InboxItem).where(InboxItem.remark > "")).one()


def message(session: Session, raw_id: int) -> RawMessage | None:
    """A message without its bytes, which stay in the database."""
    return session.exec(select(RawMessage).where(RawMessage.id == raw_id).options(WITHOUT_BYTES)).first()


def message_with_bytes(session: Session, raw_id: int) -> RawMessage | None:
    """A message whole; the session knows nothing of it."""
    raw = session.get(RawMessage, raw_id)
    if raw is not None:
        session.expunge(raw)
    return raw


def size_of(session: Session, raw_id: int) -> int:
    """How many bytes a message has."""
    return session.exec(select(RawMessage.size).where(RawMessage.id == raw_id)).one() or 0


def news_of(session: Session, raw_id: int) -> Sequence[InboxItem]:
    """What was read from a message, in order; not what an earlier message had told already."""
    return session.exec(select(InboxItem).where(InboxItem.raw_id == raw_id).order_by(col(InboxItem.id))).all()


def replay(session: Session, raw_ids: Iterable[int]) -> int:
    """Have messages read again from their bytes; how many. What they said before is not said twice."""
    done = 0
    for raw in session.exec(select(RawMessage).where(col(RawMessage.id).in_(tuple(raw_ids))).with_for_update()):
        raw.state, raw.fault = RawState.STORED, ""
        raw.replays += 1
        done += 1
    return done


def to_replay(
    session: Session, state: RawState, limit: int, *, doors: Collection[str] | None, but: Collection[str]
) -> tuple[Sequence[int], int]:
    """Numbers of the oldest messages in a state, and how many there are; of these doors or any, never of the others."""
    wanted = col(RawMessage.door).in_(tuple(doors)) if doors is not None else true()
    there = (col(RawMessage.state) == state, col(RawMessage.door).not_in(tuple(but)), wanted)
    rows = select(RawMessage.id).where(*there).order_by(col(RawMessage.id)).limit(limit)
    found = [number for number in session.exec(rows) if number is not None]
    return found, session.exec(select(func.count()).select_from(RawMessage).where(*there)).one()


def try_again(session: Session, release: str) -> int:
    """Let this release read what an earlier one could not for a fault of ours; once for each release."""
    theirs = (RawMessage.state == RawState.FAULTY, RawMessage.read_by != release)
    return session.exec(update(RawMessage).where(*theirs).values(state=RawState.STORED)).rowcount  # type: ignore[arg-type]
