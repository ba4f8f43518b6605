"""The gauges of the outbox and of customs' questions say what the database says."""

from typing import Any

from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from gateway import gauges
from models.database import Database
from tests.gateway.outbox.receiver import Office
from tests.gateway.payment_data.bureau import Bureau, Customs


async def test_what_waits_and_what_is_late_is_measured(database: Database) -> None:
    reader = InMemoryMetricReader()
    provider = MeterProvider(metric_readers=[reader])
    office = Office(database)
    gauges.watch(database, office.clock, provider)
    with Customs().listening() as customs:
        bureau = Bureau(database, customs)
        await bureau.ask()
    await office.subscribe()
    office.tell("RECEIPT")
    await office.push()
    office.later(seconds=150)
    measured = _measured(reader)
    provider.shutdown()
    assert {name: measured[f"clearway.gateway.{name}"] for name in _EXPECTED} == _EXPECTED


_EXPECTED = {
    "outbox.waiting": 1,
    "outbox.oldest_age_seconds": 150,
    "outbox.blocked": 0,
    "payment_data.open": 1,
    "payment_data.late": 1,
    "payment_data.least_seconds_left": -30,
}


def _measured(reader: InMemoryMetricReader) -> dict[str, object]:
    data = reader.get_metrics_data()
    assert data is not None
    metrics = [
        metric for resource in data.resource_metrics for scope in resource.scope_metrics for metric in scope.metrics
    ]
    points: dict[str, Any] = {metric.name: next(iter(metric.data.data_points)) for metric in metrics}
    return {name: point.value for name, point in points.items()}
