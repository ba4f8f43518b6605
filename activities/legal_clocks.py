"""The legal clocks of a release, with the holidays the State Council announced."""

from datetime import datetime

from sqlalchemy import and_, bindparam, update
from sqlmodel import Session, col, select
from temporalio import activity

from activities.work_calendar import calendar_around
from clearway.contracts.base import legal_day
from clearway.contracts.documents import DeclarationList, DocumentKind
from clearway.contracts.facts import Judgement, LegalClocks, ReleasedLine
from clearway.contracts.states import State
from clearway.rules.deadlines import legal_clocks
from clearway.rules.parameters import rules_in_force
from models.changes import Outcome, settle
from models.collection import dues
from models.database import Database
from models.documents import latest, parse
from models.ledger import quota
from models.rule_packs import NEWEST, RulePacks, newest
from models.tables import CaseRecord, ListChange, StoredDocument
from models.work import BlockRequest, ReleaseFact

BLOCKS = ("cancellation", "control", "hold")
"""Everything that can keep a list's tax out of batches."""


class LegalCalendar:
    """Computes every deadline of a release once; the workflow keeps the answer."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._packs = RulePacks()

    @activity.defn(no_thread_cancel_exception=True)
    def set_legal_clocks(self, fact: ReleaseFact) -> LegalClocks:
        """The deadlines of RULEBOOK B.0.1 for one release, which also confirms what the list took of its year.

        A modification that the list's workflow never heard of, because a worker died, is undone first.
        """
        with self._database.transaction() as session:
            record = _take_up(session, fact)
            change, listed, pack = session.exec(_STANDING, params={"case": record.workflow_id}).one()
            stored: StoredDocument | None = listed
            if record.ended_at is None:
                if change is not None:
                    settle(session, record, change, Outcome.REFUSED, fact.now)
                    stored = latest(session, record.workflow_id).get(DocumentKind.DECLARATION_LIST)
                quota.confirm_holds(session, fact.key.workflow_id, fact.now)
            clocks = clocks_of(session, self._packs, record, fact.released_at, fact.profile, newest_pack=pack or 0)
            if fact.collected:
                clocks = clocks.model_copy(update={"goods": _open_due(session, record, stored, clocks, fact)})
            return clocks

    @activity.defn(no_thread_cancel_exception=True)
    def note_blocks(self, request: BlockRequest) -> None:
        """Keep a list's tax out of batches, or let them take it again."""
        with self._database.transaction() as session:
            for reason in BLOCKS:
                change = dues.block if reason in request.reasons else dues.unblock
                change(session, request.key.workflow_id, reason, request.now)


_RELEASED = (
    update(CaseRecord)
    .where(col(CaseRecord.workflow_id) == bindparam("case"), col(CaseRecord.ended_at).is_(None))
    .values(state=State.RETURN_WINDOW, changed_at=bindparam("now"))
    .returning(CaseRecord)
    .execution_options(synchronize_session=False)
)
_STANDING = (
    select(ListChange, StoredDocument, NEWEST.scalar_subquery())
    .select_from(CaseRecord)
    .outerjoin(
        ListChange,
        and_(col(ListChange.workflow_id) == CaseRecord.workflow_id, col(ListChange.outcome) == Outcome.OPEN),
    )
    .outerjoin(
        StoredDocument,
        and_(
            col(StoredDocument.workflow_id) == CaseRecord.workflow_id,
            col(StoredDocument.kind) == DocumentKind.DECLARATION_LIST,
        ),
    )
    .where(col(CaseRecord.workflow_id) == bindparam("case"))
    .order_by(col(StoredDocument.version).desc())
    .limit(1)
)
"""The open modification of a list, the list as it is on file, and the newest rule pack."""


def _take_up(session: Session, fact: ReleaseFact) -> CaseRecord:
    """The record, kept to this transaction; a list that has not ended is in its return window from now on."""
    params = {"case": fact.key.workflow_id, "now": fact.now}
    released = session.scalars(_RELEASED, params).first()
    return released or session.get_one(CaseRecord, fact.key.workflow_id, with_for_update=True)


def _open_due(
    session: Session, record: CaseRecord, stored: StoredDocument | None, clocks: LegalClocks, fact: ReleaseFact
) -> tuple[ReleasedLine, ...]:
    """Open what the list owes, by its judgement; what was released, line by line."""
    declared = parse(stored) if stored else None
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
    session: Session,
    packs: RulePacks,
    record: CaseRecord,
    released_at: datetime,
    profile: str,
    *,
    newest_pack: int | None = None,
) -> LegalClocks:
    """The deadlines by the rules the list was opened under, over the holidays as they are known today.

    Announced holidays are no change of a rule: they settle what was only provisional (RULEBOOK C.8).
    """
    with rules_in_force(packs.numbered(session, newest(session) if newest_pack is None else newest_pack)):
        calendar = calendar_around(legal_day(released_at))
    with rules_in_force(packs.of(session, record)):
        return legal_clocks(released_at, calendar, profile=profile)
