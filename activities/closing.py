"""The register of lists, which outlives the workflow: the end of a case and what it gives back."""

from decimal import Decimal

from temporalio import activity

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
        """Record the end state; a case with nothing on file leaves no record."""
        with self._database.transaction() as session:
            record = session.get(CaseRecord, request.key.workflow_id)
            if record is None:
                return
            record.state = request.state
            record.changed_at = request.now
            record.ended_at = request.now
            if request.state not in COUNTED_ENDS:
                record.counted_price = Decimal(0)
