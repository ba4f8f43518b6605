"""A recording stand-in for the cases, a clock that tests move, and a gateway that can die and start again."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI
from opentelemetry.trace import TracerProvider
from sqlmodel import col, select

from clearway.contracts.articles import CustomsArticlesDecision
from clearway.contracts.base import SHANGHAI
from clearway.contracts.case import Answer, CaseKey, CaseView, Transmission
from clearway.contracts.collection import CollectNow, DueAlarm, TaxNews
from clearway.contracts.customs import ControlInstruction, CustomsHold, CustomsNews, DispositionOrder, InspectionResult
from clearway.contracts.documents import (
    CancelReceipt,
    DeclarationList,
    Document,
    DocumentKind,
    ListReceipt,
    OrderReceipt,
    PaymentReceipt,
    ReturnReceipt,
    TaxBill,
    TaxBillStatus,
    WaybillReceipt,
)
from clearway.contracts.facts import GuaranteeGranted
from clearway.contracts.parties import Sender
from clearway.contracts.reports import ReportAnswer, ReportDecision, ReportState, SuspicionReport
from clearway.contracts.states import Detail, State
from clearway.messages import write
from gateway.app import create_app
from gateway.dispatcher import Dispatcher
from gateway.settings import GatewaySettings
from models.addresses import (
    case_address,
    list_address,
    order_address,
    order_no_address,
    payment_address,
    remember,
    waybill_address,
)
from models.database import Database
from models.inbox import store
from models.tables import Address, FilingRecord, InboxItem, RawMessage

SAMPLES = Path(__file__).parent.parent / "samples"
EBC, EBP, PAY, LOG = "3301960A01", "3301960P01", "3301960Y01", "3301960L01"
ORDER_NO, PAY_ID, WAYBILL_NO = "CW20260310-0001", "PAY20260310000001", "SF1234567890123"
COP_NO, PRE_NO, INVT_NO = "CW202603100001", "B20260310000000001", "29912026I000000001"
CANCEL_NO, RETURN_NO = "CW202603100001C1", "CW202603100001R1"
CASE = f"declaration-list/{EBC}/{ORDER_NO}"
RETURN = f"goods-return/{EBC}/{ORDER_NO}/1"
GUID = "8B1D4C01-5E9F-4A6C-9DA8-3F9E1A5C7B01"
START = datetime(2026, 3, 10, 10, tzinfo=SHANGHAI)

Receipt = (
    OrderReceipt
    | PaymentReceipt
    | WaybillReceipt
    | ListReceipt
    | CancelReceipt
    | ReturnReceipt
    | TaxBill
    | TaxBillStatus
)


class Clock:
    """An instant that only tests move."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def pass_seconds(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class RecordingCases:
    """Remembers every call in order; fails or answers as told."""

    calls: list[tuple[str, str, Any]] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)
    answer: Answer | None = None
    report_answer: ReportAnswer | None = None
    views: dict[str, CaseView] = field(default_factory=dict)
    before_call: Callable[[], Awaitable[None]] | None = None
    silent: set[str] = field(default_factory=set)
    """Calls that get no answer, as updates do not while no worker runs."""
    back: asyncio.Event = field(default_factory=asyncio.Event)
    """Set where a test lets the silent ones answer after all."""

    async def transmit(
        self, document: Document, *, sender: Sender, key: CaseKey | None = None, profile: str = "SEED"
    ) -> Answer:
        return await self._take("transmit", key.workflow_id if key else "", (document, sender, profile))

    async def declare(
        self,
        declaration_list: DeclarationList,
        *,
        sender: Sender,
        documents: tuple[Transmission, ...] = (),
        attempt: int = 1,
        profile: str = "SEED",
    ) -> Answer:
        key = CaseKey(ebc_code=declaration_list.ebc_code, order_no=declaration_list.order_no, attempt=attempt)
        return await self._take("declare", key.workflow_id, (declaration_list, sender, documents, profile))

    async def view(self, key: CaseKey) -> CaseView:
        await self._take("view", key.workflow_id, None)
        return self.views[key.workflow_id]

    async def deliver(self, workflow_id: str, news: CustomsNews) -> None:
        await self._take("deliver", workflow_id, news)

    async def instruct(self, workflow_id: str, instruction: ControlInstruction) -> None:
        await self._take("instruct", workflow_id, instruction)

    async def record_inspection(self, workflow_id: str, result: InspectionResult) -> None:
        await self._take("record_inspection", workflow_id, result)

    async def dispose(self, workflow_id: str, order: DispositionOrder) -> None:
        await self._take("dispose", workflow_id, order)

    async def hold(self, workflow_id: str, hold: CustomsHold) -> None:
        await self._take("hold", workflow_id, hold)

    async def tell_tax(self, workflow_id: str, news: TaxNews) -> None:
        await self._take("tell_tax", workflow_id, news)

    async def tell_due_alarm(self, workflow_id: str, alarm: DueAlarm) -> None:
        await self._take("tell_due_alarm", workflow_id, alarm)

    async def collect(self, workflow_id: str, now: CollectNow) -> None:
        await self._take("collect", workflow_id, now)

    async def grant_guarantee(self, workflow_id: str, granted: GuaranteeGranted) -> None:
        await self._take("grant_guarantee", workflow_id, granted)

    async def decide_articles(self, workflow_id: str, decision: CustomsArticlesDecision) -> None:
        await self._take("decide_articles", workflow_id, decision)

    async def report_suspicion(self, report: SuspicionReport, *, sender: Sender) -> ReportAnswer:
        workflow_id = report.key.workflow_id
        await self._take("report_suspicion", workflow_id, (report, sender))
        return self.report_answer or ReportAnswer(accepted=True, workflow_id=workflow_id, state=ReportState.SUBMITTED)

    async def decide_report(self, workflow_id: str, decision: ReportDecision) -> None:
        await self._take("decide_report", workflow_id, decision)

    async def _take(self, what: str, workflow_id: str, content: object) -> Answer:
        if self.before_call:
            await self.before_call()
        if what in self.silent:
            await self.back.wait()
        if self.failures:
            raise self.failures.pop(0)
        self.calls.append((what, workflow_id, content))
        return self.answer or Answer(
            accepted=True, workflow_id=workflow_id, state=State.SUBMITTED, detail=Detail.DOCS_PENDING
        )

    @property
    def told(self) -> list[tuple[str, list[str]]]:
        """Case and statuses of every delivery of customs' news, in order."""
        return [
            (workflow_id, [receipt.status for receipt in news.receipts] + [f"bill {b.status}" for b in news.bills])
            for what, workflow_id, news in self.calls
            if what == "deliver"
        ]


class House:
    """A gateway over a database; `restart` is what happens after a crash."""

    def __init__(
        self, database: Database, settings: GatewaySettings | None = None, provider: TracerProvider | None = None
    ) -> None:
        self.database = database
        self.settings = settings or GatewaySettings()
        self.provider = provider
        self.cases = RecordingCases()
        self.clock = Clock()
        self.restart()

    def restart(self) -> None:
        """A new process on the same database: nothing is left of the old one but what it committed."""
        self.take_over(create_app(self.database, self.cases, self.settings, self.clock, tracer_provider=self.provider))

    def take_over(self, app: FastAPI) -> None:
        """This app is the gateway from now on."""
        self.app = app
        self.dispatcher: Dispatcher = app.state.dispatcher
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway")

    async def step(self, times: int = 1) -> None:
        for _ in range(times):
            await self.dispatcher.step()

    async def tell(self, *records: Receipt) -> int:
        """Customs sends records of one type in one message; the number under which it is kept."""
        answer = await self.http.post("/customs/receipts", content=write(records, guid=GUID))
        assert answer.status_code == 202
        return int(answer.json()["raw_id"])

    async def submit(self, body: bytes | list[Any], **headers: str) -> httpx.Response:
        """An enterprise hands in a document, as the e-commerce enterprise unless told otherwise."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        named = {"X-Clearway-Sender": EBC} | {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.http.post("/documents", content=content, headers=named)

    def store(self, body: bytes, door: str = "customs", sender: str = "") -> int:
        """A message that a process kept just before it died."""
        with self.database.transaction() as session:
            return store(session, door=door, body=body, received_at=self.clock(), sender=sender)

    def know(self, workflow_id: str = CASE, addresses: Iterable[str] | None = None) -> None:
        """The case exists and is known under these keys; by default all that the sample documents bring."""
        known = tuple(addresses) if addresses is not None else SAMPLE_ADDRESSES
        with self.database.transaction() as session:
            remember(session, workflow_id, known)

    def file(self, *kinds: DocumentKind, workflow_id: str = CASE, traceparent: str | None = None) -> None:
        """The documents were handed to customs."""
        with self.database.transaction() as session:
            for kind in kinds:
                session.add(
                    FilingRecord(
                        workflow_id=workflow_id,
                        kind=kind,
                        version=1,
                        message_guid=GUID,
                        filed_at=START,
                        traceparent=traceparent,
                    )
                )

    def items(self) -> list[InboxItem]:
        with self.database.transaction() as session:
            return list(session.exec(select(InboxItem).order_by(col(InboxItem.id))))

    def states(self) -> list[str]:
        return [item.state for item in self.items()]

    def raws(self) -> list[RawMessage]:
        with self.database.transaction() as session:
            return list(session.exec(select(RawMessage).order_by(col(RawMessage.id))))

    def filings(self) -> dict[str, str | None]:
        with self.database.transaction() as session:
            return {filing.kind: filing.answered for filing in session.exec(select(FilingRecord))}

    def addresses(self) -> set[str]:
        with self.database.transaction() as session:
            return {address.key for address in session.exec(select(Address))}


SAMPLE_ADDRESSES = (
    order_address(EBP, EBC, ORDER_NO),
    payment_address(PAY, PAY_ID),
    waybill_address(LOG, WAYBILL_NO),
    case_address(EBC, ORDER_NO),
    order_no_address(ORDER_NO, EBP),
    order_no_address(ORDER_NO),
    list_address("cop", COP_NO),
)


def sample(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()


def sample_json(name: str, **changes: Any) -> dict[str, Any]:
    """A sample document with some fields changed."""
    body: dict[str, Any] = json.loads(sample(f"{name}.json"))
    return body | changes


def order_receipt(status: str, minute: int = 1, info: str = "收到") -> OrderReceipt:
    return OrderReceipt(
        guid=GUID,
        ebp_code=EBP,
        ebc_code=EBC,
        order_no=ORDER_NO,
        return_status=status,
        return_time=START + timedelta(minutes=minute),
        return_info=info,
    )


def payment_receipt(status: str, minute: int = 1) -> PaymentReceipt:
    return PaymentReceipt(
        guid=GUID,
        pay_code=PAY,
        pay_transaction_id=PAY_ID,
        return_status=status,
        return_time=START + timedelta(minutes=minute),
        return_info="收到",
    )


def waybill_receipt(status: str, minute: int = 1) -> WaybillReceipt:
    return WaybillReceipt(
        guid=GUID,
        logistics_code=LOG,
        logistics_no=WAYBILL_NO,
        return_status=status,
        return_time=START + timedelta(minutes=minute),
        return_info="收到",
    )


def list_receipt(status: str, minute: int = 1, **changes: Any) -> ListReceipt:
    values = {
        "guid": GUID,
        "ebc_code": EBC,
        "cop_no": COP_NO,
        "return_status": status,
        "return_time": START + timedelta(minutes=minute),
        "return_info": "收到",
    }
    return ListReceipt.model_validate(values | changes)


def cancel_receipt(status: str, minute: int = 1, **changes: Any) -> CancelReceipt:
    return CancelReceipt.model_validate(_about_an_application(status, minute, CANCEL_NO) | changes)


def return_receipt(status: str, minute: int = 1, **changes: Any) -> ReturnReceipt:
    return ReturnReceipt.model_validate(_about_an_application(status, minute, RETURN_NO) | changes)


def _about_an_application(status: str, minute: int, cop_no: str) -> dict[str, Any]:
    return {
        "guid": GUID,
        "ebc_code": EBC,
        "cop_no": cop_no,
        "return_status": status,
        "return_time": START + timedelta(minutes=minute),
        "return_info": "收到",
    }


def bill_status(status: str, minute: int = 1) -> TaxBillStatus:
    return TaxBillStatus(
        guid=GUID,
        return_time=START + timedelta(minutes=minute),
        invt_no=INVT_NO,
        tax_no=f"{INVT_NO}_0",
        status=status,
        ent_duty_no="DUTY-1",
    )


def control(instruction_id: str = "C-1", minute: int = 2, **changes: Any) -> dict[str, Any]:
    issued_at = (START + timedelta(minutes=minute)).isoformat()
    instruction = {"instruction_id": instruction_id, "issued_at": issued_at, "issuer": "2991"}
    return {"ebc_code": EBC, "order_no": ORDER_NO, "instruction": instruction} | changes


def finding(instruction_id: str = "C-1", minute: int = 3) -> dict[str, Any]:
    recorded_at = (START + timedelta(minutes=minute)).isoformat()
    result = {
        "instruction_id": instruction_id,
        "outcome": "NORMAL",
        "recorded_at": recorded_at,
        "officer": "2991",
    }
    return {"ebc_code": EBC, "order_no": ORDER_NO, "result": result}
