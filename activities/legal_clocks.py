"""The legal clocks of a release, with the holidays the State Council announced."""

from temporalio import activity

from activities.work_calendar import calendar_around
from clearway.contracts.base import legal_day
from clearway.contracts.facts import LegalClocks
from clearway.contracts.states import State
from clearway.rules.deadlines import legal_clocks
from clearway.rules.parameters import rules_in_force
from models.database import Database
from models.ledger import quota
from models.rule_packs import RulePacks
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
            record = session.get_one(CaseRecord, fact.key.workflow_id)
            record.state = State.RETURN_WINDOW
            record.changed_at = fact.now
            quota.confirm_holds(session, fact.key.workflow_id, fact.now)
            rules = self._packs.of(session, record)
        with rules_in_force(rules):
            return legal_clocks(fact.released_at, calendar_around(legal_day(fact.released_at)), profile=fact.profile)
