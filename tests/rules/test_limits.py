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


@pytest.mark.parametrize(("used", "told_as"), [("25690.01000", "25690.01"), ("0.00000", "0.00"), ("25900", "25900.00")])
def test_the_amount_used_is_recorded_to_the_fen_however_the_ledger_keeps_it(used: str, told_as: str) -> None:
    declared = goods_list({"day": "2026-03-10", "lines": [{"total_price": "310.00"}]})
    assert str(decide_limits(declared, Decimal(used), profile="SEED").used_before) == told_as


def test_a_problem_tells_amounts_to_the_fen() -> None:
    declared = goods_list({"day": "2026-03-10", "lines": [{"total_price": "310.00"}]})
    [over] = check_limits(decide_limits(declared, Decimal("25690.01000"), profile="SEED"))
    assert "With 25690.01 CNY used this year, the taxable price 310.00 makes 26000.01 CNY" in over.message_en
