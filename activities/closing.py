"""The register of lists, which outlives the workflow: the end of a case and what it gives back."""

from decimal import Decimal

from temporalio import activity

from activities.acceptance import new_record, refuse_attempt
from clearway.contracts.states import State
from models.database import Database
from models.tables import CaseRecord
from models.work import CloseRequest

COUNTED_ENDS = {State.TAXED}
"""Only a list that stayed released counts against the person's year; every other end gives the amount back."""


class CaseRegister:
    """Writes ends into the register."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @activity.defn
    def close_case(self, request: CloseRequest) -> None:
        """Record the end state, once: what ended before stays as it ended.

        A case that ends with nothing on file is recorded too, so that a copy of it may follow.
        """
        with self._database.transaction() as session:
            record = session.get(CaseRecord, request.key.workflow_id)
            if record is None:
                if refuse_attempt(session, request.key):
                    return  # it was never opened
                record = new_record(request.key, request.now, request.now)
                session.add(record)
            if record.ended_at is not None:
                return
            record.state = request.state
            record.changed_at = request.now
            record.ended_at = request.now
            if request.state not in COUNTED_ENDS:
                record.counted_price = Decimal(0)
