"""A workflow id and its key are one to one, whatever an order number holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearway.contracts.case import CaseKey

NUMBERS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60).map(str.strip).filter(bool)


@given(NUMBERS, st.integers(1, 99))
def test_every_key_comes_back_from_its_id(order_no: str, attempt: int) -> None:
    key = CaseKey(ebc_code="3301960A01", order_no=order_no, attempt=attempt)
    assert CaseKey.of(key.workflow_id) == key


def test_a_number_that_looks_like_a_copy_is_not_one() -> None:
    first = CaseKey(ebc_code="E", order_no="X~2")
    second = CaseKey(ebc_code="E", order_no="X", attempt=2)
    assert first.workflow_id == "declaration-list/E/X%7E2"
    assert second.workflow_id == "declaration-list/E/X~2"


@pytest.mark.parametrize("field", ["ebc_code", "order_no"])
def test_a_key_is_one_line(field: str) -> None:
    with pytest.raises(ValueError, match=field):
        CaseKey.model_validate({"ebc_code": "E", "order_no": "X", field: "A\nB"})


def test_another_workflows_id_is_refused() -> None:
    with pytest.raises(ValueError, match="not the id"):
        CaseKey.of("goods-return/E/X")
