"""Single and annual limits, by the law cases of limits.yaml."""

from decimal import Decimal
from typing import Any

import pytest

from clearway.rules.limits import check_limits, decide_limits
from clearway.rules.parameters import NoRuleInForce
from tests.rules.law_cases import cases, goods_list, limits_case, told


@pytest.mark.parametrize("case", cases("limits.yaml"))
def test_a_price_is_treated_as_the_law_says(case: dict[str, Any]) -> None:
    decision = limits_case(case)
    assert decision.treatment == case["expect"]
    assert told(check_limits(decision)) == case.get("told", [])
    if "regime" in case:
        assert decision.regime == case["regime"]


def test_a_decision_records_the_rules_it_used() -> None:
    decision = limits_case({"day": "2026-03-10", "lines": [{"total_price": "1.00"}]})
    recorded = {use.rule: (use.value, str(use.effective_from)) for use in decision.rules}
    assert recorded == {
        "tax.regime": ("T-CBEC-2018", "2019-01-01"),
        "limits.single": ("5000.00", "2019-01-01"),
        "limits.annual": ("26000.00", "2019-01-01"),
    }


def test_before_the_first_limits_there_is_no_decision() -> None:
    with pytest.raises(NoRuleInForce, match=r"limits\.single is in force on 2016-04-07"):
        decide_limits(goods_list({"day": "2016-04-07", "lines": [{"total_price": "1.00"}]}), Decimal(0), profile="SEED")
