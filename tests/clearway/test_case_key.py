"""A workflow id and its key are one to one, whatever an order number holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearway.contracts.case import CaseKey
from clearway.contracts.keys import ReturnKey

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


SHARDS = st.none() | st.integers(1, 9999)


@given(NUMBERS, st.integers(1, 99), SHARDS)
def test_a_shard_comes_back_from_the_id_of_a_list_and_of_its_returns(
    order_no: str, attempt: int, shard: int | None
) -> None:
    key = CaseKey(ebc_code="3301960A01", order_no=order_no, attempt=attempt, shard=shard)
    assert CaseKey.of(key.workflow_id) == key
    returned = ReturnKey(case=key, number=12)
    assert ReturnKey.of(returned.workflow_id) == returned


@given(st.sets(st.tuples(NUMBERS, st.integers(1, 99), SHARDS), min_size=2))
def test_no_two_keys_share_an_id(parts: set[tuple[str, int, int | None]]) -> None:
    ids = {CaseKey(ebc_code="E", order_no=no, attempt=attempt, shard=shard).workflow_id for no, attempt, shard in parts}
    assert len(ids) == len(parts)


def test_a_shard_stands_at_the_end_of_the_id() -> None:
    key = CaseKey(ebc_code="E", order_no="X", shard=7)
    assert key.workflow_id == "declaration-list/E/X~s7"
    assert key.model_copy(update={"attempt": 2}).workflow_id == "declaration-list/E/X~2~s7"
    assert ReturnKey(case=key, number=3).workflow_id == "goods-return/E/X~s7/3"


def test_an_order_number_that_looks_like_a_shard_is_none() -> None:
    plain = CaseKey(ebc_code="E", order_no="X~s7")
    assert plain.workflow_id == "declaration-list/E/X%7Es7"
    assert CaseKey.of(plain.workflow_id).shard is None


def test_without_shards_nothing_of_a_key_is_other_than_before() -> None:
    key = CaseKey(ebc_code="E", order_no="X")
    assert key.model_dump(mode="json") == {"ebc_code": "E", "order_no": "X", "attempt": 1}
    assert key.model_dump_json() == '{"ebc_code":"E","order_no":"X","attempt":1}'
    assert CaseKey.model_validate_json('{"ebc_code":"E","order_no":"X"}') == key
    assert '"shard":7' in key.model_copy(update={"shard": 7}).model_dump_json()


@pytest.mark.parametrize("tail", ["X~s0", "X~s07", "X~s", "X~s10000", "X~s7~2", "X~2~3", "X~s7~s8", "X~", "X~two"])
def test_an_id_with_marks_that_are_none_is_refused(tail: str) -> None:
    with pytest.raises(ValueError, match=r"shard|not the id"):
        CaseKey.of(f"declaration-list/E/{tail}")


@pytest.mark.parametrize("shard", [0, -1, 10000])
def test_a_shard_has_a_number_from_1_to_9999(shard: int) -> None:
    with pytest.raises(ValueError, match="shard"):
        CaseKey(ebc_code="E", order_no="X", shard=shard)
