"""What a partial return leaves (RULEBOOK B.8, D-12)."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearway.rules.retained import Retained, retain
from tests.rules.law_cases import cases, goods_list, limits_case, tax_case

LINES = [{"total_price": "300.00", "qty": "3", "price": "100.00"}, {"total_price": "200.00"}]


def _retain(case: dict[str, Any]) -> Retained:
    returned = {int(gnum): Decimal(qty) for gnum, qty in case["returned"].items()}
    case = {"day": "2026-03-10"} | case
    return retain(goods_list(case), limits_case(case), tax_case(case), returned, profile="SEED")


@pytest.mark.parametrize("case", cases("retained.yaml"))
def test_law(case: dict[str, Any]) -> None:
    left = _retain(case)
    assert tax_case({"day": "2026-03-10"} | case).total == Decimal(case["before"])
    assert (left.due, left.reversal, left.restored) == tuple(
        Decimal(case[name]) for name in ("due", "reversal", "restored")
    )
    assert left.explanation


@given(first=st.integers(0, 3), second=st.integers(0, 1), freight=st.decimals("0", "50", places=2))
def test_what_is_due_and_what_is_not_make_the_whole(first: int, second: int, freight: Decimal) -> None:
    case = {"lines": LINES, "freight": str(freight), "returned": {1: first, 2: second}}
    left = _retain(case)
    assert left.due + left.reversal == tax_case({"day": "2026-03-10"} | case).total
    assert (left.due == 0) is (first == 3 and second == 1)


@pytest.mark.parametrize(("returned", "told"), [({3: "1"}, "no line 3"), ({2: "2"}, "line 2: 2 returned of 1")])
def test_goods_that_the_list_does_not_have_cannot_come_back(returned: dict[int, str], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        _retain({"lines": LINES, "returned": returned})
