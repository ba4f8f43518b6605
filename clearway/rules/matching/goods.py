"""M08 and M17: the goods, line by line."""

from clearway.contracts.documents import DeclarationList, Order
from clearway.rules.catalogue import Problems, agree, at_line, problem
from clearway.rules.matching.facts import Papers
from clearway.rules.parameters import parameters
from clearway.rules.remarks import check_remarks

ALWAYS_EQUAL = ("qty", "unit", "price", "total_price")
EQUAL_WHERE_GIVEN = ("item_no", "item_name")


def m08_lines(papers: Papers) -> Problems:
    """The list declares the order's lines: one to one, in the same sequence, with the same goods and prices."""
    order, declared = papers.order, papers.declaration_list
    ordered = {line.gnum: index for index, line in reversed(list(enumerate(order.lines)))}
    listed = {line.gnum: index for index, line in reversed(list(enumerate(declared.lines)))}
    found: Problems = ()
    for gnum, index in ordered.items():
        if gnum not in listed:
            found += (problem("M08.missing", at_line(order, index, "gnum")),)
    for gnum, index in listed.items():
        if gnum not in ordered:
            found += (problem("M08.extra", at_line(declared, index, "gnum")),)
    if not found and [line.gnum for line in order.lines] != [line.gnum for line in declared.lines]:
        found += (problem("M08.sequence", at_line(order, 0, "gnum"), at_line(declared, 0, "gnum")),)
    for gnum in sorted(ordered.keys() & listed.keys()):
        found += _same_line(order, ordered[gnum], declared, listed[gnum])
    return found


def _same_line(order: Order, ordered: int, declared: DeclarationList, listed: int) -> Problems:
    given = [
        field
        for field in EQUAL_WHERE_GIVEN
        if getattr(order.lines[ordered], field) and getattr(declared.lines[listed], field)
    ]
    return tuple(
        found
        for field in (*given, *ALWAYS_EQUAL)
        for found in agree("M08", at_line(order, ordered, field), at_line(declared, listed, field))
    )


def m17_positive_list_and_units(papers: Papers) -> Problems:
    """Every HS code is on the Positive List on the acceptance day, by its remarks too; every unit code in the table."""
    declared, rules = papers.declaration_list, parameters()
    found: Problems = ()
    for index, line in enumerate(declared.lines):
        goods = rules.goods(line.hs_code, on=papers.declared_on, profile=papers.profile)
        if goods is None or not goods.value.positive_list:
            found += (problem("M17.goods", at_line(declared, index, "hs_code"), day=papers.declared_on),)
    found += check_remarks(declared, profile=papers.profile)
    written = [at_line(papers.order, index, "unit") for index in range(len(papers.order.lines))]
    for index in range(len(declared.lines)):
        written += [at_line(declared, index, field) for field in ("unit", "unit1", "unit2")]
    for unit in written:
        if unit.value and rules.unit(unit.value, on=papers.declared_on, profile=papers.profile) is None:
            found += (problem("M17.unit", unit),)
    return found
