"""Tells the story of a list: one thing after the other, with real pauses in between, until customs has to wait."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from clearway.contracts.customs import (
    ControlInstruction,
    Disposition,
    DispositionOrder,
    InspectionOutcome,
    InspectionResult,
)
from simulator.courier import Courier
from simulator.customs.bills import assess, void
from simulator.customs.books import Books, Voucher
from simulator.customs.filing import (
    Change,
    Control,
    Deed,
    Filing,
    Reply,
    Result,
    Standing,
    Told,
    Withdrawal,
)
from simulator.customs.inspection_report import Report
from simulator.customs.judgement import is_return
from simulator.customs.post import Post
from simulator.customs.receipts import answer_application, answer_change, answer_document, answer_list, guid_for
from simulator.scenarios import scenario_of
from simulator.settings import Settings
from simulator.steps import Await, Bill, Disposal, Inspection, Receipt, Void

log = logging.getLogger(__name__)

_HOLDS = {"500", "501", "502", "503", "599"}
_LETS_GO = {"399", "800"}
_GONE = {"700", "899"}
_GOODS_GONE = {Disposition.RETURN_ABROAD, Disposition.DESTROY, Disposition.CONFISCATE}


class Officer:
    """Customs' voice."""

    def __init__(self, books: Books, courier: Courier, post: Post, settings: Settings) -> None:
        self._books = books
        self._courier = courier
        self._post = post
        self._by_hand = settings.inspect_by_hand

    def go_on(self, filing: Filing) -> None:
        """Tell the story from where it stands, in the background; nothing happens where it is being told."""
        if not filing.telling:
            filing.telling = True
            self._courier.run(self._tell_story(filing))

    async def answer_document(self, document: Voucher, steps: Sequence[Receipt], traceparent: str | None) -> None:
        """Send the receipts of one of the three documents."""
        scenario = scenario_of(document.order_no)
        for step in steps:
            at = document.app_time + timedelta(seconds=step.after)
            record = answer_document(document, step.status, at, step.info)
            await self._courier.pause()
            await self._post.send_message(record, traceparent, scenario.copies, scenario.mishap)

    async def answer(self, replies: Sequence[Reply]) -> None:
        """Send answers about a list that customs does not know."""
        for reply in replies:
            await self._courier.pause()
            await self._reply(None, reply)

    async def _tell_story(self, filing: Filing) -> None:
        try:
            while True:
                await self._courier.pause()
                # Nothing may come between this and the deed's own notes: a request judged meanwhile must see either
                # the deed not done, and be able to stop it, or its effect.
                if not filing.story or self._has_to_wait(filing):
                    return
                deed, *rest = filing.story
                filing.story = tuple(rest)
                await self._do(filing, deed)
        finally:
            filing.telling = False

    def _has_to_wait(self, filing: Filing) -> bool:
        match filing.story[0]:
            case Await():
                return True
            case Result(inspection=inspection):
                return filing.report is None and (self._by_hand or inspection.by_hand)
        return False

    async def _do(self, filing: Filing, deed: Deed) -> None:
        match deed:
            case Receipt():
                await self._tell(filing, deed)
            case Bill():
                await self._bill(filing, deed)
            case Void(after=after):
                await self._void(filing, filing.reach(after))
            case Withdrawal(at=at):
                await self._void(filing, at)
            case Inspection():
                await self._inspect(filing, deed)
            case Result():
                await self._record(filing, deed)
            case Disposal():
                await self._dispose(filing, deed)
            case Reply():
                await self._reply(filing, deed)

    async def _tell(self, filing: Filing, step: Receipt) -> None:
        at = filing.reach(step.after)
        record = answer_list(filing, step.status, at, step.info)
        # Before it is sent: whoever reads this receipt may act on it before we hear that it arrived.
        filing.told.append(Told(step.status, at, record.return_info))
        if step.status == "4":
            filing.standing = Standing.NOT_SENT
        elif is_return(step.status):
            filing.standing = Standing.RETURNED
        if step.status in _HOLDS | _LETS_GO:
            filing.control = Control.HELD if step.status in _HOLDS else Control.FREE
        filing.gone = filing.gone or step.status in _GONE
        await self._post.send_message(record, filing.traceparent, filing.scenario.copies, filing.scenario.mishap)

    async def _reply(self, filing: Filing | None, reply: Reply) -> None:
        told = (reply.status, reply.at, reply.info)
        reply.to.told.append(Told(*told))
        if isinstance(reply.to, Change):
            assert filing is not None  # customs has the list, or it would have refused the change as a list
            change = answer_change(filing, reply.to.declaration, *told)
            await self._post.send_message(change, reply.traceparent, filing.scenario.copies)
        else:
            application = answer_application(reply.to, *told)
            copies = filing.scenario.copies if filing else 1
            await self._post.send_message(application, reply.traceparent, copies)

    async def _bill(self, filing: Filing, step: Bill) -> None:
        order = self._books.order(filing.declaration)
        if order is None:
            log.error("no order to bill", extra={"order_no": filing.declaration.order_no})
            return
        bill = assess(filing, order, step.surplus, filing.reach(step.after))
        filing.bills.append(bill)
        await self._post.send_message(bill, filing.traceparent, filing.scenario.copies, filing.scenario.mishap)

    async def _void(self, filing: Filing, at: datetime) -> None:
        for bill in filing.bills:
            if bill.tax_no not in filing.voided:
                filing.voided.add(bill.tax_no)
                notice = void(bill, at)
                await self._post.send_message(
                    notice, filing.traceparent, filing.scenario.copies, filing.scenario.mishap
                )

    async def _inspect(self, filing: Filing, step: Inspection) -> None:
        instruction = ControlInstruction(
            instruction_id=f"CI-{guid_for(filing.guid, 'inspection')}",
            presence_required=True,
            issued_at=filing.reach(step.after),
            issuer=filing.declaration.customs_code,
            due_by=filing.time(step.due),
        )
        # Before the instruction leaves: whoever reads it may give the result at once.
        filing.control = Control.HELD
        filing.awaited = Result(step, instruction)
        filing.story = (filing.awaited, *filing.story)
        await self._post.send_instruction(filing, instruction)

    async def _record(self, filing: Filing, deed: Result) -> None:
        step = deed.inspection
        report = filing.report or _expected(step)
        filing.awaited = filing.report = None
        at = report.recorded_at or filing.time(step.recorded)
        filing.delay_until(at, step.recorded)
        filing.reach(step.recorded)
        abnormal = report.outcome is InspectionOutcome.ABNORMAL
        filing.control = Control.HELD if abnormal else Control.FREE
        filing.story = (*step.then(report.outcome), *filing.story)
        result = InspectionResult(
            instruction_id=deed.instruction.instruction_id,
            outcome=report.outcome,
            kind=(report.kind or step.kind) if abnormal else None,
            finding=report.finding,
            recorded_at=at,
            officer=filing.declaration.customs_code,
        )
        await self._post.send_result(filing, result)

    async def _dispose(self, filing: Filing, step: Disposal) -> None:
        order = DispositionOrder(
            decision_id=f"DD-{guid_for(filing.guid, 'disposition')}",
            instruction_id=f"CI-{guid_for(filing.guid, 'inspection')}",
            disposition=step.disposition,
            at=filing.reach(step.after),
            officer=filing.declaration.customs_code,
            due_by=None if step.due is None else filing.time(step.due),
        )
        filing.dispositions.append(order)
        filing.gone = filing.gone or step.disposition in _GOODS_GONE
        if step.disposition is Disposition.MODIFY:
            filing.control = Control.CORRECTION_ORDERED
        elif step.disposition is Disposition.BACK_TO_STOCK:
            filing.standing = Standing.CANCELLED
        await self._post.send_disposition(filing, order)


def _expected(step: Inspection) -> Report:
    """What the scenario finds."""
    normal = step.outcome is InspectionOutcome.NORMAL
    return Report(outcome=step.outcome, finding="goods as declared" if normal else "goods not as declared")
