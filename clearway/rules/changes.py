"""Whether a declared list may still be modified or cancelled, and what a change brings into question (RULEBOOK B.4).

Pure judgements of a few facts. The workflow does not ask them yet: it refuses every change of a filed list and leaves
cancelling it to customs.
"""

from datetime import date, timedelta
from enum import IntEnum
from typing import Self

from pydantic import Field, model_validator

from clearway.contracts.base import Contract, Day
from clearway.contracts.documents import DeclarationList
from clearway.contracts.problems import Problem
from clearway.rules.catalogue import Found, Problems, problem
from clearway.rules.parameters import parameters


class Standing(IntEnum):
    """How far a list has come; each includes those before it."""

    PREPARED = 0
    FILED = 1
    ACCEPTED = 2
    RELEASED = 3
    EXITED = 4


class ChangeFacts(Contract):
    """What decides whether a list may be changed today."""

    standing: Standing
    pre_no: str | None = Field(None, description="preNo, the E-Port's number of the list")
    invt_no: str | None = Field(None, description="invtNo, customs' number of the list")
    under_control: bool = Field(False, description="A control instruction is open, or the goods are detained")
    suspicion_open: bool = Field(False, description="A suspicion of smuggling or of another violation is open")
    today: Day
    release_day: Day | None = Field(None, description="D0, the Shanghai day of the release; needed once released")

    @model_validator(mode="after")
    def _know_the_release(self) -> Self:
        if self.standing >= Standing.RELEASED and self.release_day is None:
            raise ValueError("a released list needs its release_day")
        return self


def check_modification(facts: ChangeFacts) -> Problems:
    """Everything that stands against modifying the list: its numbers, control and suspicion, release, exit.

    A list not filed yet has no numbers and is changed freely, unless it is under control.
    """
    found = _check_numbers(facts) + _check_control(facts)
    if facts.standing is Standing.EXITED:
        return (*found, _exited(facts))
    if facts.standing is Standing.RELEASED:
        return (*found, problem("E_ALREADY_RELEASED", _standing(facts)))
    return found


def check_cancellation(facts: ChangeFacts, *, profile: str) -> Problems:
    """Everything that stands against cancelling the list.

    A released one may be cancelled until its goods have left, and until the end of day 30 (D-11, D-35).
    """
    found = _check_numbers(facts) + _check_control(facts)
    if facts.standing is Standing.EXITED:
        found += (_exited(facts),)
    if facts.release_day is not None:
        days = parameters().value("cancellation.days", on=facts.release_day, profile=profile).value
        last_day = facts.release_day + timedelta(days=int(days))
        if facts.today > last_day:
            dates = _case("release_day", facts.release_day), _case("today", facts.today)
            found += (problem("E_CANCEL_TOO_LATE", *dates, last_day=last_day),)
    return found


def needs_rejudgement(old: DeclarationList, new: DeclarationList) -> frozenset[str]:
    """What changed of `price`, `qty`, `hs_code` and `buyer`; if anything did, comparison, limits and guarantee rerun.

    A line added or taken away changes price, quantity and HS code.
    """
    changed = {
        "price": _prices(old) != _prices(new),
        "qty": _quantities(old) != _quantities(new),
        "hs_code": _codes(old) != _codes(new),
        "buyer": _buyer(old) != _buyer(new),
    }
    return frozenset(name for name, differs in changed.items() if differs)


def _check_numbers(facts: ChangeFacts) -> Problems:
    """A change of what was filed names it by both its numbers."""
    if facts.standing is Standing.PREPARED:
        return ()
    numbers = {"pre_no": facts.pre_no, "invt_no": facts.invt_no}
    return tuple(
        problem("E_CHANGE_WITHOUT_NUMBERS", Found("declaration_list", field, number))
        for field, number in numbers.items()
        if not number
    )


def _check_control(facts: ChangeFacts) -> Problems:
    found: Problems = ()
    if facts.under_control:
        found += (problem("E_UNDER_CONTROL.instruction", _standing(facts)),)
    if facts.suspicion_open:
        found += (problem("E_UNDER_CONTROL.suspicion", _standing(facts)),)
    return found


def _exited(facts: ChangeFacts) -> Problem:
    return problem("E_ALREADY_EXITED", _standing(facts))


def _standing(facts: ChangeFacts) -> Found:
    return _case("standing", facts.standing.name)


def _case(field: str, value: str | date) -> Found:
    return Found("case", field, value)


def _prices(declared: DeclarationList) -> object:
    lines = [(line.gnum, line.price, line.total_price, line.currency) for line in declared.lines]
    return declared.freight, declared.insured_fee, lines


def _quantities(declared: DeclarationList) -> object:
    return [(line.gnum, line.qty, line.unit, line.qty1, line.unit1, line.qty2, line.unit2) for line in declared.lines]


def _codes(declared: DeclarationList) -> object:
    return [(line.gnum, line.hs_code) for line in declared.lines]


def _buyer(declared: DeclarationList) -> object:
    return declared.buyer_id_type, declared.buyer_id_number, declared.buyer_name
