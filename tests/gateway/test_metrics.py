"""What is measured: the backlog and its age, messages by door, type and outcome, refusals and unknown codes."""

from typing import Any

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from clearway.messages import write
from gateway.app import create_app
from gateway.metrics import start_metrics
from models.database import Database
from tests.gateway.recording import GUID, House, list_receipt, sample
from tests.gateway.signing import trust_customs


@pytest.fixture
def measured(database: Database) -> tuple[House, InMemoryMetricReader]:
    house, reader = House(database), InMemoryMetricReader()
    provider = MeterProvider(metric_readers=[reader], shutdown_on_exit=False)
    house.take_over(create_app(house.database, house.cases, house.settings, house.clock, meter_provider=provider))
    return house, reader


def points(reader: InMemoryMetricReader, name: str) -> dict[tuple[Any, ...], Any]:
    """The values of one instrument by its attributes' values, in the order of their names."""
    data = reader.get_metrics_data()
    assert data is not None
    found = (each for part in data.resource_metrics for scope in part.scope_metrics for each in scope.metrics)
    return {
        tuple(value for _, value in sorted((point.attributes or {}).items())): point.value  # type: ignore[union-attr]
        for each in found
        if each.name == f"clearway.gateway.{name}"
        for point in each.data.data_points
    }


async def test_messages_are_counted_by_door_outcome_and_type(measured: tuple[House, InMemoryMetricReader]) -> None:
    house, reader = measured
    house.know()
    await house.tell(list_receipt("800"))
    await house.tell(list_receipt("800"))
    await house.http.post("/customs/receipts", content=b"broken")
    house.store(b"{}", door="strange")
    await house.step()
    await house.submit(sample("order.xml"))

    assert points(reader, "messages") == {
        ("customs", "read", "CEB622"): 2,
        ("customs", "refused", ""): 1,
        ("strange", "faulty", ""): 1,
        ("enterprise", "read", "CEB311"): 1,
    }


async def test_the_backlog_is_told_by_state_with_its_age(measured: tuple[House, InMemoryMetricReader]) -> None:
    house, reader = measured
    await house.tell(list_receipt("800"))
    await house.step()
    house.clock.pass_seconds(30)

    assert points(reader, "backlog")["parked",] == 1
    assert points(reader, "oldest")["parked",] == 30
    assert points(reader, "oldest")["waiting",] == 0


async def test_refusals_of_signatures_and_unknown_codes_are_counted(
    measured: tuple[House, InMemoryMetricReader],
) -> None:
    house, reader = measured
    await house.tell(list_receipt("100", return_info="[Code:99999;Desc:新原因]"))
    await house.tell(list_receipt("12345", 2))
    await house.step()
    assert points(reader, "unknown_reasons") == {("99999", "CEB622"): 1, ("12345", "CEB622"): 1}

    trust_customs(house)
    await house.http.post("/customs/receipts", content=write([list_receipt("800")], guid=GUID))
    await house.step()
    assert points(reader, "signature_refusals") == {("E_UNSIGNED", "customs"): 1}


@pytest.mark.parametrize("asked", ["", "none", "prometheus"])
def test_nothing_is_exported_unless_it_is_asked_for(asked: str) -> None:
    from opentelemetry import metrics

    start_metrics("clearway-gateway", {"OTEL_METRICS_EXPORTER": asked})
    assert not isinstance(metrics.get_meter_provider(), MeterProvider)
