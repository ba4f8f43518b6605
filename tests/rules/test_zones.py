"""Bonded goods and their zone, by the law cases of zones.yaml."""

from datetime import date
from typing import Any

import pytest

from clearway.rules.parameters import parameters
from clearway.rules.tables import TradeMode, Zone, ZoneType
from tests.rules.law_cases import cases, told, zone_case


@pytest.mark.parametrize("case", cases("zones.yaml"))
def test_a_bonded_list_goes_with_its_zone_and_its_entry(case: dict[str, Any]) -> None:
    found = zone_case(case)
    assert told(found) == case["expect"]
    if "says" in case:
        assert case["says"] in found[0].message_en


def test_the_zones_have_only_types_and_modes_that_exist() -> None:
    rules, day = parameters(), date(2026, 3, 10)
    bonded = rules.row(TradeMode, "1210", on=day)
    assert bonded is not None
    for code in rules.codes(Zone):
        zone = rules.row(Zone, code, on=day)
        assert zone is not None
        assert zone.value.type in rules.codes(ZoneType)
    for code in rules.codes(ZoneType):
        kind = rules.row(ZoneType, code, on=day)
        assert kind is not None
        assert kind.value.transport_mode in bonded.value.transport_modes
