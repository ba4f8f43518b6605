"""Collections side by side, and one of them with its latest batches."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from clearway.contracts.keys import CollectionKey
from models.collection.dues import OPEN
from models.collection.standing import latest_batches
from models.tables import TaxDue
from models.tables.columns import PLACES


class Collection(NamedTuple):
    """What one agent has open at one customs; amounts in CNY by our figure."""

    agent: str
    customs: str
    lists: int
    payable: Decimal
    held: Decimal
    blocked: int
    overdue: int
    next_deadline: date


def collections(session: Session, at: datetime, *, key: CollectionKey | None = None) -> Sequence[Collection]:
    """Every agent and customs with lists that are not settled, or one of them."""
    left = col(TaxDue.due) - col(TaxDue.held) - col(TaxDue.paid)
    rows = sa.select(
        col(TaxDue.agent),
        col(TaxDue.customs),
        func.count(),
        func.sum(sa.case((left > 0, left), else_=0)),  # of whole numbers of 0.00001
        func.sum(col(TaxDue.held)),
        func.sum(sa.case((col(TaxDue.blocked) != "", 1), else_=0)),
        func.sum(sa.case((col(TaxDue.pay_before) <= at, 1), else_=0)),
        func.min(col(TaxDue.deadline)),
    ).where(col(TaxDue.state) == OPEN)
    if key is not None:
        rows = rows.where(col(TaxDue.agent) == key.agent, col(TaxDue.customs) == key.customs)
    found = session.execute(rows.group_by(col(TaxDue.agent), col(TaxDue.customs)).order_by("agent", "customs"))
    return [
        Collection(agent, customs, lists, Decimal(units).scaleb(-PLACES), held, int(blocked), int(overdue), deadline)
        for agent, customs, lists, units, held, blocked, overdue, deadline in found
    ]


def overview(session: Session, key: CollectionKey, at: datetime, batches: int) -> dict[str, Any] | None:
    """One collection with its latest batches; None where nothing was ever due."""
    any_row = select(TaxDue.workflow_id).where(TaxDue.agent == key.agent, TaxDue.customs == key.customs).limit(1)
    if session.exec(any_row).first() is None:
        return None
    now_open = next(iter(collections(session, at, key=key)), None)
    return {
        "agent": key.agent,
        "customs": key.customs,
        "open_lists": now_open.lists if now_open else 0,
        "open": now_open._asdict() if now_open else None,
        "batches": [batch.model_dump() for batch in latest_batches(session, key, batches)],
    }
