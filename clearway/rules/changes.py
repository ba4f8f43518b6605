"""Whether a declared list may still be modified or cancelled, and what a change brings into question (RULEBOOK B.4).

Pure judgements of recorded facts: the list's workflow asks them before it takes a change, so no parameter is read here.
"""

from collections.abc import Iterator
from enum import IntEnum
from itertools import zip_longest

from pydantic import Field

from clearway.contracts.base import Contract, Instant
from clearway.contracts.documents import DeclarationLine, DeclarationList
from clearway.contracts.problems import Problem
from clearway.rules.catalogue import Found, Problems, at, problem
from clearway.rules.fingerprint import ENVELOPE

KEPT_KEYS = (
    "order_no",
    "ebc_code",
    "ebp_code",
    "logistics_no",
    "logistics_code",
    "assure_code",
    "agent_code",
    "declared_on",
    "trade_mode",
    "customs_code",
    "cop_no",
)
"""What a modification keeps: what names the list, its parties and parcel, and what its rules and customs hang on."""

NUMBERS = frozenset({"pre_no", "invt_no"})
"""What customs added to the list when it took it; a modification names it and does not change it."""


class Standing(IntEnum):
    """How far a list has come; each includes those before it."""

    PREPARED = 0
    FILED = 1
    ACCEPTED = 2
    RELEASED = 3
    EXITED = 4


class ChangeFacts(Contract):
    """What decides whether a list may be changed now."""

    standing: Standing
    pre_no: str | None = Field(None, description="preNo, the E-Port's number of the list")
    invt_no: str | None = Field(None, description="invtNo, customs' number of the list")
    under_control: bool = Field(False, description="A control instruction is open, or the goods are detained")
    correction_ordered: bool = Field(False, description="Customs disposed of the goods by having the list corrected")
    suspicion_open: bool = Field(False, description="A suspicion of smuggling or of another violation is open")
    change_open: bool = Field(False, description="A modification or cancellation is with customs, undecided")
    return_open: bool = Field(False, description="A return of goods is under way")
    now: Instant
    cancellation_before: Instant | None = Field(
        None, description="First instant at which a released list is not cancelled any more, as its release fixed it"
    )


def check_modification(facts: ChangeFacts) -> Problems:
    """Everything against modifying the list: its numbers, control, suspicion, an open change, its release and exit.

    A list not filed yet has no numbers and is changed freely, unless it is under control. A correction that customs
    ordered is made under control.
    """
    found = _check_numbers(facts) + _check_control(facts, lifted=facts.correction_ordered) + _check_open_change(facts)
    if facts.standing is Standing.EXITED:
        return (*found, _exited(facts))
    if facts.standing is Standing.RELEASED:
        return (*found, problem("E_ALREADY_RELEASED", _standing(facts)))
    return found


def check_cancellation(facts: ChangeFacts) -> Problems:
    """Everything that stands against cancelling the list.

    A released one may be cancelled until its goods have left, until the end of day 30, and while no return of its goods
    is under way (D-11, D-35).
    """
    found = _check_numbers(facts) + _check_control(facts) + _check_open_change(facts)
    if facts.return_open:
        found += (problem("E_RETURN_OPEN.cancellation", _standing(facts)),)
    if facts.standing is Standing.EXITED:
        found += (_exited(facts),)
    end = facts.cancellation_before
    if facts.standing >= Standing.RELEASED and end is not None and facts.now >= end:
        found += (problem("E_CANCEL_TOO_LATE", _case("cancellation_before", end), _case("now", facts.now)),)
    return found


def check_kept_keys(old: DeclarationList, new: DeclarationList) -> Problems:
    """Every field that a modification changed and must keep, each with both its values."""
    return tuple(
        problem("E_CHANGE_OF_KEY", Found("filed_list", field, getattr(old, field)), at(new, field))
        for field in KEPT_KEYS
        if getattr(old, field) != getattr(new, field)
    )


def changed_fields(old: DeclarationList, new: DeclarationList) -> tuple[str, ...]:
    """Pointers to what a modification changes, such as `lines[1].hs_code`, in the order of the document, no values.

    Lines are counted from 0 and compared place by place; one that is only in one of the lists is `lines[2]`. Amounts
    count by value. What changes with every submission, and customs' numbers of the list, are left out.
    """
    return tuple(_changed_in_head(old, new)) + tuple(_changed_in_lines(old, new))


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


def _check_control(facts: ChangeFacts, *, lifted: bool = False) -> Problems:
    found: Problems = ()
    if facts.under_control and not lifted:
        found += (problem("E_UNDER_CONTROL.instruction", _standing(facts)),)
    if facts.suspicion_open:
        found += (problem("E_UNDER_CONTROL.hold", _standing(facts)),)
    return found


def _check_open_change(facts: ChangeFacts) -> Problems:
    """Customs decides one change after the other; the next one is made of what it leaves."""
    return (problem("E_CHANGE_OPEN", _standing(facts)),) if facts.change_open else ()


def _exited(facts: ChangeFacts) -> Problem:
    return problem("E_ALREADY_EXITED", _standing(facts))


def _standing(facts: ChangeFacts) -> Found:
    return _case("standing", facts.standing.name)


def _case(field: str, value: object) -> Found:
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


def _changed_in_head(old: DeclarationList, new: DeclarationList) -> Iterator[str]:
    for field in DeclarationList.model_fields:
        if field not in ENVELOPE | NUMBERS | {"lines"} and getattr(old, field) != getattr(new, field):
            yield field


def _changed_in_lines(old: DeclarationList, new: DeclarationList) -> Iterator[str]:
    for place, (before, after) in enumerate(zip_longest(old.lines, new.lines)):
        if before is None or after is None:
            yield f"lines[{place}]"
            continue
        for field in DeclarationLine.model_fields:
            if getattr(before, field) != getattr(after, field):
                yield f"lines[{place}].{field}"
