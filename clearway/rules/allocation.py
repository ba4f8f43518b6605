"""What customs asks for a list, and how a payment that is too small is shared out (RULEBOOK B.9.3, B.9.5)."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from clearway.rules.parameters import parameters

NOTHING = Decimal(0)


def billed_due(*, billed: Decimal, assessed: Decimal, billed_for: Decimal, due: Decimal) -> Decimal:
    """What a list owes in all, in CNY, where customs billed it: customs' figure wins over ours.

    `assessed` is our figure for the whole list, `billed_for` for what was retained when customs billed it, `due` for
    what is retained now. The bill is lowered by what came back after it; what came back before, it knows of. Nothing is
    owed where everything came back.
    """
    if due == NOTHING and assessed > NOTHING:
        return NOTHING
    return max(billed - (billed_for - due), NOTHING)


def differs(difference: Decimal, *, lines: int, on: date, profile: str) -> bool:
    """Whether customs' figure is further from ours than the rounding of its lines explains; raises NoRuleInForce."""
    return abs(difference) > parameters().value("tax.bill_tolerance_per_line", on=on, profile=profile).value * lines


def allocate(paid: Decimal, asked: Sequence[Decimal]) -> tuple[tuple[Decimal, ...], Decimal]:
    """Share a payment out over what was asked, in the given order, the earliest deadline first; and what is left over.

    Each gets at most what it asked for; shares and rest add up to the payment. Raises ValueError for negative amounts.
    """
    if paid < 0 or any(each < 0 for each in asked):
        raise ValueError("neither a payment nor what is asked for is below zero")
    shares, rest = [], paid
    for each in asked:
        shares.append(min(each, rest))
        rest -= shares[-1]
    return tuple(shares), rest
