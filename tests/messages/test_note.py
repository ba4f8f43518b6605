"""Fields of ours travel in the note and come back; notes of people are left as they are."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearway.contracts.base import wire_name
from clearway.contracts.documents import Allocation, DeclarationList, Order, Payment, Waybill
from clearway.messages.note import OURS, join_note, split_note

BRACKETED = st.lists(
    st.sampled_from(
        ["[", "]", "[[", "]]", "%", "%5B", ";", "=", ",", ":", "waybillNo", "departureCountry", "中", "\n"]
    ),
    max_size=12,
).map("".join)


def holding(model: Any, **fields: Any) -> Any:
    """A document that holds nothing but these fields."""
    return model.model_construct(**fields)


@given(note=BRACKETED, waybill_no=BRACKETED)
def test_any_note_and_any_number_come_back(note: str, waybill_no: str) -> None:
    order = holding(Order, note=note, waybill_no=waybill_no)
    assert split_note(Order, join_note(order) or "") == (note, {"waybill_no": waybill_no} if waybill_no else {})


def test_the_note_reads_as_documented() -> None:
    waybill = holding(Waybill, note="易碎", departure_country="133")
    assert join_note(waybill) == "易碎[[departureCountry=133]]"
    split = holding(
        Payment,
        payment_type="app",
        allocations=(Allocation(order_no="A:1", amount="318.21"), Allocation(order_no="B", amount="181.79")),
    )
    assert join_note(split) == "[[paymentType=app;allocations=A%3A1:318.21,B:181.79]]"


@pytest.mark.parametrize(
    "note",
    [
        "",
        "plain",
        "[[later]]",
        "[[departureCountry=133]] and more",
        "[[departureCountry=]]",
        "[[weather=fine]]",
        "[[departureCountry=133;departureCountry=142]]",
        "[[waybillNo=1]]",
    ],
)
def test_a_strange_block_stays_in_the_note(note: str) -> None:
    assert split_note(Waybill, note) == (note, {})


def test_a_malformed_allocation_stays_in_the_note() -> None:
    assert split_note(Payment, "[[allocations=A]]") == ("[[allocations=A]]", {})


def test_no_note_and_nothing_of_ours_is_no_note() -> None:
    assert join_note(holding(Payment)) is None
    assert join_note(holding(DeclarationList, note="x[[]]")) == "x[[]]"


@pytest.mark.parametrize("model", [Order, Payment, Waybill, DeclarationList])
def test_every_field_without_a_wire_name_has_a_way_to_travel(model: Any) -> None:
    ours = {field for field in model.model_fields if wire_name(model, field) is None}
    assert ours - {"kind", "lines"} == set(OURS.get(model, ()))
