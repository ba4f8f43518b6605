"""From the HTTP door to the end of a list: gateway, workflow and wire together, and one trace through all of them."""

import uuid
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from temporalio.client import Client
from temporalio.contrib.opentelemetry import TracingInterceptor
from temporalio.testing import TimeSkipper

from clearway.client import ClearwayClient
from clearway.contracts.documents import ListReceipt, OrderReceipt, PaymentReceipt, TaxBill, TaxBillLine, WaybillReceipt
from clearway.contracts.keys import CollectionKey
from clearway.contracts.states import State
from clearway.messages import Transfer, write
from clearway.testing import EBC, SampleSet
from gateway.app import create_app
from gateway.settings import GatewaySettings
from models.database import Database
from models.tables import BillRecord
from tests.desk import BATCH, Desk
from tests.patience import PATIENCE, until

TRANSFER = Transfer(cop_code="3301960T01", cop_name="Clearway", dxp_id="DXPENT0000000001")
INVT_NO = "299120261000000007"


class Door:
    """An enterprise and customs at the gateway's doors."""

    def __init__(self, http: httpx.AsyncClient, desk: Desk, spans: InMemorySpanExporter) -> None:
        self.http, self.desk, self.spans = http, desk, spans

    async def hand_in(self, document: object, sender: str) -> httpx.Response:
        """A document as CEB XML."""
        body = write([document], guid=_guid(), transfer=TRANSFER)  # type: ignore[list-item]  # any kind
        return await self.http.post("/documents", content=body, headers={"X-Clearway-Sender": sender})

    async def receive(self, records: Iterable[object]) -> None:
        """Customs sends receipts or bills."""
        body = write(list(records), guid=_guid())  # type: ignore[arg-type]  # any kind
        answer = await self.http.post("/customs/receipts", content=body)
        assert answer.status_code == 202


@pytest.fixture
async def door(temporal: Client, database: Database) -> AsyncIterator[Door]:
    spans = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(spans))
    config = temporal.config()
    config["interceptors"] = [TracingInterceptor(provider.get_tracer("clearway.test"))]
    queue = f"test-{uuid.uuid4()}"
    desk = Desk(ClearwayClient(Client(**config), task_queue=queue), database, queue=queue)
    settings = GatewaySettings(poll_seconds=0.05)
    app = create_app(database, desk.client, settings, lambda: datetime.now(UTC), tracer_provider=provider)
    transport = httpx.ASGITransport(app)
    async with (
        desk.worker(),
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://gateway") as http,
    ):
        yield Door(http, desk, spans)


def _guid() -> str:
    return str(uuid.uuid4()).upper()


def _list_receipt(sample: SampleSet, status: str, at: datetime) -> ListReceipt:
    return ListReceipt(
        guid=_guid(),
        cop_no=sample.declaration_list.cop_no,
        pre_no="B20261121000000007",
        invt_no=INVT_NO,
        return_status=status,
        return_time=at,
        return_info="[Code:2600;Desc:放行]" if status == "800" else "ok",
    )


async def _store_documents(door: Door, sample: SampleSet, at: datetime) -> None:
    common = {
        "guid": _guid(),
        "return_status": "120",
        "return_time": at,
        "return_info": "[Code:1800;Desc:逻辑校验通过]",
    }
    order, payment, waybill = sample.order, sample.payment, sample.waybill
    await door.receive(
        [OrderReceipt(ebp_code=order.ebp_code, ebc_code=order.ebc_code, order_no=order.order_no, **common)]
    )
    await door.receive(
        [PaymentReceipt(pay_code=payment.pay_code, pay_transaction_id=payment.pay_transaction_id, **common)]
    )
    await door.receive(
        [WaybillReceipt(logistics_code=waybill.logistics_code, logistics_no=waybill.logistics_no, **common)]
    )


async def test_three_parties_at_the_door_lead_to_tax_paid_by_customs_bill(door: Door) -> None:
    sample, desk, at = door.desk.sample(), door.desk, datetime.now(UTC)
    parked = await door.hand_in(sample.waybill, sample.waybill.logistics_code)
    assert parked.status_code == 202
    assert (await door.hand_in(sample.order, sample.order.ebc_code)).status_code == 200
    assert (await door.hand_in(sample.payment, sample.payment.pay_code)).status_code == 200
    answer = await door.hand_in(sample.declaration_list, sample.declaration_list.agent_code)
    assert answer.status_code == 200, answer.text
    await desk.client.wait_for(sample.key, State.MATCHED, timeout=PATIENCE)
    await desk.until(sample.key, lambda view: len(view.filings) == 1)
    await _store_documents(door, sample, at)
    await desk.until(sample.key, lambda view: len(view.filings) == 2)
    for status in ("2", "120", "399", "800"):
        await door.receive([_list_receipt(sample, status, at + timedelta(seconds=1))])
    view = await desk.client.wait_for(sample.key, State.RETURN_WINDOW, timeout=PATIENCE)
    assert view.clocks is not None
    assert [receipt.invt_no for receipt in view.receipts if receipt.status == "800"] == [INVT_NO]
    line = TaxBillLine(
        gnum=1, hs_code="3304990029", tax_price=310, customs_tax=0, value_added_tax="28.21", consumption_tax=0
    )
    bill = TaxBill(
        guid=_guid(),
        return_time=at,
        invt_no=INVT_NO,
        tax_no=f"{INVT_NO}_0",
        customs_tax=0,
        value_added_tax="28.21",
        consumption_tax=0,
        status="1",
        ent_duty_no="E-1",
        lines=(line,),
    )
    await door.receive([bill])
    await _until_billed(door)
    await _pay_day(desk, view.clocks.tax_window_opens + BATCH)
    view = await desk.client.wait_for(sample.key, State.TAXED, timeout=PATIENCE)
    await desk.end_collections()
    assert view.payment is not None
    assert view.payment.bill_no == f"{INVT_NO}_0"
    assert view.payment.difference == 0
    _one_trace_from_arrival_to_release(door.spans.get_finished_spans())


async def _pay_day(desk: Desk, moment: datetime) -> None:
    """The collection that the dispatcher started lives until an instant on its own clock."""
    workflow_id = CollectionKey(agent=EBC, customs="2991").workflow_id
    desk.collections.add(workflow_id)
    handle, skipper = desk.client.temporal.get_workflow_handle(workflow_id), TimeSkipper(desk.client.temporal)
    await skipper.fast_forward(handle, moment - await skipper.get_current_time(handle))


async def _until_billed(door: Door) -> None:
    """The bill is kept by the dispatcher a moment after its acknowledgement."""

    def found() -> bool:
        with door.desk.database.transaction() as session:
            row = session.get(BillRecord, f"{INVT_NO}_0")
        return row is not None and row.workflow_id is not None

    await until(found, "the bill never found its list")


def _one_trace_from_arrival_to_release(spans: Iterable[ReadableSpan]) -> None:
    named: dict[int, set[str]] = {}
    for span in spans:
        named.setdefault(span.context.trace_id, set()).add(span.name)
        for value in (span.attributes or {}).values():
            assert "张三" not in str(value)
            assert "11010519491231002X" not in str(value)
    whole = {"arrival", "RunActivity:file_declaration_list", "delivery"}
    assert any(whole <= names for names in named.values()), named
