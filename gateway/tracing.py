"""Spans of arrivals and deliveries over the OpenTelemetry API; without a configured SDK they cost and do nothing."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import Link, Span, SpanKind, StatusCode, TracerProvider
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.types import Attributes

_PROPAGATOR = TraceContextTextMapPropagator()


class Tracing:
    """Spans of the gateway. Attributes are numbers, doors, kinds and business ids, never personal data."""

    def __init__(self, provider: TracerProvider | None = None) -> None:
        self._tracer = trace.get_tracer("clearway.gateway", tracer_provider=provider)

    @contextmanager
    def arrival(self, door: str, headers: Mapping[str, str]) -> Iterator[Span]:
        """A message comes in; the span continues the sender's trace if the message names one."""
        context = _context(headers.get("traceparent")) if "traceparent" in headers else None
        with self._span("arrival", SpanKind.SERVER, context, {"clearway.door": door}, []) as span:
            yield span

    @contextmanager
    def delivery(
        self, what: str, workflow_id: str, filed: str | None, arrived: Iterable[str | None], count: int
    ) -> Iterator[Span]:
        """News goes to its case: part of the trace in which the document was filed, linked to the arrivals."""
        sources = [_context(traceparent) for traceparent in dict.fromkeys(arrived) if traceparent]
        parent = _context(filed) if filed else (sources[0] if sources else Context())
        links = [Link(trace.get_current_span(source).get_span_context()) for source in sources]
        attributes: Attributes = {"clearway.news": what, "clearway.workflow_id": workflow_id, "clearway.count": count}
        with self._span("delivery", SpanKind.PRODUCER, parent, attributes, links) as span:
            yield span

    @contextmanager
    def _span(
        self, name: str, kind: SpanKind, context: Context | None, attributes: Attributes, links: Sequence[Link]
    ) -> Iterator[Span]:
        """A span that tells an exception by its name only: the text may quote the message."""
        with self._tracer.start_as_current_span(
            name, context, kind, attributes, links, record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                yield span
            except BaseException as error:
                span.set_status(StatusCode.ERROR, type(error).__name__)
                raise


def traceparent_of(span: Span) -> str | None:
    """The W3C traceparent of a span; None when nothing is being traced."""
    carrier: dict[str, str] = {}
    _PROPAGATOR.inject(carrier, trace.set_span_in_context(span, Context()))
    return carrier.get("traceparent")


def _context(traceparent: str | None) -> Context:
    return _PROPAGATOR.extract({"traceparent": traceparent}, Context()) if traceparent else Context()
