"""Articles under control: prohibited ones, and the approvals that let the others pass (RULEBOOK B.12; seed S0.7)."""

from decimal import Decimal
from typing import NamedTuple

from clearway.contracts.articles import Approval, ArticlesList
from clearway.contracts.facts import RuleUse
from clearway.rules.articles.found import at_approval, at_head, at_line, no_rule, told
from clearway.rules.catalogue import Problems
from clearway.rules.parameters import NoRuleInForce, parameters
from clearway.rules.persons import normalise_id_number
from clearway.rules.tables import ControlledArticle


class Control(NamedTuple):
    """What was found of the articles under control: hard problems, approvals still awaited, and the rules used."""

    problems: Problems
    awaited: Problems
    missing: tuple[str, ...]
    rules: tuple[RuleUse, ...]


def check_control(articles: ArticlesList, profile: str) -> Control:
    """Every category under control has an approval of the individual, valid on the acceptance day, for its quantity.

    No approval at all is awaited; one that is expired, another person's or for less is refused.
    """
    problems: Problems = ()
    awaited: Problems = ()
    missing: list[str] = []
    rules: list[RuleUse] = []
    for code, indexes in _under_control(articles).items():
        first = at_line(articles, indexes[0], "controlled_as")
        try:
            row = parameters().row(ControlledArticle, code, on=articles.declared_on, profile=profile)
        except NoRuleInForce as gap:
            problems += (no_rule(articles, gap),)
            continue
        if row is None:
            known = ", ".join(parameters().codes(ControlledArticle))
            problems += (told("E_CONTROLLED_CATEGORY", first, known=known),)
            continue
        rules.append(row.as_rule_use())
        needed = sum((articles.lines[index].qty for index in indexes), Decimal(0))
        if row.value.prohibited:
            at_lines = (at_line(articles, index, "controlled_as") for index in indexes)
            problems += (told("E_PROHIBITED_ARTICLE", *at_lines, name=row.value.name),)
        elif needed > row.value.free_quantity:
            given = _given_for(articles, code)
            if given:
                problems += _check_approvals(articles, given, indexes, needed)
            else:
                missing.append(code)
                words = row.value.model_dump(include={"name", "approval_en", "approval_zh", *_DEPARTMENTS})
                awaited += (told("E_APPROVAL_MISSING", first, **words),)
    return Control(problems, awaited, tuple(missing), tuple(rules))


_DEPARTMENTS = ("department_en", "department_zh")


def _under_control(articles: ArticlesList) -> dict[str, list[int]]:
    """The lines of each category under control, by their places."""
    found: dict[str, list[int]] = {}
    for index, line in enumerate(articles.lines):
        if line.controlled_as is not None:
            found.setdefault(line.controlled_as, []).append(index)
    return found


def _given_for(articles: ArticlesList, code: str) -> dict[str, int]:
    """The approvals for a category by their numbers, each with its place; a later one of the same number counts."""
    return {each.number: index for index, each in enumerate(articles.approvals) if each.controlled_as == code}


def _check_approvals(articles: ArticlesList, given: dict[str, int], indexes: list[int], needed: Decimal) -> Problems:
    """Nothing if those approvals that hold cover the quantity; else everything that is wrong with any of them."""
    found: Problems = ()
    approved = Decimal(0)
    for index in given.values():
        wrong = _check_approval(articles, index, articles.approvals[index])
        approved += Decimal(0) if wrong else articles.approvals[index].quantity
        found += wrong
    if approved >= needed:
        return ()
    if approved or not found:
        quantities = (at_approval(articles, index, "quantity") for index in given.values())
        lines = (at_line(articles, index, "qty") for index in indexes)
        found += (told("E_APPROVAL.quantity", *lines, *quantities, needed=f"{needed:f}", approved=f"{approved:f}"),)
    return found


def _check_approval(articles: ArticlesList, index: int, approval: Approval) -> Problems:
    found: Problems = ()
    if normalise_id_number(approval.holder_id_number) != normalise_id_number(articles.individual_id_number):
        holder = at_approval(articles, index, "holder_id_number")
        found += (told("E_APPROVAL.holder", at_head(articles, "individual_id_number"), holder, number=approval.number),)
    if approval.valid_to < articles.declared_on:
        valid_to = at_approval(articles, index, "valid_to")
        found += (told("E_APPROVAL.expired", at_head(articles, "declared_on"), valid_to, number=approval.number),)
    return found
