"""docs/gateway.md keeps up with the code."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from clearway.contracts.documents import DocumentKind
from clearway.contracts.inbox import Standing
from gateway.refusals import Code
from gateway.settings import GatewaySettings
from gateway.wake import RIDES_ALONG, UNDER_WAY
from tests.gateway.recording import House

NAMES: dict[object, str] = {DocumentKind.DECLARATION_LIST: "list"}
TEXT = (Path(__file__).parent.parent.parent / "docs" / "gateway.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("code", Code)
def test_every_code_of_the_door_is_described(code: Code) -> None:
    assert f"`{code}`" in TEXT


@pytest.mark.parametrize("name", GatewaySettings.model_fields)
def test_every_setting_is_described(name: str) -> None:
    assert f"`CLEARWAY_GATEWAY_{name.upper()}`" in TEXT


@pytest.mark.parametrize("standing", Standing)
def test_every_standing_is_described(standing: Standing) -> None:
    assert f"| `{standing}` |" in TEXT


def test_every_route_is_described(house: House) -> None:
    for path, operations in house.app.openapi()["paths"].items():
        for method in operations:
            assert f"`{method.upper()} {path}" in TEXT


def test_every_operation_tells_how_a_defect_is_answered(house: House) -> None:
    operations = [each for methods in house.app.openapi()["paths"].values() for each in methods.values()]
    schemas = [each["responses"]["500"]["content"]["application/json"]["schema"]["$ref"] for each in operations]
    assert set(schemas) == {"#/components/schemas/Problems"}


def test_the_wake_table_is_the_one_in_code() -> None:
    assert f"| any receipt: {_codes(UNDER_WAY)} | no |" in TEXT
    for document, statuses in RIDES_ALONG.items():
        assert f"| {NAMES[document]}: {_codes(statuses)} | no |" in TEXT


def _codes(statuses: Iterable[str]) -> str:
    return ", ".join(sorted(statuses, key=int))
