"""Which part of the local stack gets which of OpenTelemetry's variables."""

from pathlib import Path

import pytest

from deploy.ports import Ports
from deploy.stack import Stack


def test_the_server_gets_none_of_them_and_only_the_worker_serves_metrics(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "console")
    monkeypatch.setenv("OTEL_METRICS_EXPORTER", "prometheus")
    environments = {child.name: child.environment for child in Stack(tmp_path, Ports.free()).children}
    assert not [name for name in environments["temporal"] if name.startswith("OTEL_")]
    metrics = {name: environment.get("OTEL_METRICS_EXPORTER") for name, environment in environments.items()}
    assert metrics == {"temporal": None, "simulator": "none", "gateway": "none", "worker": "prometheus"}
    assert environments["gateway"]["OTEL_TRACES_EXPORTER"] == "console"
