"""The gateway's inbox as it is shown: where every message and every piece of its news stands, nothing personal."""

from enum import StrEnum

from pydantic import Field

from clearway.contracts.base import Contract, Instant
from clearway.contracts.problems import Problem


class Standing(StrEnum):
    """Where a message or a piece of its news stands."""

    STORED = "stored"
    REFUSED = "refused"
    FAULTY = "faulty"
    PARKED = "parked"
    WAITING = "waiting"
    DELIVERED = "delivered"
    UNDELIVERABLE = "undeliverable"
    NOTED = "noted"


class InboxEntry(Contract):
    """One piece of news, or a message without any: unread, refused or faulty; no content and nothing personal."""

    raw_id: int = Field(description="GET /inbox/{raw_id} shows the message, GET /inbox/{raw_id}/raw its bytes")
    item_id: int | None = Field(None, description="Piece of news read from it; none while unread, refused or faulty")
    state: Standing
    door: str = Field(
        description="customs, control, inspection, articles, enterprise, top-up, or guarantee: news of our own ledger"
    )
    message_type: str = Field("", description="CEB622, control, JSON …")
    kind: str = Field("", description="receipt, bill, control, result, document, grant, articles …")
    address: str = Field("", description="Key by which its case is found")
    workflow_id: str | None = Field(None, description="Its case, once known")
    wakes: bool | None = Field(None, description="Delivered at once, or rides with the next that is")
    received_at: Instant
    deliver_by: Instant | None = Field(None, description="Delivered, or tried again, at the latest then")
    delivered_at: Instant | None = None
    repeats: int = Field(0, description="How often the same news came again")
    tries: int = Field(0, description="How often delivery was tried")
    fault: str = Field("", description="How the last try ended, if not well")
    remark: str = Field("", description="What is odd about it: it contradicts other news, or says it otherwise")
    problems: tuple[Problem, ...] = Field((), description="Why the message was refused, or could not be read")


class Inbox(Contract):
    """The newest entries, newest first."""

    entries: tuple[InboxEntry, ...]


class InboxMessage(Contract):
    """One message, and everything that was read from it."""

    raw_id: int
    state: str = Field(description="stored, read, refused or faulty")
    door: str
    message_type: str = ""
    received_at: Instant
    size: int = Field(description="Bytes")
    sha256: str = Field(description="Of the bytes as they came, hex")
    sender: str = Field("", description="Who sends, as the headers said it")
    signed_by: str = Field("", description="Party whose valid signature it bears; empty for none that was checked")
    key_name: str = Field("", description="Key of that signature")
    cop_msg_id: str = Field("", description="CopMsgId of the envelope it came in")
    replays: int = Field(0, description="How often an operator had it read again")
    read_by: str = Field("", description="Release of the gateway that read it last")
    problems: tuple[Problem, ...] = Field((), description="Why it was refused, or could not be read")
    items: tuple[InboxEntry, ...] = Field((), description="Its news; news that an earlier message told stands there")


class Backlog(Contract):
    """What lies in one state."""

    count: int = Field(ge=0)
    oldest_seconds: int = Field(ge=0, description="Age of the oldest; 0 where there is none")


class InboxFigures(Contract):
    """How much is not done, and for how long."""

    at: Instant
    backlog: dict[str, Backlog] = Field(description="By state; what is delivered, noted or read is done")
    contradictory: int = Field(0, ge=0, description="Pieces of news with a remark")


class Replayed(Contract):
    """What became of messages that were read again."""

    messages: tuple[InboxMessage, ...] = Field((), description="As they stand now, the first of many")
    replayed: int = Field(0, ge=0, description="How many were set to be read again")
    left: int = Field(0, ge=0, description="How many more there are; ask again")
