"""The legal clocks of a release, with the holidays the State Council announced."""

from temporalio import activity

from activities.work_calendar import calendar_around
from clearway.contracts.base import legal_day
from clearway.contracts.facts import LegalClocks
from clearway.contracts.states import State
from clearway.rules.deadlines import legal_clocks
from models.database import Database
from models.tables import CaseRecord
from models.work import ReleaseFact


class LegalCalendar:
    """Computes every deadline of a release once; the workflow keeps the answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @activity.defn
    def set_legal_clocks(self, fact: ReleaseFact) -> LegalClocks:
        """The deadlines of RULEBOOK B.0.1 for one release."""
        clocks = legal_clocks(fact.released_at, calendar_around(legal_day(fact.released_at)), profile=fact.profile)
        with self._database.transaction() as session:
            record = session.get_one(CaseRecord, fact.key.workflow_id)
            record.state = State.RETURN_WINDOW
            record.changed_at = fact.now
        return clocks
