"""Collections that stand still though lists wait for them, as after one was ended by hand: they are started again."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, or_, select

from clearway.contracts.base import legal_day
from clearway.contracts.collection import CollectNow
from clearway.contracts.keys import CollectionKey
from models.collection.billing import NOTHING
from models.collection.dues import COLLECT, OPEN
from models.collection.letters import Letter, post
from models.tables import TaxDue

WATCHED_BY = timedelta(days=29)
"""A collection that runs has warned of every list on day 27, the day after at the latest (RULEBOOK B.9.5)."""
A_NIGHT = timedelta(hours=26)
"""A collection that runs has tried to pay by then; from the guard on, 22 hours are left."""


def rouse(session: Session, now: datetime) -> int:
    """Leave news for each collection that should have looked at a list and did not, once a day; how many.

    By the clock of the gateway, which delivers the news and thereby starts a collection that does not run. One that
    does run only looks once more.
    """
    before = now - A_NIGHT
    unwatched = (col(TaxDue.alarmed) == 0) & (col(TaxDue.released_at) <= now - WATCHED_BY)
    untried = col(TaxDue.tried_at).is_(None) | (col(TaxDue.tried_at) <= before)
    not_held = (col(TaxDue.held) == NOTHING) | (col(TaxDue.held_until) <= before)
    unpaid = (col(TaxDue.guard_at) <= before) & (col(TaxDue.blocked) == "") & untried & not_held
    rows = select(TaxDue.agent, TaxDue.customs).where(TaxDue.state == OPEN, or_(unwatched, unpaid)).distinct()
    keys = [CollectionKey(agent=agent, customs=customs) for agent, customs in session.exec(rows)]
    told = CollectNow(at=now)
    letters = [
        Letter(COLLECT, key.workflow_id, f"{key.agent}|{key.customs}|roused|{legal_day(now)}", told) for key in keys
    ]
    return post(session, letters, now)
