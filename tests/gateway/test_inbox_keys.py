"""A list's business key comes back out of its workflow id, whatever its order number looks like."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearway.contracts.case import CaseKey
from models.inbox import key_of


@pytest.mark.parametrize(
    ("workflow_id", "order_no", "attempt"),
    [
        ("declaration-list/E/1", "1", 1),
        ("declaration-list/E/1~2", "1", 2),
        ("declaration-list/E/1~99", "1", 99),
        ("declaration-list/E/a/b~c", "a/b~c", 1),
        ("declaration-list/E/1~1", "1~1", 1),
        ("declaration-list/E/1~100", "1~100", 1),
        ("declaration-list/E/~2", "~2", 1),
    ],
)
def test_the_suffix_of_a_corrected_copy_is_its_attempt(workflow_id: str, order_no: str, attempt: int) -> None:
    assert key_of(workflow_id) == CaseKey(ebc_code="E", order_no=order_no, attempt=attempt)


@given(st.text("A0~/-", min_size=1, max_size=60), st.integers(1, 99))
def test_a_key_names_the_same_case_after_the_way_through_its_workflow_id(order_no: str, attempt: int) -> None:
    workflow_id = CaseKey(ebc_code="E", order_no=order_no, attempt=attempt).workflow_id
    assert key_of(workflow_id).workflow_id == workflow_id
