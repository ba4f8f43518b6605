"""Subscriptions: who has its notices brought, where to, and whether the address takes them."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select, update

from clearway.contracts.subscriptions import Mode, SubscribeRequest, SubscriptionView, kinds_of
from models.tables import OutboxEvent, Subscription

WAITING, DELIVERED, EXPIRED = "waiting", "delivered", "expired"
"""Where an event stands: on its way, taken or acknowledged, or given up."""
OVERLAP = timedelta(hours=24)
"""So long the secret before the last one signs as well."""


def subscribe(session: Session, request: SubscribeRequest, secret: str, now: datetime) -> Subscription:
    """Begin a subscription: what its recipient is told from now on is brought to it."""
    row = Subscription(
        recipient=request.recipient,
        mode=request.mode,
        url=request.url,
        secret=secret,
        kinds=",".join(dict.fromkeys(request.kinds)),
        created_at=now,
    )
    session.add(row)
    session.flush()
    return row


def locked(session: Session, number: int) -> Subscription | None:
    """A subscription, kept to this transaction; None where there is none."""
    return session.get(Subscription, number, with_for_update=True)


def end(session: Session, row: Subscription, now: datetime, why: str = "") -> None:
    """End a subscription and give up what waits in it; ended again, nothing changes."""
    if row.ended_at is not None:
        return
    row.ended_at, row.blocked_why, row.blocked_at, row.try_at = now, why, None, None
    session.execute(
        update(OutboxEvent)
        .where(col(OutboxEvent.subscription_id) == row.id, col(OutboxEvent.state) == WAITING)
        .values(state=EXPIRED, done_at=now, fault=why or "the subscription ended")
    )


def rotate(row: Subscription, secret: str, now: datetime) -> datetime:
    """Give a new secret; until the returned instant the earlier one signs as well."""
    row.old_secret, row.old_secret_until, row.secret = row.secret, now + OVERLAP, secret
    return row.old_secret_until


def secrets_of(row: Subscription, now: datetime) -> tuple[str, ...]:
    """The secrets that sign now, the newest first."""
    still = row.old_secret and row.old_secret_until is not None and now < row.old_secret_until
    return (row.secret, row.old_secret) if still else (row.secret,)


def block(row: Subscription, why: str, try_at: datetime, now: datetime) -> None:
    """Its address failed: nothing is sent before `try_at`, and then one event."""
    row.tries += 1
    row.blocked_at, row.blocked_why, row.try_at = row.blocked_at or now, why[:300], try_at


def unblock(row: Subscription) -> None:
    """Its address took an event, or somebody wants it tried at once."""
    row.blocked_at, row.blocked_why, row.try_at, row.tries = None, "", None, 0


def subscriptions(session: Session, recipient: str | None, *, ended: bool = False) -> Sequence[Subscription]:
    """Subscriptions in the order in which they were made, of everybody or of one recipient."""
    rows = select(Subscription).order_by(col(Subscription.id))
    if recipient is not None:
        rows = rows.where(Subscription.recipient == recipient)
    if not ended:
        rows = rows.where(col(Subscription.ended_at).is_(None))
    return session.exec(rows).all()


def views(session: Session, rows: Iterable[Subscription]) -> tuple[SubscriptionView, ...]:
    """The subscriptions as they are shown, with what waits in each."""
    shown = tuple(rows)
    counted = session.exec(
        select(OutboxEvent.subscription_id, OutboxEvent.state, func.count(), func.min(OutboxEvent.at))
        .where(col(OutboxEvent.subscription_id).in_([row.id for row in shown]), col(OutboxEvent.state) != DELIVERED)
        .group_by(col(OutboxEvent.subscription_id), col(OutboxEvent.state))
    )
    counts = {(owner, state): (count, oldest) for owner, state, count, oldest in counted}
    nobody = (0, None)
    return tuple(
        _view(row, *(counts.get((number_of(row), state), nobody) for state in (WAITING, EXPIRED))) for row in shown
    )


def _view(
    row: Subscription, waiting: tuple[int, datetime | None], expired: tuple[int, datetime | None]
) -> SubscriptionView:
    return SubscriptionView(
        id=number_of(row),
        recipient=row.recipient,
        mode=Mode(row.mode),
        url=row.url,
        kinds=kinds_of(row.kinds),
        created_at=row.created_at,
        ended_at=row.ended_at,
        waiting=waiting[0],
        oldest_at=waiting[1],
        expired=expired[0],
        blocked_at=row.blocked_at,
        blocked_why=row.blocked_why,
        try_at=row.try_at,
        tries=row.tries,
    )


def number_of(row: Subscription) -> int:
    """The number of a stored subscription."""
    if row.id is None:
        raise ValueError("a subscription has no number before it is stored")
    return row.id
