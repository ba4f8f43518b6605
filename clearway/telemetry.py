"""Traces and metrics by OpenTelemetry's own variables: off unless they ask for it, no personal data in attributes."""

import os
from collections.abc import Mapping

from temporalio.client import Interceptor
from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig

NONE = ("", "none")


def wants_traces(environment: Mapping[str, str] = os.environ) -> bool:
    """`OTEL_TRACES_EXPORTER` (otlp, console) or an OTLP endpoint is set, and the SDK is not disabled."""
    if environment.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return False
    asked = environment.get("OTEL_TRACES_EXPORTER", "")
    return asked not in NONE or (asked != "none" and bool(environment.get("OTEL_EXPORTER_OTLP_ENDPOINT")))


def metrics_runtime(environment: Mapping[str, str] = os.environ, *, nth: int = 0) -> Runtime | None:
    """A Temporal runtime that serves the SDK's metrics when `OTEL_METRICS_EXPORTER=prometheus`, else None.

    Host and port by `OTEL_EXPORTER_PROMETHEUS_HOST` (127.0.0.1) and `OTEL_EXPORTER_PROMETHEUS_PORT` (9464); the `nth`
    process of a worker, counted from 0, serves that many ports above.
    """
    if environment.get("OTEL_METRICS_EXPORTER") != "prometheus" or environment.get("OTEL_SDK_DISABLED") == "true":
        return None
    host = environment.get("OTEL_EXPORTER_PROMETHEUS_HOST", "127.0.0.1")
    port = int(environment.get("OTEL_EXPORTER_PROMETHEUS_PORT", "9464")) + nth
    return Runtime(telemetry=TelemetryConfig(metrics=PrometheusConfig(bind_address=f"{host}:{port}")))


def start_traces(service: str, environment: Mapping[str, str] = os.environ) -> tuple[Interceptor, ...]:
    """Set up the exporter that the variables ask for; returns the interceptors that carry traces through Temporal."""
    if not wants_traces(environment):
        return ()
    from opentelemetry import trace
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter, SpanExporter
    from temporalio.contrib.opentelemetry import TracingInterceptor

    exporter: SpanExporter
    if environment.get("OTEL_TRACES_EXPORTER") == "console":
        exporter = ConsoleSpanExporter()
    else:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

        exporter = OTLPSpanExporter()
    name = environment.get("OTEL_SERVICE_NAME", service)
    provider = TracerProvider(resource=Resource.create({"service.name": name}))
    provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    return (TracingInterceptor(),)


def hand_over() -> None:
    """Send what was recorded and not yet sent; for the end of a process that leaves without Python's own ending."""
    from opentelemetry import metrics, trace

    for provider in (trace.get_tracer_provider(), metrics.get_meter_provider()):
        shutdown = getattr(provider, "shutdown", None)  # the API's own providers, where nothing is set up, have none
        if shutdown is not None:
            shutdown()
