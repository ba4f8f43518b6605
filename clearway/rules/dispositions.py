"""What usually follows a finding of an inspection, and what each disposition does to a list (RULEBOOK B.5)."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Literal

from clearway.contracts.base import Contract, legal_day
from clearway.contracts.customs import Disposition, DispositionOrder, Finding
from clearway.rules.catalogue import Found, Problems, problem
from clearway.rules.parameters import parameters
from clearway.rules.tables import FindingRow


class DispositionEffect(Contract):
    """What a disposition does to a list that it found before its release."""

    ends: bool
    """Whether the list is over with it."""
    quota: Literal["kept", "given_back"]
    """The orderer's annual amount."""
    guarantee: Literal["kept", "freed"]
    tax: Literal["due", "none", "recomputed"]


_GOES_ON = DispositionEffect(ends=False, quota="kept", guarantee="kept", tax="due")
_CORRECTED = DispositionEffect(ends=False, quota="kept", guarantee="kept", tax="recomputed")
_ENDS = DispositionEffect(ends=True, quota="given_back", guarantee="freed", tax="none")

EFFECTS: Mapping[Disposition, DispositionEffect] = MappingProxyType(
    {
        Disposition.MODIFY: _CORRECTED,
        Disposition.REMOVE_EXTRA: _GOES_ON,
        Disposition.SUPPLY_LICENCE: _GOES_ON,
        Disposition.RELEASE: _GOES_ON,
        Disposition.BACK_TO_STOCK: _ENDS,
        Disposition.RETURN_ABROAD: _ENDS,
        Disposition.DESTROY: _ENDS,
        Disposition.CONFISCATE: _ENDS,
        Disposition.HAND_OVER: _GOES_ON,
    }
)
"""Structure, not figures: the workflow is built to it, so no parameter file changes it."""


def effects_of(disposition: Disposition) -> DispositionEffect:
    """What a disposition does to a list; one that does not end it keeps everything reserved while it is held."""
    return EFFECTS[disposition]


def usual_dispositions(
    finding: Finding, trade_mode: str, *, on: date, profile: str = "SEED"
) -> tuple[Disposition, ...]:
    """What B.5's table names for a finding on a Shanghai day; nothing where it says nothing of that day.

    Of a supervision mode that is not known, everything that is usual under some mode.
    """
    row = parameters().row_if_any(FindingRow, finding, on=on, profile=profile)
    if row is None:
        return ()
    mode = parameters().trade_mode(trade_mode, on=on, profile=profile)
    kinds = (True, False) if mode is None else (mode.value.bonded,)
    return tuple(dict.fromkeys(each for bonded in kinds for each in row.value.under(bonded=bonded)))


def check_disposition(
    order: DispositionOrder, finding: Finding | None, trade_mode: str, *, profile: str = "SEED"
) -> Problems:
    """A warning where customs disposed of goods otherwise than the table says; never a refusal (D-27).

    Without a finding there is nothing to compare with.
    """
    if finding is None:
        return ()
    usual = usual_dispositions(finding, trade_mode, on=legal_day(order.at), profile=profile)
    if not usual or order.disposition in usual:
        return ()
    found = Found("inspection_result", "kind", finding), Found("disposition_order", "disposition", order.disposition)
    return (problem("W_DISPOSITION_UNUSUAL", *found, mode=trade_mode, usual=", ".join(usual)),)
