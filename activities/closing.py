"""The register of lists, which outlives the workflow: the end of a case and what it gives back."""

import re
from decimal import Decimal

from sqlmodel import Session
from temporalio import activity

from activities.acceptance import new_record, refuse_attempt
from clearway.contracts.customs import CustomsReceipt
from clearway.contracts.facts import Judgement
from clearway.contracts.states import State
from models.changes import overtake
from models.collection import dues
from models.database import Database
from models.ledger import guarantee, quota
from models.tables import CaseRecord
from models.telling import tell_ends
from models.work import CloseRequest

COUNTED_ENDS = {State.TAXED}
"""Only a list that stayed released counts against the person's year; every other end gives the amount back."""


OVER_ANNUAL_LIMIT = ("-621018", "1313")
"""The status, or the code inside the text of a 100, by which customs says that the annual limit is exceeded."""
CUSTOMS_FIGURE = r"已用购买额度为\[?([0-9]{1,9}(?:\.[0-9]{1,5})?)"
"""What the official text of -621018 says the buyer has used."""
FEN = Decimal("0.01")


class CaseRegister:
    """Writes ends into the register."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @activity.defn(no_thread_cancel_exception=True)
    def close_case(self, request: CloseRequest) -> None:
        """Record the end state, once: what ended before stays as it ended.

        A case that ends with nothing on file is recorded too, so that a copy of it may follow.
        """
        with self._database.transaction() as session:
            record = session.get(CaseRecord, request.key.workflow_id, with_for_update=True)
            if record is None:
                if refuse_attempt(session, request.key):
                    return  # it was never opened
                record = new_record(request.key, request.now, request.now)
                session.add(record)
            if record.ended_at is not None and not _disposed_after_payment(record, request):
                tell_ends(session, [record], request.now)
                return
            record.state = request.state
            record.changed_at = request.now
            record.ended_at = request.now
            tell_ends(session, [record], request.now)
            if request.state in COUNTED_ENDS:
                guarantee.release(session, record.workflow_id, request.now, reason="tax settled")
            else:
                dues.void(session, record.workflow_id, request.now)
                overtake(session, record, request.now)  # a modification that customs never decided
                guarantee.release(session, record.workflow_id, request.now, reason=request.state)
                refused_by = request.refused_by
                person = quota.person_of(session, record.workflow_id) if refused_by is not None else None
                quota.give_back(session, record.workflow_id, request.now, reason=request.state)
                if person is not None and refused_by is not None:
                    _note_customs_figure(session, request, refused_by, record, person)


def _disposed_after_payment(record: CaseRecord, request: CloseRequest) -> bool:
    """The tax was paid in the moment in which customs took hold of the goods: what it did with them is the end.

    A list that ended long ago, and is declared again, was not released this time: its end stays.
    """
    return record.state == State.TAXED and request.released and request.state not in COUNTED_ENDS


def _note_customs_figure(
    session: Session, request: CloseRequest, refused_by: CustomsReceipt, record: CaseRecord, person: str
) -> None:
    """Customs refused the list for the annual limit: its figure is the truth, ours follows (RULEBOOK D-33).

    Of a list that 0.1 judged, the limit is not on record: an operator notes customs' figure.
    """
    held = Judgement.model_validate_json(record.judgement).quota if record.judgement else None
    if held is None or not (refused_by.status in OVER_ANNUAL_LIMIT or refused_by.inner_code in OVER_ANNUAL_LIMIT):
        return
    told = re.search(CUSTOMS_FIGURE, refused_by.info)
    at_least = held.limit - held.counted + FEN  # with this list it would have been more than the limit
    quota.note_customs_figure(
        session,
        person=person,
        year=held.year,
        figure=Decimal(told[1]) if told else at_least,
        limit=held.limit,
        at=request.now,
        transfer_id=f"{record.workflow_id}|customs-figure",
        reason=f"customs refused a list for the annual limit ({refused_by.status})",
    )
