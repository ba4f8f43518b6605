"""How enterprises have their notices brought to them: subscriptions, the events they get, and how it stands."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from clearway.contracts.base import ONE_LINE, Contract, Instant

RECIPIENT = "^[0-9A-Z]{1,18}$"
"""Customs or credit code of who is told, or the code of a site."""
EVENT_ID = "evt_"
"""An event's id is this and its number; the receiver knows by it what it has taken already."""
TEST_KIND = "SELF_TEST"


class Mode(StrEnum):
    """How events reach their subscriber."""

    PUSH = "push"
    """Posted to its address, one after the other, until each is taken."""
    PULL = "pull"
    """Fetched by it, and fetched again until it acknowledges them."""


class SubscribeRequest(Contract):
    """Who wants to be told what, and how."""

    recipient: str = Field(pattern=RECIPIENT, description="Code of the enterprise, warehouse or site")
    mode: Mode
    url: str = Field(
        "", max_length=500, pattern=ONE_LINE, description="Where events are posted: http or https; push only"
    )
    kinds: tuple[Annotated[str, StringConstraints(pattern="^[A-Z0-9_]{1,30}$")], ...] = Field(
        (), max_length=20, description="Kinds of events wanted, e.g. RECEIPT, BILL, LIST_ENDED; empty for all"
    )


class SubscriptionView(Contract):
    """A subscription and what waits in it; never its secret."""

    id: int
    recipient: str
    mode: Mode
    url: str
    kinds: tuple[str, ...]
    created_at: Instant
    ended_at: Instant | None = Field(None, description="Nothing is sent any more, and nothing new is kept for it")
    waiting: int = Field(description="Events not yet delivered or acknowledged")
    oldest_at: Instant | None = Field(None, description="When the oldest of them happened")
    expired: int = Field(0, description="Events that were given up; GET /notices still shows them")
    blocked_at: Instant | None = Field(None, description="Since when its address fails; nothing overtakes what failed")
    blocked_why: str = ""
    try_at: Instant | None = Field(None, description="When the first waiting event is tried again")
    tries: int = Field(0, description="Failures since the address last took an event")


class SubscriptionSecret(Contract):
    """What is told once: the key of the signatures."""

    subscription: SubscriptionView
    secret: str = Field(repr=False, description="Key of the signatures, whsec_ and base64; it is not shown again")
    earlier_until: Instant | None = Field(
        None, description="Until then every event is signed with the earlier secret as well"
    )


class Subscriptions(Contract):
    """Subscriptions in the order in which they were made."""

    subscriptions: tuple[SubscriptionView, ...]


class Event(Contract):
    """One event as its subscriber gets it, pushed or pulled; nothing in it is personal."""

    id: str = Field(description="The same however often it comes: take it once")
    number: int = Field(description="Number of the notice, as in GET /notices")
    kind: str = Field(description="e.g. RECEIPT, BILL, LIST_ENDED, DAY_27: docs/webhooks.md")
    recipient: str
    subject: str = Field("", description="Workflow id it is about, if it is about one")
    at: Instant
    details: dict[str, Any] = Field(default_factory=dict, description="Depends on the kind")


class EventPage(Contract):
    """Waiting events in their order; they come again until they are acknowledged."""

    events: tuple[Event, ...]


class Acknowledgement(Contract):
    """What the subscriber has taken: everything handed out up to a number, or single events."""

    up_to: int | None = Field(None, ge=0, le=2**63 - 1, description="Number of the last event that is taken")
    ids: tuple[Annotated[str, StringConstraints(pattern="^evt_[0-9]{1,18}$")], ...] = Field((), max_length=1000)


class Acknowledged(Contract):
    """How many events this acknowledgement ended; one that was acknowledged before does not count."""

    acknowledged: int
    waiting: int


class Unblock(Contract):
    """Try again now, and not at the time set."""

    give_up: str | None = Field(
        None, pattern="^evt_[0-9]{1,18}$", description="First give up this event, which the receiver can never take"
    )


class TestResult(Contract):
    """What the address said to a test event, which stands outside the queue."""

    __test__ = False  # not a test, whatever pytest thinks of its name

    id: str
    delivered: bool
    waits: bool = Field(False, description="It lies ready to be fetched; there is no address to be tried")
    status: int | None = Field(None, description="HTTP status, if there was an answer")
    milliseconds: int = Field(0, description="How long the answer took")
    fault: str = ""


class OutboxStanding(Contract):
    """How the outbox stands, for metrics."""

    waiting: int = Field(description="Events not yet delivered or acknowledged")
    oldest_age_seconds: int = Field(description="Age of the oldest waiting event; 0 where none waits")
    blocked: int = Field(description="Subscriptions whose address fails")
    expired: int = Field(description="Events that were given up after their life, or with their subscription")


def event_id(number: int) -> str:
    """The id of an event with this number in the outbox."""
    return f"{EVENT_ID}{number}"


def event_number(told: str) -> int:
    """The number in an event's id; raises ValueError for anything else."""
    return int(told.removeprefix(EVENT_ID))


def kinds_of(joined: str) -> tuple[str, ...]:
    """The kinds, as a subscription keeps them joined by commas."""
    return tuple(kind for kind in joined.split(",") if kind)


def wants(joined: str, kind: str) -> bool:
    """Whether a subscription to these kinds, joined by commas, gets events of a kind; the empty one gets all."""
    return not joined or kind in kinds_of(joined)


def age_seconds(oldest: datetime | None, now: datetime) -> int:
    """Whole seconds since an instant; 0 where there is none."""
    return 0 if oldest is None else max(int((now - oldest).total_seconds()), 0)
