"""Measures of the inbox over the OpenTelemetry API; without a configured SDK they cost and do nothing."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping

from opentelemetry import metrics
from opentelemetry.metrics import CallbackOptions, MeterProvider, Observation

from clearway.contracts.inbox import Backlog
from clearway.messages.reasons import unknown_codes
from gateway.news import TAKEN, Contents
from gateway.refusals import Code

OF_SIGNATURES = frozenset(
    {Code.UNSIGNED, Code.SIGNATURE, Code.KEY_UNKNOWN, Code.KEY_EXPIRED, Code.SIGNER_ROLE, Code.SIGNER_PARTY}
)
"""Refusals of the gatekeeper."""


class Metrics:
    """Counters and gauges of the gateway. Attributes are doors, types, states and codes, never personal data."""

    def __init__(self, provider: MeterProvider | None = None) -> None:
        self._meter = metrics.get_meter("clearway.gateway", meter_provider=provider)
        self._messages = self._meter.create_counter(
            "clearway.gateway.messages", description="Messages read, by door, type and outcome"
        )
        self._refusals = self._meter.create_counter(
            "clearway.gateway.signature_refusals", description="Refusals of the gatekeeper, by door and code"
        )
        self._unknown = self._meter.create_counter(
            "clearway.gateway.unknown_reasons", description="Codes of customs that no published table has"
        )

    def watch(self, backlog: Callable[[], Mapping[str, Backlog]]) -> None:
        """Tell how much lies in each state, and how old the oldest is, whenever the SDK asks."""

        def counts(_: CallbackOptions) -> Iterable[Observation]:
            return [Observation(pile.count, {"state": state}) for state, pile in backlog().items()]

        def ages(_: CallbackOptions) -> Iterable[Observation]:
            return [Observation(pile.oldest_seconds, {"state": state}) for state, pile in backlog().items()]

        self._meter.create_observable_gauge(
            "clearway.gateway.backlog", [counts], description="Messages and news that are not done, by state"
        )
        self._meter.create_observable_gauge(
            "clearway.gateway.oldest", [ages], unit="s", description="Age of the oldest of them, by state"
        )

    def read(self, door: str, contents: Contents, outcome: str) -> None:
        """Count a message that was read, after the commit; again when it is read again."""
        attributes = {"door": door, "type": contents.message_type, "outcome": outcome}
        self._messages.add(1, attributes)
        for code in {problem.code for problem in contents.problems} & OF_SIGNATURES:
            self._refusals.add(1, {"door": door, "code": str(code)})
        for code in _unknown(contents):
            self._unknown.add(1, {"type": contents.message_type, "code": code})


def _unknown(contents: Contents) -> Iterator[str]:
    """The codes of a message that no published list explains, each as often as it stands there."""
    for news in contents.news:
        if news.receipt:
            yield from unknown_codes(news.receipt.about, news.receipt.status, news.receipt.info)
        elif news.transport and news.transport.code not in TAKEN:
            yield from unknown_codes("DXP", news.transport.code, news.transport.info)
        elif news.other and news.other.status:
            yield from unknown_codes(news.other.message_type, news.other.status, news.other.info)


def start_metrics(service: str, environment: Mapping[str, str] = os.environ) -> None:
    """Set up the exporter that `OTEL_METRICS_EXPORTER` asks for: otlp or console; nothing for any other value."""
    asked = environment.get("OTEL_METRICS_EXPORTER", "")
    if asked not in ("otlp", "console") or environment.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return
    from opentelemetry.sdk.metrics import MeterProvider as SdkProvider
    from opentelemetry.sdk.metrics.export import ConsoleMetricExporter, MetricExporter, PeriodicExportingMetricReader
    from opentelemetry.sdk.resources import Resource

    exporter: MetricExporter
    if asked == "console":
        exporter = ConsoleMetricExporter()
    else:
        from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter

        exporter = OTLPMetricExporter()
    name = environment.get("OTEL_SERVICE_NAME", service)
    reader = PeriodicExportingMetricReader(exporter)
    metrics.set_meter_provider(SdkProvider(metric_readers=[reader], resource=Resource.create({"service.name": name})))
