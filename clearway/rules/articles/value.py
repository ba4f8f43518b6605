"""What a parcel of articles is worth, and the limit up to which it passes as articles (RULEBOOK B.9.6, B.12, X11)."""

from dataclasses import dataclass
from decimal import Decimal

from clearway.contracts.articles import ArticlesList
from clearway.contracts.facts import RuleUse
from clearway.rules.articles.tax import written_out
from clearway.rules.parameters import parameters

PRICE_TABLE = "price_table"
"""The valuation by which customs' price table comes before the actual value."""


@dataclass(frozen=True, slots=True)
class ParcelValue:
    """The value of each line and of the parcel in CNY, beside the limit of the day and of the place of departure."""

    bases: tuple[Decimal, ...]
    limit: Decimal
    indivisible: bool
    explanation: str
    rules: tuple[RuleUse, ...]

    @property
    def total(self) -> Decimal:
        """What the whole parcel is worth."""
        return sum(self.bases, Decimal("0.00"))


def is_single_article(articles: ArticlesList) -> bool:
    """Whether the parcel holds one indivisible article: one line, quantity 1 (as D-22 for goods)."""
    return len(articles.lines) == 1 and articles.lines[0].qty == 1


def limit_parcel(articles: ArticlesList, *, profile: str) -> ParcelValue:
    """Value a parcel by the rules of its acceptance day and set it against the limit; equality is inside.

    The value that is taxed is the value that counts. Raises NoRuleInForce before 2010-09-01.
    """
    day, rules = articles.declared_on, parameters()
    valuation = rules.text("articles.valuation", on=day, profile=profile)
    nearby = rules.text("articles.nearby_origins", on=day, profile=profile)
    near = articles.departure_country in nearby.value.split()
    limit = rules.value("articles.limit_nearby" if near else "articles.limit_elsewhere", on=day, profile=profile)
    by_table = valuation.value == PRICE_TABLE
    bases = tuple(
        line.table_value if by_table and line.table_value is not None else line.value for line in articles.lines
    )
    indivisible = is_single_article(articles)
    return ParcelValue(
        bases=bases,
        limit=limit.value,
        indivisible=indivisible,
        explanation=_explain(bases, limit.value, articles.departure_country, indivisible=indivisible),
        rules=tuple(rule.as_rule_use() for rule in (valuation, nearby, limit)),
    )


def _explain(bases: tuple[Decimal, ...], limit: Decimal, origin: str, *, indivisible: bool) -> str:
    value = f"物品价值 value {written_out(bases)}"
    limited = f"限值 limit {limit} (启运国 from {origin})"
    if sum(bases, Decimal(0)) <= limit:
        return f"{value} ≤ {limited}"
    if indivisible:
        return f"{value} > {limited}; 仅一件不可分割物品 one single article, 可按物品通关 may pass"
    return f"{value} > {limited}; 不得按物品通关 may not pass as articles"
