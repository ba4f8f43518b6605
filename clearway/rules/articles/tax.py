"""Article tax, once postal-article tax: value times rate, line by line, not levied up to 50.00 CNY (RULEBOOK B.9.6)."""

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from clearway.contracts.articles import ArticlesTax, ArticlesTaxLine
from clearway.rules.parameters import Dated, parameters
from clearway.rules.tables import ArticleCategory
from clearway.rules.workings import FEN


class UnknownCategory(LookupError):
    """An article's category is not in the table."""

    def __init__(self, category: str) -> None:
        super().__init__(f"there is no category of articles {category!r}")
        self.category = category


class TaxedArticle(NamedTuple):
    """One line to be taxed: its number, its category and its base in CNY."""

    gnum: int
    category: str
    base: Decimal


def postal_tax(articles: Sequence[TaxedArticle], *, on: date, profile: str) -> ArticlesTax:
    """Tax articles by the rates of the acceptance day, a Shanghai day: each line half up to the fen, then the sum.

    Up to the exemption nothing is due, above it the whole sum. Goods Lists accepted until 2016-04-07 are taxed the same
    way on their transaction prices (RULEBOOK X1). Raises NoRuleInForce before 2012-04-15, UnknownCategory.
    """
    regime = parameters().text("articles.regime", on=on, profile=profile)
    exemption = parameters().value("articles.exemption", on=on, profile=profile)
    categories = [category_of(article.category, on, profile) for article in articles]
    lines = tuple(_tax_line(article, category) for article, category in zip(articles, categories, strict=True))
    total = sum((line.tax for line in lines), Decimal("0.00"))
    due = total if total > exemption.value else Decimal("0.00")
    return ArticlesTax(
        regime=regime.value,
        assessed_on=on,
        lines=lines,
        total=total,
        exemption=exemption.value,
        due=due,
        explanation=_sum_up([line.tax for line in lines], total, exemption.value),
        rules=(regime.as_rule_use(), exemption.as_rule_use(), *dict.fromkeys(row.as_rule_use() for row in categories)),
    )


def category_of(category: str, on: date, profile: str) -> Dated[ArticleCategory]:
    """The row of a category on a Shanghai day; raises UnknownCategory, NoRuleInForce."""
    row = parameters().row(ArticleCategory, category, on=on, profile=profile)
    if row is None:
        raise UnknownCategory(category)
    return row


def _tax_line(article: TaxedArticle, category: Dated[ArticleCategory]) -> ArticlesTaxLine:
    rate = category.value.rate
    exact = article.base * rate
    tax = exact.quantize(FEN, ROUND_HALF_UP)
    rounded = "" if exact == tax else f" = {exact.normalize():f}, 四舍五入 rounded half up"
    named = f"{category.value.name} {article.category}"
    return ArticlesTaxLine(
        gnum=article.gnum,
        category=article.category,
        base=article.base,
        rate=rate,
        tax=tax,
        explanation=f"{named}: 完税价格 base {article.base:f} × 税率 rate {rate}{rounded} = {tax}",
    )


def written_out(amounts: Sequence[Decimal]) -> str:
    """A sum as a clerk writes it: `12.00 + 3.50 = 15.50`, or the one amount."""
    total = f"{sum(amounts, Decimal('0.00')):f}"
    return f"{' + '.join(f'{amount:f}' for amount in amounts)} = {total}" if len(amounts) > 1 else total


def _sum_up(taxes: Sequence[Decimal], total: Decimal, exemption: Decimal) -> str:
    if total > exemption:
        return (
            f"进境物品税 article tax {written_out(taxes)} > 免征额 exemption {exemption}, "
            f"全额征收 the whole is due: {total}"
        )
    return f"进境物品税 article tax {written_out(taxes)} ≤ 免征额 exemption {exemption}, 予以免征 not levied: 0.00"
