"""Whether a list's goods may come in: every check runs on the list as filed, none stops another."""

from decimal import Decimal
from typing import Any

import pytest

from clearway.contracts.problems import Problem
from clearway.rules.admission import check_admission
from clearway.rules.own_rules import lay_over, read_own_rules
from clearway.rules.parameters import built_in_parameters, rules_in_force
from tests.rules.law_cases import papers, remarked_list, told

OWN_ZONE = """
tables:
  zones:
    "2991": {{description: ours, unit: zone, reference: ours, values: [{{from: 2019-01-01, value: {zone}}}]}}
"""


def admitted(own: str | None = None, **changes: Any) -> tuple[Problem, ...]:
    declared = papers().declaration_list.model_copy(update=changes)
    base = built_in_parameters()
    with rules_in_force(lay_over(base, read_own_rules(own, "own.yaml")) if own else base):
        return check_admission(declared, profile="SEED")


def test_a_place_that_no_table_knows_is_not_judged() -> None:
    assert admitted(customs_code="2991", traf_mode="7") == ()


@pytest.mark.parametrize(
    ("city", "mode", "expect"),
    [
        ("411000", "1210", []),
        ("620200", "1210", ["E_REGION hard"]),
        ("620200", "9610", []),
        ("999999", "1210", []),
    ],
)
def test_the_customs_office_tells_the_region(city: str, mode: str, expect: list[str]) -> None:
    zone = f'{{name: 示例, type: bonded_port_area, city: "{city}"}}'
    found = admitted(OWN_ZONE.format(zone=zone), trade_mode=mode)
    assert told(found) == expect
    assert [field.field for each in found for field in each.fields] == ["declaration_list.customs_code"] * len(expect)


def test_every_check_is_made() -> None:
    zone = '{name: 示例, type: logistics_park, city: "620200"}'
    line = papers().declaration_list.lines[0].model_copy(update={"hs_code": "1211201000"})
    assert told(admitted(OWN_ZONE.format(zone=zone), lines=(line,))) == [
        "E_TRAF_MODE hard",
        "E_REGION hard",
        "E_LICENCE hard",
    ]


def test_the_entries_and_the_quantities_bought_before_count() -> None:
    declared = remarked_list({"day": "2026-03-10", "lines": [{"hs_code": "1701991090", "qty1": "1"}]})
    before = {"sugar": Decimal("1.5")}
    found = check_admission(declared, entry_modes={"1": "1239"}, quantities=before, profile="SEED")
    assert told(found) == ["E_MODE_MISMATCH hard", "E_OVER_QUANTITY hard"]
    assert check_admission(declared, entry_modes={"1": "1210"}, quantities={"sugar": Decimal(1)}, profile="SEED") == ()


def test_a_remark_without_a_quantity_in_force_is_a_problem_and_not_an_error() -> None:
    goods = """
tables:
  goods:
    "1701991090": {description: a, unit: row, reference: ours, values: [
      {from: 2014-08-01, to: 2016-04-07, value: {vat: standard, duty: "0.50", positive_list: true,
        remarks: [{kind: weight, group: sugar}], units: ["035"]}}]}
"""
    declared = remarked_list({"day": "2016-04-07", "lines": [{"hs_code": "1701991090"}]})
    with rules_in_force(lay_over(built_in_parameters(), read_own_rules(goods, "own.yaml"))):
        (found,) = check_admission(declared, profile="SEED")
    assert (found.code, "remark_group.sugar" in found.message_en) == ("E_NO_RULE", True)
