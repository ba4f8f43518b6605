"""Modification and cancellation of a list: asked for by enterprises, decided by customs once it is filed (B.4)."""

import asyncio
from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.changes import ChangeDesk
    from clearway.contracts import names
    from clearway.contracts.case import Answer, CancelRequest, ModifyRequest, Transmission
    from clearway.contracts.urgency import Urgency
    from models.case_file import APPROVED, MODIFICATION
    from models.case_refusals import refuse_cancel, refuse_modify
    from models.work import ChangeDecided, FileChange, ModificationAsked, SettledChange
    from workflows.conduct import (
        DESK_RETRIES,
        DESK_TIMEOUT,
        OUTSIDE_RETRIES,
        OUTSIDE_TIMEOUT,
        RESEND_PAUSE,
        customs_queue,
        ranked,
        refuse,
        wait,
    )
    from workflows.list_chapter import ListChapter


class ChangesChapter(ListChapter):
    """One change at a time; while customs decides, the list stands as it was."""

    @workflow.update(name=names.MODIFY)
    async def modify(self, request: ModifyRequest) -> Answer:
        """Modify the filed list: it is judged again, then filed with customs as a change (CEB621, appType 2)."""
        async with self._desk:
            if problems := refuse_modify(self.case, request, workflow.now()):
                return self.case.answer(problems)
            prepared = await workflow.execute_local_activity_method(
                ChangeDesk.prepare_modification,
                ModificationAsked(
                    key=self.case.key,
                    number=self.case.next_change,
                    arrival=Transmission(document=request.declaration_list, sender=request.sender),
                    profile=self.case.profile,
                    now=workflow.now(),
                ),
                start_to_close_timeout=DESK_TIMEOUT,
                retry_policy=DESK_RETRIES,
                summary="Check the modified list and compare it again",
            )
            if prepared.document is None:
                return self.case.answer(prepared.refused)
            if problems := refuse_modify(self.case, request, workflow.now()):  # customs was quicker
                await self._settled(self.case.next_change, approved=False)
                return self.case.answer(problems)
            self.case.begin_modification(request, prepared.changed, prepared.document, workflow.now())
        self._show()
        return self.case.answer()

    @modify.validator
    def _may_modify(self, request: ModifyRequest) -> None:
        refuse(refuse_modify(self.case, request, workflow.now()))

    @workflow.update(name=names.CANCEL)
    async def cancel(self, request: CancelRequest) -> Answer:
        """End a list that is not filed; of one that is filed, apply to customs for its cancellation (CEB623)."""
        if not self.case.list_filed:
            self.case.cancel(request, workflow.now())
        else:
            async with self._desk:  # a modification may be on it
                if problems := refuse_cancel(self.case, workflow.now()):
                    return self.case.answer(problems)
                self.case.begin_cancellation(request, workflow.now())
        self._show()
        return self.case.answer()

    @cancel.validator
    def _may_cancel(self, request: CancelRequest) -> None:
        refuse(refuse_cancel(self.case, workflow.now()))

    async def _see_changes_through(self) -> None:
        """Beside the story: file each change, and settle each modification that was decided."""
        while True:
            await workflow.wait_condition(
                lambda: self.case.change_to_settle is not None or (self.case.change_to_file and not self.case.over)
            )
            if self.case.change_to_settle is not None:
                await self._settle_change()
            else:
                await self._file_change()

    async def _file_change(self) -> None:
        change = self.case.open_change
        assert change is not None  # it is what waits to be filed
        if self.case.change_resent:
            until = workflow.now() + RESEND_PAUSE
            await wait(
                lambda: not self._waits_to_be_filed(change.number),
                until=until,
                why="customs could not take the change; a pause before sending again",
            )
            if not self._waits_to_be_filed(change.number):
                return
        self.case.begin_filing_change()
        modifies = change.kind == MODIFICATION
        filing = workflow.start_activity_method(
            ChangeDesk.file_modification if modifies else ChangeDesk.file_cancellation,
            FileChange(
                key=self.case.key,
                number=change.number,
                document=self.case.change_document,
                reason=change.reason,
                pre_no=self.case.pre_no,
                invt_no=self.case.invt_no,
                now=workflow.now(),
                profile=self.case.profile,
            ),
            task_queue=customs_queue(),
            start_to_close_timeout=OUTSIDE_TIMEOUT,
            retry_policy=OUTSIDE_RETRIES,
            priority=ranked(Urgency.PRESSING),
            summary="File the modified list with customs" if modifies else "Apply to customs for the cancellation",
        )
        await workflow.wait_condition(lambda: filing.done() or not self._is_open(change.number))
        if not filing.done():  # customs decided about the list itself meanwhile
            filing.add_done_callback(_hear_out)
            filing.cancel()
            return
        filed = filing.result()
        self.case.note_filed_change(change.number, filed.cop_no)
        if filed.refused and self._is_open(change.number):
            self.case.refuse_change(filed.refused, workflow.now())
        self._show()

    def _is_open(self, number: int) -> bool:
        change = self.case.open_change
        return change is not None and change.number == number and not self.case.over

    def _waits_to_be_filed(self, number: int) -> bool:
        return self.case.change_to_file and self._is_open(number)

    async def _settle_change(self) -> None:
        decided = self.case.change_to_settle
        assert decided is not None  # it is what waits to be settled
        async with self._desk:
            settled = await self._settled(decided.number, approved=decided.outcome == APPROVED)
            self.case.settle_change(settled.judgement, settled.documents)
        self._show()

    async def _settled(self, number: int, *, approved: bool) -> SettledChange:
        return await workflow.execute_local_activity_method(
            ChangeDesk.settle_modification,
            ChangeDecided(
                key=self.case.key, number=number, approved=approved, now=workflow.now(), profile=self.case.profile
            ),
            start_to_close_timeout=DESK_TIMEOUT,
            retry_policy=DESK_RETRIES,
            summary=f"Settle the modification: {'approved' if approved else 'what was before stands'}",
        )


def _hear_out(filing: asyncio.Future[Any]) -> None:
    """What was called off ends with an error that is nobody's business: it must not show as one nobody looked at."""
    if not filing.cancelled():
        filing.exception()
