"""Customs' post to the gateway: receipts and bills as XML, and what concerns an inspection as JSON."""

from clearway.contracts.base import Contract
from clearway.contracts.customs import ControlInstruction, DispositionOrder, InspectionResult
from simulator.courier import JSON, XML, Courier
from simulator.customs.filing import Filing
from simulator.customs.receipts import Notice, write_record

_RECEIPTS = "/customs/receipts"
_INSTRUCTIONS = "/customs/control-instructions"
_RESULTS = "/customs/inspection-results"
_DISPOSITIONS = "/customs/dispositions"


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


class DispositionNotice(Contract):
    """Body of a disposition on its way to the gateway."""

    ebc_code: str
    order_no: str
    order: DispositionOrder


class Post:
    """Sends each thing as often as the scenario says, until the gateway takes it."""

    def __init__(self, courier: Courier) -> None:
        self._courier = courier

    async def send_message(self, notice: Notice, traceparent: str | None, copies: int = 1) -> None:
        """One record as a CEB message."""
        await self._send(_RECEIPTS, write_record(notice), XML, traceparent, copies)

    async def send_instruction(self, filing: Filing, instruction: ControlInstruction) -> None:
        """Order an inspection."""
        await self._send_notice(filing, _INSTRUCTIONS, InstructionNotice(**_case(filing), instruction=instruction))

    async def send_result(self, filing: Filing, result: InspectionResult) -> None:
        """Report what an inspection found."""
        await self._send_notice(filing, _RESULTS, ResultNotice(**_case(filing), result=result))

    async def send_disposition(self, filing: Filing, order: DispositionOrder) -> None:
        """Tell what becomes of the goods."""
        await self._send_notice(filing, _DISPOSITIONS, DispositionNotice(**_case(filing), order=order))

    async def _send_notice(self, filing: Filing, path: str, notice: Contract) -> None:
        await self._send(path, notice.model_dump_json().encode(), JSON, filing.traceparent, filing.scenario.copies)

    async def _send(self, path: str, content: bytes, kind: str, traceparent: str | None, copies: int) -> None:
        for _ in range(copies):
            await self._courier.deliver(path, content, kind, traceparent)


def _case(filing: Filing) -> dict[str, str]:
    return {"ebc_code": filing.declaration.ebc_code, "order_no": filing.declaration.order_no}
