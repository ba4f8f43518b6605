"""Where bonded import may take place, by the law cases of regions.yaml."""

from datetime import date
from typing import Any

import pytest

from clearway.rules.catalogue import Found
from clearway.rules.parameters import parameters
from clearway.rules.regions import check_region, is_open
from clearway.rules.tables import EligibleRegion, PlaceKind, Region, Zone
from tests.rules.law_cases import cases, region_case, told


@pytest.mark.parametrize("case", cases("regions.yaml"))
def test_a_region_is_open_or_not(case: dict[str, Any]) -> None:
    found = region_case(case)
    assert told(found) == case["expect"]
    if "says" in case:
        assert case["says"] in found[0].message_en


@pytest.mark.parametrize(
    "kind",
    [
        "pilot_free_trade_zone",
        "comprehensive_pilot_zone",
        "comprehensive_bonded_zone",
        "import_promotion_zone",
        "bonded_logistics_centre",
    ],
)
def test_each_of_the_five_kinds_of_places_is_enough(kind: PlaceKind) -> None:
    row = parameters().row(EligibleRegion, "1210", on=date(2021, 3, 18))
    assert row is not None
    assert is_open(Region(name="示例市", hosts=("bonded_warehouse", kind)), row.value)
    assert not is_open(Region(name="示例市", hosts=("bonded_warehouse",), listed=True), row.value)


def test_the_problem_points_at_the_field_that_tells_the_place() -> None:
    place = Found("declaration_list", "customs_code", "2991")
    (found,) = check_region("620200", "1210", date(2026, 3, 10), where=place)
    assert [(field.field, field.value) for field in found.fields] == [("declaration_list.customs_code", "2991")]
    (at_entry,) = check_region("620200", "1210", date(2026, 3, 10))
    assert [field.field for field in at_entry.fields] == ["region.city_code"]


@pytest.mark.parametrize("rule", [{}, {"listed": True, "hosting": ["bonded_warehouse"]}])
def test_a_rule_about_regions_names_one_way(rule: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="give either `listed: true` or the kinds of places"):
        EligibleRegion.model_validate(rule)


def test_every_zone_is_in_a_region_of_the_table() -> None:
    day = date(2026, 3, 10)
    for code in parameters().codes(Zone):
        zone = parameters().row(Zone, code, on=day)
        assert zone is not None
        assert parameters().row(Region, zone.value.city, on=day) is not None
