"""Remarks of the Positive List: excluded goods, bonded import only, goods by name, quantity per person and year."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import ROUND_UP, Decimal
from typing import NamedTuple

from clearway.contracts.documents import DeclarationList
from clearway.contracts.facts_of_rules import RemarkUse
from clearway.rules.catalogue import Found, Problems, at, at_line, problem
from clearway.rules.parameters import Dated, parameters
from clearway.rules.tables import BondedOnly, Exclusion, Goods, NameLimit, Remark, RemarkGroup, WeightLimit
from clearway.rules.tariff import measure

NAMES = ("goods_name", "specification")
"""Where the words of a remark are looked for."""

NOTHING, SMALLEST = Decimal(0), Decimal("0.00001")
"""Kilograms; what is finer is rounded up, for no document and no ledger can tell it apart."""


class _Counted(NamedTuple):
    """One line that counts against a group, in kilograms."""

    gnum: int
    weight: Decimal
    goods: Dated[Goods]


def check_remarks(declared: DeclarationList, *, profile: str) -> Problems:
    """M17 for every line that its code's remarks keep off the Positive List, or that states no weight to be counted.

    Words are looked for in the customs name and the specification. Raises NoRuleInForce for a remark group.
    """
    return tuple(
        found
        for index, goods in _listed(declared, profile)
        for remark in goods.value.remarks
        for found in _check_remark(declared, index, remark, profile)
    )


def quantity_remarks(declared: DeclarationList, *, profile: str) -> tuple[RemarkUse, ...]:
    """What the list takes of each quantity limited per person and year, by group; the year is the acceptance day's.

    A line whose quantity gives no weight is not counted; `check_remarks` refuses it. Raises NoRuleInForce for a group.
    """
    counted: dict[str, list[_Counted]] = {}
    for index, goods in _listed(declared, profile):
        for remark in goods.value.remarks:
            if isinstance(remark, WeightLimit) and (weight := _weight(declared, index, profile)):
                counted.setdefault(remark.group, []).append(_Counted(declared.lines[index].gnum, weight, goods))
    return tuple(_use_of(name, lines, declared, profile) for name, lines in counted.items())


def check_quantities(uses: Iterable[RemarkUse], used: Mapping[str, Decimal]) -> Problems:
    """E_OVER_QUANTITY for every group of which the list takes more than is left; exactly the limit is inside.

    `used` is what is counted for the person in that year so far, in kilograms by group; a group not named has none.
    """
    return tuple(
        problem(
            "E_OVER_QUANTITY",
            Found("declaration_list", f"quantity.{use.group}", use.quantity),
            group_en=use.name_en,
            group_zh=use.name_zh,
            year=use.year,
            used=f"{used.get(use.group, NOTHING):f}",
            total=f"{used.get(use.group, NOTHING) + use.quantity:f}",
            limit=f"{use.limit:f}",
        )
        for use in uses
        if used.get(use.group, NOTHING) + use.quantity > use.limit
    )


def _listed(declared: DeclarationList, profile: str) -> Iterator[tuple[int, Dated[Goods]]]:
    """The lines whose code is on the Positive List at all, with their tariff row; M17 itself refuses the others."""
    for index, line in enumerate(declared.lines):
        goods = parameters().row_if_any(Goods, line.hs_code, on=declared.declared_on, profile=profile)
        if goods is not None and goods.value.positive_list:
            yield index, goods


def _check_remark(declared: DeclarationList, index: int, remark: Remark, profile: str) -> Problems:
    line, day, code = declared.lines[index], declared.declared_on, at_line(declared, index, "hs_code")
    match remark:
        case BondedOnly():
            mode = parameters().trade_mode(declared.trade_mode, on=day, profile=profile)
            if mode is not None and not mode.value.bonded:
                return (problem("M17.bonded_only", code, at(declared, "trade_mode"), day=day),)
        case Exclusion():
            return tuple(
                problem("M17.excluded", code, at_line(declared, index, field), word=word, day=day)
                for field in NAMES
                for word in remark.words
                if word in _without(getattr(line, field), remark.unless)
            )
        case NameLimit():
            if not any(word in getattr(line, field) for field in NAMES for word in remark.words):
                read = (at_line(declared, index, field) for field in reversed(NAMES))
                return (problem("M17.name", code, *read, words="、".join(remark.words), day=day),)
        case WeightLimit():
            if _weight(declared, index, profile) is None:
                group = _group(remark.group, declared, profile).value
                amount = (at_line(declared, index, field) for field in ("qty1", "unit1"))
                return (problem("M17.weight", *amount, group_en=group.name_en, group_zh=group.name_zh),)
    return ()


def _without(text: str, phrases: Sequence[str]) -> str:
    for phrase in phrases:
        text = text.replace(phrase, " ")
    return text


def _weight(declared: DeclarationList, index: int, profile: str) -> Decimal | None:
    return measure(declared.lines[index], "kilogram", declared.declared_on, profile)


def _group(name: str, declared: DeclarationList, profile: str) -> Dated[RemarkGroup]:
    found = parameters().row(RemarkGroup, name, on=declared.declared_on, profile=profile)
    if found is None:
        raise KeyError(name)
    return found


def _told_apart(weight: Decimal) -> Decimal:
    return weight if weight % SMALLEST == 0 else weight.quantize(SMALLEST, ROUND_UP)


def _use_of(name: str, lines: Sequence[_Counted], declared: DeclarationList, profile: str) -> RemarkUse:
    group = _group(name, declared, profile)
    total = _told_apart(sum((line.weight for line in lines), NOTHING))
    parts = " + ".join(f"{line.weight:f} (第 {line.gnum} 项 line {line.gnum})" for line in lines)
    limit = group.value.kilograms
    return RemarkUse(
        group=name,
        name_en=group.value.name_en,
        name_zh=group.value.name_zh,
        year=declared.declared_on.year,
        quantity=total,
        limit=limit,
        lines=tuple(line.gnum for line in lines),
        explanation=f"{group.value.name_zh} {group.value.name_en} {parts} = {total:f} kg; 每人每年 a year {limit:f} kg",
        rules=tuple(dict.fromkeys((group.as_rule_use(), *(line.goods.as_rule_use() for line in lines)))),
    )
