"""What is checked of a list and its lines alone: origin, numbers, figures, units and categories (RULEBOOK B.12)."""

from clearway.contracts.articles import ArticlesList
from clearway.rules.articles.found import at_head, at_line, no_rule, told
from clearway.rules.articles.tax import UnknownCategory, category_of
from clearway.rules.catalogue import Problems
from clearway.rules.parameters import NoRuleInForce, parameters
from clearway.rules.tables import ArticleCategory, Country, Unit


def check_origin(articles: ArticlesList) -> Problems:
    """The country or region of departure, which decides the limit, is one of customs' table."""
    if articles.departure_country in parameters().codes(Country):
        return ()
    return (told("E_ARTICLE_ORIGIN", at_head(articles, "departure_country")),)


def check_line_numbers(articles: ArticlesList) -> Problems:
    """The lines count up from 1."""
    return tuple(
        told("E_LINE_NUMBERS", at_line(articles, index, "gnum"), expected=index + 1)
        for index, line in enumerate(articles.lines)
        if line.gnum != index + 1
    )


def check_figures(articles: ArticlesList, profile: str) -> Problems:
    """No figure is beyond any parcel. Raises NoRuleInForce."""
    ceiling = parameters().value("articles.amount_ceiling", on=articles.declared_on, profile=profile).value
    written = (
        at_line(articles, index, field)
        for index in range(len(articles.lines))
        for field in ("qty", "value", "table_value")
    )
    return tuple(
        told("E_MAGNITUDE", found, ceiling=f"{ceiling:f}")
        for found in written
        if found.value is not None and found.value > ceiling
    )


def check_units(articles: ArticlesList) -> Problems:
    """Every unit code is one of customs' table."""
    known = parameters().codes(Unit)
    return tuple(
        told("M17.unit", at_line(articles, index, "unit"))
        for index, line in enumerate(articles.lines)
        if line.unit not in known
    )


def check_categories(articles: ArticlesList, profile: str) -> Problems:
    """Every category is one of the article tax."""
    found: Problems = ()
    for index, line in enumerate(articles.lines):
        try:
            category_of(line.category, articles.declared_on, profile)
        except UnknownCategory:
            known = ", ".join(parameters().codes(ArticleCategory))
            found += (told("E_ARTICLE_CATEGORY", at_line(articles, index, "category"), known=known),)
        except NoRuleInForce as gap:
            found += (no_rule(articles, gap),)
    return found
