"""Plays a scenario: sends what customs has to say, one thing after the other, with real pauses in between."""

import asyncio
import logging
from datetime import timedelta

from clearway.contracts.base import Contract
from clearway.contracts.customs import ControlInstruction, InspectionOutcome, InspectionResult
from simulator.courier import JSON, XML, Courier
from simulator.customs.books import Books, Filing, Standing, Told, Voucher
from simulator.customs.findings import Finding
from simulator.customs.judgement import is_return
from simulator.customs.receipts import answer_document, answer_list, assess, guid_for, write_receipt
from simulator.scenarios import Bill, Inspection, Receipt, Step, scenario_of
from simulator.settings import Settings

log = logging.getLogger(__name__)

RECEIPTS = "/customs/receipts"
INSTRUCTIONS = "/customs/control-instructions"
RESULTS = "/customs/inspection-results"


class InstructionNotice(Contract):
    """Body of a control instruction on its way to the gateway."""

    ebc_code: str
    order_no: str
    instruction: ControlInstruction


class ResultNotice(Contract):
    """Body of an inspection result on its way to the gateway."""

    ebc_code: str
    order_no: str
    result: InspectionResult


class Officer:
    """Customs' voice."""

    def __init__(self, books: Books, courier: Courier, settings: Settings) -> None:
        self._books = books
        self._courier = courier
        self._settings = settings

    async def answer_document(self, document: Voucher, steps: tuple[Receipt, ...], traceparent: str | None) -> None:
        """Send the receipts of one of the three documents."""
        copies = scenario_of(document.order_no).copies
        for step in steps:
            record = answer_document(
                document, step.status, document.app_time + timedelta(seconds=step.after), step.info
            )
            await self._send(RECEIPTS, write_receipt(record), XML, traceparent, copies)

    async def answer_list(self, filing: Filing, steps: tuple[Step, ...], traceparent: str | None) -> None:
        """Send everything a list calls forth; an inspection's result decides what follows it."""
        for step in steps:
            match step:
                case Receipt():
                    await self._tell(filing, step, traceparent)
                case Bill():
                    await self._bill(filing, step, traceparent)
                case Inspection():
                    outcome = await self._inspect(filing, step, traceparent)
                    await self.answer_list(filing, step.then(outcome), traceparent)

    async def _tell(self, filing: Filing, step: Receipt, traceparent: str | None) -> None:
        at = filing.time(step.after)
        record = answer_list(filing, step.status, at, step.info)
        content = write_receipt(record)
        await self._courier.pause()
        # Before it is sent: whoever reads this receipt may act on it before we hear that it arrived.
        filing.told.append(Told(step.status, at, record.return_info))
        if step.status == "4":
            filing.standing = Standing.NOT_SENT
        elif is_return(step.status):
            filing.standing = Standing.RETURNED
        await self._deliver(RECEIPTS, content, XML, traceparent, filing.scenario.copies)

    async def _bill(self, filing: Filing, step: Bill, traceparent: str | None) -> None:
        order = self._books.order(filing.declaration)
        if order is None:
            log.error("no order to bill", extra={"order_no": filing.declaration.order_no})
            return
        filing.bill = assess(filing, order, step.surplus, filing.time(step.after))
        await self._send(RECEIPTS, write_receipt(filing.bill), XML, traceparent, filing.scenario.copies)

    async def _inspect(self, filing: Filing, step: Inspection, traceparent: str | None) -> InspectionOutcome:
        declared = filing.declaration
        case = {"ebc_code": declared.ebc_code, "order_no": declared.order_no}
        instruction = ControlInstruction(
            instruction_id=f"CI-{guid_for(declared.guid, 'inspection')}",
            issued_at=filing.time(step.after),
            issuer=declared.customs_code,
            due_by=filing.time(step.due),
        )
        # Before the instruction leaves: whoever reads it may give the result at once.
        by_hand: asyncio.Future[Finding] = asyncio.get_running_loop().create_future()
        filing.awaiting = by_hand
        order = InstructionNotice(**case, instruction=instruction)
        await self._send(INSTRUCTIONS, order.model_dump_json().encode(), JSON, traceparent, filing.scenario.copies)

        finding = await self._await_finding(by_hand, step)
        filing.awaiting = None
        recorded_at = finding.recorded_at or filing.time(step.recorded)
        filing.delayed += max(recorded_at - filing.time(step.recorded), timedelta(0))
        result = InspectionResult(
            instruction_id=instruction.instruction_id,
            outcome=finding.outcome,
            finding=finding.finding,
            recorded_at=recorded_at,
            officer=declared.customs_code,
        )
        report = ResultNotice(**case, result=result)
        await self._send(RESULTS, report.model_dump_json().encode(), JSON, traceparent, filing.scenario.copies)
        return finding.outcome

    async def _await_finding(self, by_hand: asyncio.Future[Finding], step: Inspection) -> Finding:
        limit = None if self._settings.inspect_by_hand else self._settings.pause_ms / 1000
        try:
            return await asyncio.wait_for(by_hand, limit)
        except TimeoutError:
            normal = step.outcome is InspectionOutcome.NORMAL
            return Finding(outcome=step.outcome, finding="goods as declared" if normal else "goods not as declared")

    async def _send(self, path: str, content: bytes, kind: str, traceparent: str | None, copies: int) -> None:
        await self._courier.pause()
        await self._deliver(path, content, kind, traceparent, copies)

    async def _deliver(self, path: str, content: bytes, kind: str, traceparent: str | None, copies: int) -> None:
        for _ in range(copies):
            await self._courier.deliver(path, content, kind, traceparent)
