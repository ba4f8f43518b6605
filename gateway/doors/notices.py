"""The notices' door: what enterprises, warehouses and sites are told, fetched by number (RULEBOOK B.9.5)."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field

from clearway.contracts.base import Contract, Instant
from gateway.answers import refused_with
from models.database import Database
from models.notices import notices_after, number_of
from models.tables import Notice

Recipient = Annotated[
    str, Query(pattern="^[0-9A-Z]{1,18}$", description="Customs or credit code of who is told, or the code of a site")
]
After = Annotated[int, Query(ge=0, le=2**63 - 1, description="The `next` of the page before; 0 begins at the first")]
Limit = Annotated[int, Query(ge=1, le=500)]


class NoticeEntry(Contract):
    """One event, told once; nothing in it is personal."""

    number: int = Field(description="Grows with every event, with gaps")
    kind: str = Field(description="e.g. INSPECTION, DAY_27, BILL_MISSING, GUARANTEE_LOW: docs/operating.md")
    subject: str = Field("", description="Workflow id it is about, if it is about one")
    at: Instant
    details: dict[str, Any] = Field(default_factory=dict, description="Depends on the kind")


class NoticePage(Contract):
    """Events in the order of their numbers; fewer than the limit means that these are all there are."""

    notices: tuple[NoticeEntry, ...]
    next: int = Field(description="Ask for what comes `after` this number; the same as asked while nothing is new")


def notices_door(database: Database) -> APIRouter:
    """The route under /notices."""
    router = APIRouter(tags=["notices"])

    @router.get("/notices", responses=refused_with(422))
    def show_notices(recipient: Recipient, after: After = 0, limit: Limit = 100) -> NoticePage:
        """What a recipient was told after a number.

        Whoever goes on from `next` misses nothing, and who asks again gets the same again: keep `next` only once the
        page is dealt with.
        """
        with database.transaction() as session:
            told = tuple(_entry(row) for row in notices_after(session, after, limit, recipient=recipient))
        return NoticePage(notices=told, next=told[-1].number if told else after)

    return router


def _entry(row: Notice) -> NoticeEntry:
    return NoticeEntry(
        number=number_of(row), kind=row.kind, subject=row.subject, at=row.at, details=json.loads(row.payload)
    )
