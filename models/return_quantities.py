"""Quantities of a list's lines by item number, each in its line's own unit: summed, taken away, compared (B.8)."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from clearway.contracts.goods_return import ReturnLine

Quantities = Mapping[int, Decimal]
NOTHING = Decimal(0)


def quantities(lines: Iterable[ReturnLine]) -> dict[int, Decimal]:
    """What lines say, one number for each item; an item may be named twice."""
    return together(*({line.gnum: line.qty} for line in lines))


def together(*several: Quantities) -> dict[int, Decimal]:
    """The sum of several."""
    return {
        gnum: sum((each.get(gnum, NOTHING) for each in several), NOTHING)
        for gnum in dict.fromkeys(gnum for each in several for gnum in each)
    }


def less(whole: Quantities, *taken: Quantities) -> dict[int, Decimal]:
    """What is left of a whole; items of which nothing is left are not named."""
    gone = together(*taken)
    rest = {gnum: quantity - gone.get(gnum, NOTHING) for gnum, quantity in whole.items()}
    return {gnum: quantity for gnum, quantity in rest.items() if quantity > 0}


def as_lines(each: Quantities) -> tuple[ReturnLine, ...]:
    """The quantities as lines, by item number."""
    return tuple(ReturnLine(gnum=gnum, qty=quantity) for gnum, quantity in sorted(each.items()))


def beyond(lines: Iterable[ReturnLine], allowed: Quantities) -> tuple[tuple[str, str], ...]:
    """Every item of which more is asked than is allowed, as fields of a problem: asked, and what is left."""
    asked = quantities(lines)
    return tuple(
        field
        for gnum, quantity in sorted(asked.items())
        if quantity > allowed.get(gnum, NOTHING)
        for field in (
            (f"lines[gnum={gnum}].qty", f"{quantity:f}"),
            (f"left[gnum={gnum}].qty", f"{allowed.get(gnum, NOTHING):f}"),
        )
    )


def told(each: Quantities) -> str:
    """For people, e.g. `2 of line 1, 1 of line 3`."""
    return ", ".join(f"{quantity.normalize():f} of line {gnum}" for gnum, quantity in sorted(each.items()))
