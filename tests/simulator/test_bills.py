"""The tax bill is exact to the fen, and its lines add up."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.customs.bills import spread

fen = st.decimals(min_value=0, max_value=1_000_000, places=2)


@given(fen, st.lists(fen, min_size=1, max_size=99))
def test_parts_always_add_up_and_none_is_negative(amount: Decimal, weights: list[Decimal]) -> None:
    parts = spread(amount, weights)
    assert sum(parts, Decimal(0)) == amount
    assert min(parts) >= 0


@pytest.mark.parametrize(
    ("amount", "weights", "parts"),
    [
        ("12.00", ["199.00", "350.00"], ["4.35", "7.65"]),
        ("0.05", ["1", "1", "1"], ["0.01", "0.02", "0.02"]),
        ("10.00", ["1", "1", "1"], ["3.34", "3.33", "3.33"]),
        ("0.50", ["1"] * 99, ["0.50"] + ["0"] * 98),
        ("7.00", ["0", "5"], ["0.00", "7.00"]),
        ("7.00", ["0", "0"], ["7.00", "0"]),
    ],
)
def test_the_remainder_goes_to_the_heaviest_line(amount: str, weights: list[str], parts: list[str]) -> None:
    assert spread(Decimal(amount), [Decimal(weight) for weight in weights]) == [Decimal(part) for part in parts]
