"""Customs' control over one list: inspection, who attends it, what is disposed, holds, and the exit (RULEBOOK B.5)."""

from datetime import datetime

from clearway.contracts.case import Attendance, GoodsExit, LicenceSupply, PresenceConfirmation
from clearway.contracts.customs import (
    ControlInstruction,
    CustomsHold,
    Disposition,
    DispositionOrder,
    Finding,
    InspectionOutcome,
    InspectionResult,
)
from clearway.contracts.states import Detail, State
from clearway.rules.masking import mask_name
from models.case_file import CaseFile

BEFORE_RELEASE = (State.MATCHED, State.INSPECTED)
AFTER_RELEASE = (State.RELEASED, State.RETURN_WINDOW)

_ORDERED = {
    Disposition.MODIFY: Detail.MODIFICATION_ORDERED,
    Disposition.REMOVE_EXTRA: Detail.REMOVAL_ORDERED,
    Disposition.SUPPLY_LICENCE: Detail.LICENCE_ORDERED,
    Disposition.RELEASE: Detail.RELEASE_ORDERED,
    Disposition.HAND_OVER: Detail.HANDED_OVER,
    Disposition.CONFISCATE: Detail.CONFISCATED,
}
"""Where a held list stands after a disposition that does not take it to another state."""
_ENDS = {
    Disposition.BACK_TO_STOCK: ("cancel", "the goods went back to stock"),
    Disposition.RETURN_ABROAD: ("ship_back", "the goods go back abroad"),
    Disposition.DESTROY: ("destroy", "the goods are destroyed"),
}


class ControlledCase(CaseFile):
    """What customs orders of a list, and what is done about it."""

    def take_instruction(self, instruction: ControlInstruction) -> bool:
        """Record a control instruction: the list is frozen until its result; tells whether it was new."""
        if any(each.instruction_id == instruction.instruction_id for each in self.instructions):
            return False
        self.instructions.append(instruction)
        if self.state in BEFORE_RELEASE and self.under_control:
            self.detail = Detail.INSPECTION
        elif self.collected and self.state in AFTER_RELEASE and self.under_control:
            self.detail = Detail.INSPECTION
            if self.exited_at is not None:
                self.raise_alarm("CONTROL_AFTER_EXIT")
        return True

    def note_notice(self, instruction_id: str, number: int) -> None:
        """Record that the enterprise and the site were called to an inspection for the `number`-th time."""
        self.notices_sent[instruction_id] = number
        if number == 2:
            self.raise_alarm("SECOND_NOTICE")
        elif number == 3:
            self.drop_alarms("SECOND_NOTICE")
            self.raise_alarm("THIRD_NOTICE")

    def leave_to_customs(self) -> None:
        """Nobody came after the third notice: customs decides; no time ever releases a list (D-26)."""
        self.drop_alarms("SECOND_NOTICE", "THIRD_NOTICE")
        self.raise_alarm("CUSTOMS_DECIDES")

    def take_presence(self, confirmation: PresenceConfirmation, at: datetime) -> None:
        """Record who will attend; the person shows masked."""
        self.attendances.append(
            Attendance(
                instruction_id=confirmation.instruction_id,
                actor=confirmation.actor,
                attendant=mask_name(confirmation.attendant),
                letter_no=confirmation.letter.number if confirmation.letter else "",
                confirmed_at=at,
            )
        )
        self._drop_presence_alarms()

    def take_result(self, result: InspectionResult) -> None:
        """Record an inspection result: normal lets the list go on, abnormal detains it for customs to dispose of."""
        if any(each.instruction_id == result.instruction_id for each in self.inspection_results):
            return
        self.inspection_results.append(result)
        self.customs_inspects = False
        self._drop_presence_alarms()
        abnormal = result.outcome is InspectionOutcome.ABNORMAL
        if self.state in BEFORE_RELEASE:
            self._take_result_before_release(result, abnormal)
        elif self.collected and self.state in AFTER_RELEASE:
            if abnormal and not self._is_disposed(result):
                self._detain(result.recorded_at, f"inspection abnormal: {result.finding}".strip(": "))
                self.detail = Detail.INSPECTED_ABNORMAL
            elif not self.under_control:
                self.detail = self.detail_after_release
        elif abnormal and self.state is not State.DETAINED:
            if self.release is not None and not self._is_disposed(result):
                self.abnormal_at_release = result
            self.raise_alarm("ABNORMAL_AFTER_RELEASE")

    def _is_disposed(self, result: InspectionResult) -> bool:
        """Customs' decision about what this inspection found overtook its result."""
        return any(
            each.instruction_id == result.instruction_id if each.instruction_id else each.at >= result.recorded_at
            for each in self.dispositions
        )

    def _take_result_before_release(self, result: InspectionResult, abnormal: bool) -> None:
        if abnormal:
            self._detain(result.recorded_at, f"inspection abnormal: {result.finding}".strip(": "))
            self.detail = Detail.INSPECTED_ABNORMAL
        elif not self.under_control:
            self.detail = Detail.INSPECTED_NORMAL
            if self.list_filed and self.chart_admits("pass_risk_control"):
                self.enter("pass_risk_control", result.recorded_at, "inspection normal")

    def take_disposition(self, order: DispositionOrder) -> bool:
        """Record customs' decision and do as it says; tells whether it was new."""
        if any(each.decision_id == order.decision_id for each in self.dispositions):
            return False
        self.dispositions.append(order)
        self._dispose(order)
        return True

    @property
    def finding(self) -> Finding | None:
        """What kind of thing the last abnormal inspection found, where customs said."""
        return next((each.kind for each in reversed(self.inspection_results) if each.kind), None)

    def _dispose(self, order: DispositionOrder) -> None:
        if self.over:
            return
        if self.state in (State.SUBMITTED, State.MATCH_FAILED) or (self.clocks is not None and not self.collected):
            # What is not declared cannot be disposed of; and a list released under 0.2 goes on as it began.
            self.raise_alarm("UNUSUAL_DISPOSITION")
            return
        self.drop_alarms("LICENCE_OVERDUE", "CUSTOMS_DECIDES")
        told = ": ".join(filter(None, (f"customs decided {order.disposition}", order.note)))
        if self.state is not State.DETAINED:
            self._detain(order.at, told)  # its result is on the way, or was never sent
        if order.disposition in _ENDS:
            event, why = _ENDS[order.disposition]
            self.enter(event, order.at, ": ".join(filter(None, (why, order.note))))
            return
        self.reason = told
        self.detail = _ORDERED[order.disposition]
        self.licences_before_order = len(self.licences)
        self.confiscated = order.disposition is Disposition.CONFISCATE
        if self.confiscated:
            self.drop_open_change(order.at)
        if self.release is not None and order.disposition in (Disposition.RELEASE, Disposition.REMOVE_EXTRA):
            self._let_go(order.at, told)

    def take_licence(self, licence: LicenceSupply) -> None:
        """Record the licence that customs asked for; whether it will do is for customs to say."""
        self.licences.append(licence)
        self.drop_alarms("LICENCE_OVERDUE")

    def miss_licence(self) -> None:
        """The day customs set is over and no licence was handed in: customs decides what follows."""
        self.raise_alarm("LICENCE_OVERDUE")

    def take_hold(self, hold: CustomsHold) -> None:
        """Customs holds the list, or lets it go again; why is not for the list to know (RULEBOOK B.16)."""
        if hold.lifted:
            self.holds_lifted.add(hold.hold_id)
            self.holds.discard(hold.hold_id)
        elif hold.hold_id not in self.holds_lifted:
            self.holds.add(hold.hold_id)
        if self.over:
            return
        if self.holds:
            self.raise_alarm("HELD_BY_CUSTOMS")
        else:
            self.drop_alarms("HELD_BY_CUSTOMS")

    def take_exit(self, left: GoodsExit) -> None:
        """The goods left the zone or site: from now on they can only be returned (D-35)."""
        self.exited_at = left.exited_at

    @property
    def correction_ordered(self) -> bool:
        """Customs ordered the list corrected: the one thing that control does not freeze."""
        return self.state is State.DETAINED and self.detail is Detail.MODIFICATION_ORDERED

    @property
    def licence_due_by(self) -> datetime | None:
        """Until when a licence is to be handed in, while one is wanted."""
        if self.state is not State.DETAINED or self.detail is not Detail.LICENCE_ORDERED or self.licences_since_order:
            return None
        return self.dispositions[-1].due_by

    @property
    def licences_since_order(self) -> bool:
        """Whether a licence was handed in for the last order."""
        return len(self.licences) > self.licences_before_order

    def _detain(self, at: datetime, why: str) -> None:
        if self.release is None:
            self.list_filed = True
        self.enter("detain", at, why)
        self.detail = Detail.DETAINED

    def _let_go(self, at: datetime, why: str) -> None:
        """Goods detained after their release go on, by the deadlines that the release fixed."""
        if self.clocks is not None:
            self.enter("let_go", at, why)
            self.detail = self.detail_after_release

    def _drop_presence_alarms(self) -> None:
        if not self.unattended:
            self.drop_alarms("SECOND_NOTICE", "THIRD_NOTICE", "CUSTOMS_DECIDES")
