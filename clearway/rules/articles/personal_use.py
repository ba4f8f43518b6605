"""Personal use in reasonable quantity: who brings more than that deals in it, and is no individual (RULEBOOK D-30)."""

from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from clearway.contracts.articles import ArticleLine, ArticlesList
from clearway.contracts.facts import RuleUse
from clearway.rules.articles.found import at_line, told
from clearway.rules.articles.tax import UnknownCategory, category_of
from clearway.rules.catalogue import Problems
from clearway.rules.parameters import NoRuleInForce, parameters
from clearway.rules.tables import ArticleCategory, Measure


class PersonalUse(NamedTuple):
    """What was found of the quantities, and the rows that say what is reasonable."""

    problems: Problems
    rules: tuple[RuleUse, ...]


def check_personal_use(articles: ArticlesList, profile: str) -> PersonalUse:
    """Refuse a category of which all lines together are more than personal use, each as a part of its own quantity.

    Lines in an unknown category or one not in force are left out; they are problems of their own.
    """
    shares: dict[str, dict[int, Fraction]] = {}
    counted: dict[str, list[str]] = {}
    found: Problems = ()
    rules: list[RuleUse] = []
    for index, line in enumerate(articles.lines):
        try:
            category = category_of(line.category, articles.declared_on, profile)
        except (UnknownCategory, NoRuleInForce):
            continue
        rules.append(category.as_rule_use())
        personal, measured = personal_quantity(line, articles, category.value, profile)
        if personal is None:
            found += (told("E_ARTICLE_UNIT", at_line(articles, index, "unit"), category=line.category),)
            continue
        shares.setdefault(line.category, {})[index] = Fraction(measured) / Fraction(personal)
        counted.setdefault(line.category, []).append(f"{measured:f} / {personal:f}")
    for name, parts in shares.items():
        if sum(parts.values()) > 1:
            quantities = (at_line(articles, index, "qty") for index in parts)
            found += (told("E_RESALE_SIGNAL", *quantities, category=name, counted=" + ".join(counted[name])),)
    return PersonalUse(found, tuple(dict.fromkeys(rules)))


def personal_quantity(
    line: ArticleLine, articles: ArticlesList, category: ArticleCategory, profile: str
) -> tuple[Decimal | None, Decimal]:
    """The quantity that is still personal, None where the category is not counted so, and the line's own quantity."""
    if line.unit in category.units:
        return category.units[line.unit], line.qty
    measure = _measure(line.unit, articles, profile)
    if measure and measure.of == "kilogram":
        return category.kilograms, line.qty * measure.factor
    if measure and measure.of == "litre":
        return category.litres, line.qty * measure.factor
    return category.pieces, line.qty * (measure.factor if measure else 1)


def _measure(unit: str, articles: ArticlesList, profile: str) -> Measure | None:
    """What a unit measures; a unit that does not, or did not yet have its code, counts pieces."""
    try:
        row = parameters().unit(unit, on=articles.declared_on, profile=profile)
    except NoRuleInForce:
        return None
    return row.value.measure if row else None
