"""Customs' control over a list: instructions, presence, results, dispositions, holds and the exit (RULEBOOK B.5)."""

from datetime import datetime

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.inspections import InspectionOffice
    from clearway.contracts import names
    from clearway.contracts.case import Answer, GoodsExit, LicenceSupply, PresenceConfirmation
    from clearway.contracts.customs import ControlInstruction, CustomsHold, DispositionOrder, InspectionResult
    from models.case_refusals import refuse_exit, refuse_licence, refuse_presence
    from models.work import DispositionHeard, InspectionCall
    from workflows.conduct import DESK_RETRIES, DESK_TIMEOUT, refuse, wait
    from workflows.list_chapter import ListChapter

CALLS = "call-to-inspections"
"""Patch of 0.3, none for course 1: the enterprise and the site are called to an inspection, up to three times."""


class ControlChapter(ListChapter):
    """What customs orders, and what enterprises and sites do about it."""

    _untold: int
    """Decisions of customs that the enterprises are being told; the list does not end before they are."""

    @workflow.signal(name=names.CONTROL_INSTRUCTION)
    def control_instruction(self, instruction: ControlInstruction) -> None:
        """Customs holds the list for inspection."""
        if self.case.take_instruction(instruction) and self.case.stands(instruction):
            self._aside(self._call_to_inspection(instruction))
        self._show()

    @workflow.signal(name=names.INSPECTION_RESULT)
    def inspection_result(self, result: InspectionResult) -> None:
        """Customs has inspected."""
        self.case.take_result(result)
        self._show()

    @workflow.signal(name=names.DISPOSITION)
    def disposition(self, order: DispositionOrder) -> None:
        """Customs disposes of goods that an inspection found abnormal."""
        if self.case.take_disposition(order):
            self._untold += 1
            self._aside(self._tell_disposition(order))
            if self.case.licence_due_by is not None:
                self._aside(self._await_licence(self.case.licence_due_by))
        self._show()

    @workflow.signal(name=names.CUSTOMS_HOLD)
    def customs_hold(self, hold: CustomsHold) -> None:
        """Customs holds the list without inspecting it, or lets it go."""
        self.case.take_hold(hold)
        self._show()

    @workflow.update(name=names.CONFIRM_PRESENCE)
    async def confirm_presence(self, confirmation: PresenceConfirmation) -> Answer:
        """Say who will be there when customs inspects: the owner's person, or one entrusted by letter."""
        self.case.take_presence(confirmation, workflow.now())
        self._show()
        return self.case.answer()

    @confirm_presence.validator
    def _may_confirm_presence(self, confirmation: PresenceConfirmation) -> None:
        refuse(refuse_presence(self.case, confirmation, workflow.now()))

    @workflow.update(name=names.SUPPLY_LICENCE)
    async def supply_licence(self, licence: LicenceSupply) -> Answer:
        """Hand in the licence or approval that customs asked for."""
        self.case.take_licence(licence)
        self._show()
        return self.case.answer()

    @supply_licence.validator
    def _may_supply_licence(self, licence: LicenceSupply) -> None:
        refuse(refuse_licence(self.case, licence))

    @workflow.update(name=names.CONFIRM_EXIT)
    async def confirm_exit(self, left: GoodsExit) -> Answer:
        """Confirm that the goods have left the zone or site."""
        self.case.take_exit(left)
        self._show()
        return self.case.answer()

    @confirm_exit.validator
    def _may_exit(self, left: GoodsExit) -> None:
        refuse(refuse_exit(self.case, left, workflow.now()))

    async def _call_to_inspection(self, instruction: ControlInstruction) -> None:
        """Tell enterprise and site; again after 24 and 48 hours while nobody will be there. Time releases nothing."""
        if self.case.course < 1 and not workflow.patched(CALLS):
            return
        for number in (1, 2, 3):
            call = await workflow.execute_local_activity_method(
                InspectionOffice.call_to_inspection,
                InspectionCall(
                    key=self.case.key,
                    instruction=instruction,
                    number=number,
                    now=workflow.now(),
                    profile=self.case.profile,
                ),
                start_to_close_timeout=DESK_TIMEOUT,
                retry_policy=DESK_RETRIES,
                summary=f"Call enterprise and site to the inspection ({number} of 3)",
            )
            if number > 1 and not self._is_unattended(instruction):
                return
            self.case.note_notice(instruction.instruction_id, number)
            self._show()
            if not instruction.presence_required:
                return
            await wait(
                lambda: not self._is_unattended(instruction),
                until=call.next_at,
                why="somebody of the enterprise to attend the inspection",
            )
            if not self._is_unattended(instruction):
                return
        self.case.leave_to_customs()
        self._show()

    async def _tell_disposition(self, order: DispositionOrder) -> None:
        told = await workflow.execute_local_activity_method(
            InspectionOffice.tell_disposition,
            DispositionHeard(
                key=self.case.key,
                order=order,
                finding=self.case.finding,
                trade_mode=self.case.examination.trade_mode if self.case.examination else "",
                now=workflow.now(),
                profile=self.case.profile,
            ),
            start_to_close_timeout=DESK_TIMEOUT,
            retry_policy=DESK_RETRIES,
            summary=f"Tell enterprise and site what customs decided: {order.disposition}",
        )
        self._untold -= 1
        if told.warnings:
            self.case.raise_alarm("UNUSUAL_DISPOSITION")
            self._show()

    async def _await_licence(self, due_by: datetime) -> None:
        met = await wait(
            lambda: self.case.licence_due_by != due_by, until=due_by, why="the licence that customs asked for"
        )
        if not met:
            self.case.miss_licence()
            self._show()

    def _is_unattended(self, instruction: ControlInstruction) -> bool:
        return any(each.instruction_id == instruction.instruction_id for each in self.case.unattended)
