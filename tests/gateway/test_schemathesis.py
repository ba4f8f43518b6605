"""Requests made from the gateway's own description, right and wrong ones: none is answered with a 5xx."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode
from schemathesis.schemas import APIOperation

from clearway.contracts.case import CaseView
from clearway.errors import NotFound
from clearway.messages import write
from gateway.settings import GatewaySettings
from models.inbox import RawState
from tests.gateway.recording import GUID, PAY, House, list_receipt, sample
from tests.sqlite import new_file

EXAMPLES = 8
OUT_INTO_THE_WORLD = ("POST /subscriptions/{id}/test",)
"""Posts to whatever address a subscription has."""

Operation = APIOperation[Any, Any, Any, Any]


class NoLists(dict[str, CaseView]):
    """Views of lists that do not run."""

    def __missing__(self, workflow_id: str) -> CaseView:
        raise NotFound(())


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A gateway with a message of each standing; nothing works in the background."""
    database = new_file(Path(tmp_path_factory.mktemp("described")) / "clearway.db")
    house = House(database, GatewaySettings(call_seconds=5))
    house.cases.views = NoLists()
    house.store(b"<broken")
    house.store(b"{}", door="strange")
    house.store(write([list_receipt("800")], guid=GUID))
    house.store(sample("payment.xml"), door="enterprise", sender=PAY)
    asyncio.run(house.dispatcher.step())
    yield house
    database.close()


def operations(house: House) -> Iterator[Operation]:
    """Everything that the description offers."""
    schema = schemathesis.openapi.from_dict(house.app.openapi())
    schema.app = house.app
    for found in schema.get_all_operations():
        assert isinstance(found, Ok), found
        if found.ok().label not in OUT_INTO_THE_WORLD:
            yield found.ok()


def failures(operation: Operation, mode: GenerationMode) -> list[str]:
    """Which requests were answered with a 5xx, as commands that repeat them."""
    failed: list[str] = []

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.explicit, Phase.generate),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Case[Any]) -> None:
        if (status := case.call().status_code) >= 500:
            failed.append(f"{status}: {case.as_curl_command()}")

    try:
        ask()
    except Unsatisfiable:  # nothing wrong can be sent where anything is taken
        assert mode is GenerationMode.NEGATIVE
    return failed


@pytest.mark.parametrize("mode", GenerationMode)
def test_no_request_that_the_description_suggests_makes_the_gateway_fail(house: House, mode: GenerationMode) -> None:
    asked = list(operations(house))

    assert len(asked) > 20
    assert [failed for operation in asked for failed in failures(operation, mode)] == []
    faulty = [raw.door for raw in house.raws() if raw.state == RawState.FAULTY]
    assert faulty == ["strange"]
