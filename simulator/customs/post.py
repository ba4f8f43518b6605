"""Customs' post to the gateway: receipts and bills as XML, inspections as JSON; some of it goes wrong."""

import asyncio
import contextlib
import hashlib
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from clearway.contracts.base import Contract
from clearway.contracts.customs import ControlInstruction, DispositionOrder, InspectionResult
from clearway.contracts.documents import TaxBill, TaxBillStatus
from clearway.messages.records.format_check import FormatCheck
from simulator.clock import Clock
from simulator.courier import JSON, XML, Courier, Manner
from simulator.customs.filing import Filing
from simulator.customs.receipts import Notice, guid_for, write_record
from simulator.customs.seal import Seal
from simulator.mishaps import SAYING, Fate, Mishap
from simulator.settings import Settings

_RECEIPTS = "/customs/receipts"
_INSTRUCTIONS = "/customs/control-instructions"
_RESULTS = "/customs/inspection-results"
_DISPOSITIONS = "/customs/dispositions"

_MANNERS = {Mishap.MALFORMED: Manner.HALF, Mishap.CUT: Manner.CUT, Mishap.SLOW: Manner.SLOW}


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


@dataclass(frozen=True)
class Parcel:
    """One thing on its way."""

    path: str
    content: bytes
    kind: str
    traceparent: str | None
    word: str
    """What it says, in one word: the same for the same thing said again."""
    about: str
    """Number of the list, document or application that it is about."""


class Post:
    """Sends each thing as often as the scenario says, until the gateway takes it."""

    def __init__(self, courier: Courier, seal: Seal, settings: Settings, clock: Clock) -> None:
        self._courier = courier
        self._seal = seal
        self._clock = clock
        self._fate = Fate(settings.seed, settings.mishaps)
        self._late = timedelta(milliseconds=settings.late_ms).total_seconds()
        self._dxp_id = settings.dxp_id
        self._lost: list[Parcel] = []
        self._held: dict[str, asyncio.Event] = {}
        """What is to be overtaken, by what it is about."""
        self._said: set[int] = set()
        """Numbers made from the words, for they may be very many."""
        self.mishaps: Counter[Mishap] = Counter()

    @property
    def said(self) -> int:
        """Different things that customs wanted to say: the same word about the same thing counts once."""
        return len(self._said)

    @property
    def lost(self) -> int:
        """Things that never arrived, and wait to be asked for again."""
        return len(self._lost)

    async def send_message(
        self, notice: Notice | FormatCheck, traceparent: str | None, copies: int = 1, mishap: Mishap | None = None
    ) -> None:
        """One record as a CEB message; `mishap` happens to it, or what its seed says."""
        guid = guid_for("message", notice.guid)
        happens = mishap or self._fate.of(SAYING, *_subject(notice))
        if not isinstance(notice, FormatCheck):
            wrong = self._clock.error_of(notice.guid)
            notice = notice.model_copy(update={"return_time": notice.return_time + wrong})
        await self._send(self._parcel(notice, guid, traceparent), copies, happens)
        if happens is Mishap.CONTRADICTED and not isinstance(notice, TaxBill | TaxBillStatus | FormatCheck):
            other = notice.model_copy(
                update={
                    "guid": guid_for(notice.guid, "contradiction"),
                    "return_status": "2",
                    "return_time": notice.return_time + timedelta(seconds=1),
                }
            )
            await self._send(self._parcel(other, guid_for("message", other.guid), traceparent), copies, None)

    def _parcel(self, notice: Notice | FormatCheck, guid: str, traceparent: str | None) -> Parcel:
        at = notice.return_time
        moment = at if isinstance(at, datetime) else datetime.strptime(f"{at[:14]}+0800", "%Y%m%d%H%M%S%z")
        sealed = self._seal.close(write_record(notice), guid=guid, at=moment, to=self._dxp_id)
        return Parcel(_RECEIPTS, sealed, XML, traceparent, guid, _subject(notice)[1])

    async def send_instruction(self, filing: Filing, instruction: ControlInstruction) -> None:
        """Order an inspection."""
        await self._send_notice(filing, _INSTRUCTIONS, InstructionNotice(**_case(filing), instruction=instruction))

    async def send_result(self, filing: Filing, result: InspectionResult) -> None:
        """Report what an inspection found."""
        await self._send_notice(filing, _RESULTS, ResultNotice(**_case(filing), result=result))

    async def send_disposition(self, filing: Filing, order: DispositionOrder) -> None:
        """Tell what becomes of the goods."""
        await self._send_notice(filing, _DISPOSITIONS, DispositionNotice(**_case(filing), order=order))

    async def send_again(self) -> int:
        """Send whatever was lost, as customs does when asked; how much that was."""
        found, self._lost = self._lost, []
        for parcel in found:
            await self._deliver(parcel, Manner.WHOLE)
        return len(found)

    async def _send_notice(self, filing: Filing, path: str, notice: Contract) -> None:
        content = notice.model_dump_json().encode()
        happens = filing.scenario.mishap or self._fate.of(SAYING, path, filing.guid)
        about = filing.declaration.cop_no or filing.declaration.order_no
        parcel = Parcel(path, content, JSON, filing.traceparent, guid_for(path, content.decode()), about)
        await self._send(parcel, filing.scenario.copies, happens)

    async def _send(self, parcel: Parcel, copies: int, mishap: Mishap | None) -> None:
        self._said.add(int.from_bytes(hashlib.sha256(parcel.word.encode()).digest()[:8]))
        if mishap:
            self.mishaps[mishap] += 1
        if mishap is Mishap.LOST:
            self._lost.append(parcel)
        elif mishap is Mishap.LATE:
            self._courier.run(self._deliver_late(parcel))
        elif mishap is Mishap.OVERTAKEN and parcel.about not in self._held:
            self._held[parcel.about] = asyncio.Event()
            self._courier.run(self._let_pass(parcel, self._held[parcel.about]))
        else:
            for _ in range(2 * copies if mishap is Mishap.TWICE else copies):
                await self._deliver(parcel, _MANNERS.get(mishap, Manner.WHOLE) if mishap else Manner.WHOLE)
            if held := self._held.pop(parcel.about, None):
                held.set()

    async def _deliver_late(self, parcel: Parcel) -> None:
        await asyncio.sleep(self._late)
        await self._deliver(parcel, Manner.WHOLE)

    async def _let_pass(self, parcel: Parcel, next_one: asyncio.Event) -> None:
        """Arrives after whatever is said next of the same thing, or late where nothing is."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(next_one.wait(), self._late)
        if self._held.get(parcel.about) is next_one:
            del self._held[parcel.about]
        await self._deliver(parcel, Manner.WHOLE)

    async def _deliver(self, parcel: Parcel, manner: Manner) -> None:
        headers = self._seal.headers(parcel.content) if parcel.kind == JSON else {}
        await self._courier.deliver(
            parcel.path, parcel.content, parcel.kind, parcel.traceparent, manner=manner, headers=headers
        )


def _subject(notice: Notice | FormatCheck) -> tuple[str, str, str]:
    """What a notice is about, without its time: a seed chooses the same mishaps today and tomorrow."""
    numbers = ("cop_no", "order_no", "pay_transaction_id", "logistics_no", "tax_no", "ori_cop_msg_id", "return_info")
    number = next(value for name in numbers if (value := getattr(notice, name, None)))
    status = getattr(notice, "return_status", None) or getattr(notice, "status", "")
    return type(notice).__name__, str(number), str(status)


def _case(filing: Filing) -> dict[str, str]:
    return {"ebc_code": filing.declaration.ebc_code, "order_no": filing.declaration.order_no}
