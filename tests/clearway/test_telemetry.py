"""Telemetry is off unless OpenTelemetry's own variables ask for it."""

import subprocess
import sys
import urllib.request

import pytest

from clearway.telemetry import metrics_runtime, start_traces, wants_traces
from deploy.ports import free_port


def test_nothing_is_on_by_default() -> None:
    assert not wants_traces({})
    assert metrics_runtime({}) is None
    assert start_traces("test", {}) == ()


@pytest.mark.parametrize(
    ("environment", "wanted"),
    [
        ({"OTEL_TRACES_EXPORTER": "otlp"}, True),
        ({"OTEL_TRACES_EXPORTER": "console"}, True),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}, True),
        ({"OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}, False),
        ({"OTEL_TRACES_EXPORTER": "otlp", "OTEL_SDK_DISABLED": "true"}, False),
    ],
)
def test_traces_follow_the_standard_variables(environment: dict[str, str], wanted: bool) -> None:
    assert wants_traces(environment) is wanted


def test_the_sdks_metrics_are_served_on_the_prometheus_port() -> None:
    port = free_port()
    runtime = metrics_runtime({"OTEL_METRICS_EXPORTER": "prometheus", "OTEL_EXPORTER_PROMETHEUS_PORT": str(port)})
    assert runtime is not None
    runtime.metric_meter.create_counter("clearway_test").add(1)
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as page:
        assert b"clearway_test" in page.read()


def test_a_console_exporter_is_set_up_when_asked_for() -> None:
    code = (
        "from clearway.telemetry import start_traces; from opentelemetry import trace;"
        "print(len(start_traces('test', {'OTEL_TRACES_EXPORTER': 'console'})));"
        "trace.get_tracer('t').start_span('seen').end(); trace.get_tracer_provider().shutdown()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("1")
    assert '"name": "seen"' in done.stdout


def test_who_leaves_at_once_hands_over_what_was_recorded() -> None:
    code = (
        "from clearway.ending import leave; from clearway.telemetry import hand_over, start_traces;"
        "from opentelemetry import trace; start_traces('test', {'OTEL_TRACES_EXPORTER': 'console'});"
        "trace.get_tracer('t').start_span('seen').end(); hand_over(); leave(7)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 7
    assert '"name": "seen"' in done.stdout


def test_without_telemetry_there_is_nothing_to_hand_over() -> None:
    code = "from clearway.telemetry import hand_over; hand_over()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
