"""Spans: one per arrival and per delivery, joined to the trace in which the document was filed."""

from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from clearway.contracts.documents import DocumentKind
from clearway.errors import ServiceUnavailable
from clearway.messages import write
from models.database import Database
from tests.gateway.recording import CASE, GUID, House, list_receipt, sample

SENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
FILED = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


class Recorder:
    """A house whose spans are kept."""

    def __init__(self, database: Database) -> None:
        self.exporter = InMemorySpanExporter()
        provider = TracerProvider(shutdown_on_exit=False)
        provider.add_span_processor(SimpleSpanProcessor(self.exporter))
        self.house = House(database, provider=provider)

    def spans(self, name: str) -> list[ReadableSpan]:
        return [span for span in self.exporter.get_finished_spans() if span.name == name]


def trace_of(span: ReadableSpan) -> str:
    assert span.context
    return f"{span.context.trace_id:032x}"


async def test_an_arrival_continues_the_senders_trace_and_is_kept_with_the_message(database: Database) -> None:
    recorder = Recorder(database)
    body = write([list_receipt("800")], guid=GUID)
    await recorder.house.http.post("/customs/receipts", content=body, headers={"traceparent": SENT})

    (span,) = recorder.spans("arrival")
    assert trace_of(span) == SENT.split("-")[1]
    kept = recorder.house.raws()[0].traceparent
    assert span.context
    assert kept == f"00-{trace_of(span)}-{span.context.span_id:016x}-01"


async def test_a_delivery_belongs_to_the_filing_and_links_to_its_arrivals(database: Database) -> None:
    recorder = Recorder(database)
    house = recorder.house
    house.know()
    house.file(DocumentKind.DECLARATION_LIST, traceparent=FILED)
    await house.tell(list_receipt("120"))
    await house.tell(list_receipt("800", 2))
    await house.step()

    (delivery,) = recorder.spans("delivery")
    assert trace_of(delivery) == FILED.split("-")[1]
    assert delivery.parent
    assert f"{delivery.parent.span_id:016x}" == FILED.split("-")[2]
    arrivals = {trace_of(span) for span in recorder.spans("arrival")}
    assert {f"{link.context.trace_id:032x}" for link in delivery.links} == arrivals
    assert delivery.attributes
    assert delivery.attributes["clearway.workflow_id"] == CASE


async def test_without_a_filing_a_delivery_continues_its_arrival(database: Database) -> None:
    recorder = Recorder(database)
    await recorder.house.submit(sample("order.json"))

    (arrival,), (delivery,) = recorder.spans("arrival"), recorder.spans("delivery")
    assert trace_of(delivery) == trace_of(arrival)


async def test_spans_hold_nothing_personal_even_when_a_call_fails(database: Database) -> None:
    recorder = Recorder(database)
    recorder.house.cases.failures = [RuntimeError("张三 11010519491231002X"), ServiceUnavailable(())]
    await recorder.house.submit(sample("order.json"))
    await recorder.house.submit(sample("declaration_list.json"))

    assert len(recorder.spans("delivery")) == 2
    told = "".join(span.to_json() for span in recorder.exporter.get_finished_spans())
    for personal in ("张三", "\\u5f20", "11010519491231002X", "13900000001"):
        assert personal not in told


async def test_without_a_configured_sdk_the_senders_trace_is_still_kept(house: House) -> None:
    await house.http.post("/customs/receipts", content=b"<a/>", headers={"traceparent": SENT})
    await house.http.post("/customs/receipts", content=b"<a/>")

    assert [raw.traceparent for raw in house.raws()] == [SENT, None]
