"""A port's own tolerances decide the lists declared there, and no others (RULEBOOK D-05)."""

from typing import Any

import pytest

from clearway.rules.own_rules import lay_over, read_own_rules
from clearway.rules.parameters import PORT_RULES, built_in_parameters, rules_in_force
from tests.rules.law_cases import cases, check_case, compare_case, law, told

PORT = law("port_tolerances.yaml")


@pytest.mark.parametrize("case", cases("port_tolerances.yaml"))
def test_a_list_is_compared_with_the_tolerance_of_its_port(case: dict[str, Any]) -> None:
    rules = lay_over(built_in_parameters(), read_own_rules(PORT["file"], "port.yaml"))
    check = check_case if "document" in case else compare_case
    with rules_in_force(rules):
        assert told(check(case)) == case["told"]


def test_every_rule_that_a_port_may_set_has_a_case() -> None:
    assert {rule for rule in PORT_RULES if f"{rule}:" in PORT["file"]} == PORT_RULES
    assert {case["rule"] for case in PORT["cases"]} == PORT_RULES
