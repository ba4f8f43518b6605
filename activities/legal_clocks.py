"""The legal clocks of a release, with the holidays the State Council announced."""

from datetime import datetime

from sqlmodel import Session
from temporalio import activity

from activities.work_calendar import calendar_around
from clearway.contracts.base import legal_day
from clearway.contracts.facts import LegalClocks
from clearway.contracts.states import State
from clearway.rules.deadlines import legal_clocks
from clearway.rules.parameters import rules_in_force
from models.database import Database
from models.ledger import quota
from models.rule_packs import RulePacks, newest
from models.tables import CaseRecord
from models.work import ReleaseFact


class LegalCalendar:
    """Computes every deadline of a release once; the workflow keeps the answer."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._packs = RulePacks()

    @activity.defn
    def set_legal_clocks(self, fact: ReleaseFact) -> LegalClocks:
        """The deadlines of RULEBOOK B.0.1 for one release, which also confirms what the list took of its year."""
        with self._database.transaction() as session:
            record = session.get_one(CaseRecord, fact.key.workflow_id, with_for_update=True)
            if record.ended_at is None:
                record.state = State.RETURN_WINDOW
                record.changed_at = fact.now
                quota.confirm_holds(session, fact.key.workflow_id, fact.now)
            return clocks_of(session, self._packs, record, fact.released_at, fact.profile)


def clocks_of(
    session: Session, packs: RulePacks, record: CaseRecord, released_at: datetime, profile: str
) -> LegalClocks:
    """The deadlines by the rules the list was opened under, over the holidays as they are known today.

    Announced holidays are no change of a rule: they settle what was only provisional (RULEBOOK C.8).
    """
    with rules_in_force(packs.numbered(session, newest(session))):
        calendar = calendar_around(legal_day(released_at))
    with rules_in_force(packs.of(session, record)):
        return legal_clocks(released_at, calendar, profile=profile)
