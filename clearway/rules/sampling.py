"""Drawing lists for inspection so that anyone can draw again and find the same ones (RULEBOOK B.5, D-27)."""

import hashlib
from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from math import ceil

from clearway.contracts.customs import Draw


def draw(population: Sequence[str], ratio: Decimal | None, seed: str) -> tuple[tuple[str, Draw], ...]:
    """The keys that are selected, in the order drawn, each with the record that proves it.

    Of n different keys ceil(n × ratio) are selected, at least one of any; without a ratio all are. Raises ValueError
    for a ratio that is not above 0 and at most 1.
    """
    if ratio is not None and not 0 < ratio <= 1:
        raise ValueError(f"a sample ratio is above 0 and at most 1, not {ratio}")
    keys = sorted(set(population))
    if not keys:
        return ()
    selected = ceil(len(keys) * Fraction(ratio if ratio is not None else 1))
    first = Draw(
        seed=seed, population=len(keys), population_sha256=_fingerprint(keys), selected=selected, place=1
    )  # whoever draws again has the seed as it is recorded, without blanks around it
    order = _drawn_order(keys, first.seed)[:selected]
    return tuple((key, first.model_copy(update={"place": place})) for place, key in enumerate(order, start=1))


def prove(drawn: Draw, key: str, population: Sequence[str]) -> bool:
    """Whether drawing again from these keys with the recorded seed selects this key at the recorded place.

    How many were to be selected is the ratio of customs' instruction; a record cannot say more about it than its count.
    """
    keys = sorted(set(population))
    return (
        drawn.population == len(keys)
        and drawn.population_sha256 == _fingerprint(keys)
        and drawn.place <= drawn.selected <= drawn.population
        and _drawn_order(keys, drawn.seed)[drawn.place - 1] == key
    )


def _drawn_order(keys: Iterable[str], seed: str) -> list[str]:
    """A hash, for the generators of languages and versions differ and this must be the same in twenty years."""
    return sorted(keys, key=lambda key: (_sha256(f"{seed}|{key}"), key))


def _fingerprint(keys: Iterable[str]) -> str:
    """What `LC_ALL=C sort -u keys | sha256sum` says of a file with one key to a line."""
    return _sha256("".join(f"{key}\n" for key in keys))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
