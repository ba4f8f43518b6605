"""What customs asks for a list: its newest bill that is not void wins over our own figure (RULEBOOK B.9.3)."""

import json
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from sqlmodel import Session, col, select

from clearway.rules.allocation import billed_due
from models.tables import BillRecord, TaxDue

VOID = "3"
NOTHING = Decimal(0)
AT_A_TIME = 500
"""Lists that one statement names."""
BINDING = (col(BillRecord.status) != VOID, col(BillRecord.total).is_not(None))
"""Which bills count."""


def bill_of(session: Session, workflow_id: str) -> BillRecord | None:
    """The newest bill of a list that customs did not void and whose amount is known."""
    return bills_of(session, [workflow_id]).get(workflow_id)


def owed(row: TaxDue, bill: BillRecord | None) -> Decimal:
    """What a list owes in all, paid or not, in CNY: customs' figure, less what came back after customs had billed."""
    if bill is None or bill.total is None:
        return row.due
    return billed_due(billed=bill.total, assessed=row.assessed, billed_for=_due_at(row, bill.stated_at), due=row.due)


def lower(row: TaxDue, due: Decimal, at: datetime) -> None:
    """Goods came back: set our figure for what is retained, and note when it sank, for customs may bill in between."""
    if due != row.due:
        row.lowered = json.dumps([*json.loads(row.lowered), [at.isoformat(), f"{due:f}"]])
    row.due, row.returned_at = due, at


def _due_at(row: TaxDue, moment: datetime) -> Decimal:
    """Our figure at an instant before now."""
    due = row.assessed
    for at, then in json.loads(row.lowered):
        if datetime.fromisoformat(at) < moment:
            due = Decimal(then)
    return due


def bills_of(session: Session, workflow_ids: Sequence[str]) -> dict[str, BillRecord]:
    """The bills of many lists, as `bill_of` finds each."""
    found: dict[str, BillRecord] = {}
    for start in range(0, len(workflow_ids), AT_A_TIME):
        part = workflow_ids[start : start + AT_A_TIME]
        bills = select(BillRecord).where(col(BillRecord.workflow_id).in_(part), *BINDING)
        for bill in session.exec(bills):
            case = str(bill.workflow_id)
            if case not in found or (bill.stated_at, bill.bill_no) > (found[case].stated_at, found[case].bill_no):
                found[case] = bill
    return found
