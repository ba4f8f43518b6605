"""The legal clocks of a release, with the holidays the State Council announced."""

from datetime import datetime

from sqlmodel import Session
from temporalio import activity

from activities.work_calendar import calendar_around
from clearway.contracts.base import legal_day
from clearway.contracts.documents import DeclarationList, DocumentKind
from clearway.contracts.facts import Judgement, LegalClocks, ReleasedLine
from clearway.contracts.states import State
from clearway.rules.deadlines import legal_clocks
from clearway.rules.parameters import rules_in_force
from models.changes import overtake
from models.collection import dues
from models.database import Database
from models.documents import latest, parse
from models.ledger import quota
from models.rule_packs import RulePacks, newest
from models.tables import CaseRecord
from models.work import BlockRequest, ReleaseFact

BLOCKS = ("cancellation", "control", "hold")
"""Everything that can keep a list's tax out of batches."""


class LegalCalendar:
    """Computes every deadline of a release once; the workflow keeps the answer."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._packs = RulePacks()

    @activity.defn
    def set_legal_clocks(self, fact: ReleaseFact) -> LegalClocks:
        """The deadlines of RULEBOOK B.0.1 for one release, which also confirms what the list took of its year.

        A modification that the list's workflow never heard of, because a worker died, is undone first.
        """
        with self._database.transaction() as session:
            record = session.get_one(CaseRecord, fact.key.workflow_id, with_for_update=True)
            if record.ended_at is None:
                overtake(session, record, fact.now)
                record.state = State.RETURN_WINDOW
                record.changed_at = fact.now
                quota.confirm_holds(session, fact.key.workflow_id, fact.now)
            clocks = clocks_of(session, self._packs, record, fact.released_at, fact.profile)
            if fact.collected:
                clocks = clocks.model_copy(update={"goods": self._open_due(session, record, clocks, fact)})
            return clocks

    @activity.defn
    def note_blocks(self, request: BlockRequest) -> None:
        """Keep a list's tax out of batches, or let them take it again."""
        with self._database.transaction() as session:
            for reason in BLOCKS:
                change = dues.block if reason in request.reasons else dues.unblock
                change(session, request.key.workflow_id, reason, request.now)

    def _open_due(
        self, session: Session, record: CaseRecord, clocks: LegalClocks, fact: ReleaseFact
    ) -> tuple[ReleasedLine, ...]:
        """Open what the list owes, by its judgement; what was released, line by line."""
        row = latest(session, record.workflow_id).get(DocumentKind.DECLARATION_LIST)
        declared = parse(row) if row else None
        judgement = Judgement.model_validate_json(record.judgement) if record.judgement else None
        if not isinstance(declared, DeclarationList) or judgement is None or judgement.tax is None:
            return ()  # a list that 0.1 judged has no judgement on file; its tax shows as unpaid at the deadline
        dues.open_due(
            session,
            workflow_id=record.workflow_id,
            clocks=clocks,
            tax=judgement.tax,
            agent=declared.assure_code,
            customs=declared.customs_code,
            enterprise=declared.ebc_code,
            profile=fact.profile,
            at=fact.now,
        )
        return tuple(ReleasedLine(gnum=line.gnum, qty=line.qty) for line in declared.lines)


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
