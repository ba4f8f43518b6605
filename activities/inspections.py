"""What enterprise, agent and warehouse are told of customs' control: inspections, decisions (RULEBOOK B.5)."""

from datetime import timedelta

from sqlmodel import Session
from temporalio import activity

from clearway.contracts.case import CaseKey
from clearway.contracts.documents import DeclarationList, DocumentKind
from clearway.rules.alarms import notice_times
from clearway.rules.dispositions import check_disposition
from clearway.rules.parameters import rules_in_force
from models import notices
from models.database import Database
from models.documents import latest, parse
from models.rule_packs import RulePacks
from models.tables import CaseRecord
from models.work import DispositionHeard, DispositionTold, InspectionCall, InspectionCalled


class InspectionOffice:
    """Tells those who must be there."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._packs = RulePacks()

    @activity.defn(no_thread_cancel_exception=True)
    def call_to_inspection(self, call: InspectionCall) -> InspectionCalled:
        """Leave a notice for the enterprise, the declaring agent and the warehouse, once each; when to call again."""
        instruction = call.instruction
        with self._database.transaction() as session:
            record = session.get(CaseRecord, call.key.workflow_id)
            with rules_in_force(self._packs.of(session, record)):
                second, third = notice_times(instruction.issued_at, profile=call.profile)
            for recipient in _recipients(session, call.key):
                notices.tell(
                    session,
                    recipient=recipient,
                    kind="INSPECTION",
                    subject=call.key.workflow_id,
                    at=call.now,
                    key=f"{call.key.workflow_id}|{instruction.instruction_id}|{call.number}",
                    instruction_id=instruction.instruction_id,
                    notice=call.number,
                    order_no=call.key.order_no,
                    method=instruction.method,
                    target=instruction.target,
                    target_no=instruction.target_no,
                    presence_required=instruction.presence_required,
                    due_by=instruction.due_by.isoformat() if instruction.due_by else None,
                )
        # A call that comes late still leaves the enterprise the time between two calls.
        gap = third - second
        planned = {1: second, 2: third, 3: third + gap}[call.number]
        return InspectionCalled(next_at=max(planned, call.now + min(gap, timedelta(hours=1))))

    @activity.defn(no_thread_cancel_exception=True)
    def tell_disposition(self, heard: DispositionHeard) -> DispositionTold:
        """Leave a notice of customs' decision; warn where it is not what B.5 names for the finding (D-27)."""
        order = heard.order
        with self._database.transaction() as session:
            record = session.get(CaseRecord, heard.key.workflow_id)
            for recipient in _recipients(session, heard.key):
                notices.tell(
                    session,
                    recipient=recipient,
                    kind="DISPOSITION",
                    subject=heard.key.workflow_id,
                    at=heard.now,
                    key=f"{heard.key.workflow_id}|{order.decision_id}",
                    decision_id=order.decision_id,
                    order_no=heard.key.order_no,
                    disposition=order.disposition,
                    due_by=order.due_by.isoformat() if order.due_by else None,
                )
            with rules_in_force(self._packs.of(session, record)):
                found = check_disposition(order, heard.finding, heard.trade_mode, profile=heard.profile)
        return DispositionTold(warnings=found)


def _recipients(session: Session, key: CaseKey) -> list[str]:
    row = latest(session, key.workflow_id).get(DocumentKind.DECLARATION_LIST)
    declared = parse(row) if row else None
    if not isinstance(declared, DeclarationList):
        return [key.ebc_code]
    codes = (declared.ebc_code, declared.agent_code, declared.area_code)
    return list(dict.fromkeys(code for code in codes if code))
