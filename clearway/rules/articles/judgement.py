"""The whole judgement of a List of Items: identity, lines, value, tax, control and personal use (RULEBOOK B.12)."""

from datetime import datetime

from clearway.contracts.articles import ArticlesJudgement, ArticlesList, ArticlesOutcome, ArticlesTax
from clearway.contracts.base import legal_day
from clearway.contracts.facts import IdentityOutcome
from clearway.rules.articles.approvals import check_control
from clearway.rules.articles.found import at_head, no_rule, told
from clearway.rules.articles.lines import check_categories, check_figures, check_line_numbers, check_origin, check_units
from clearway.rules.articles.personal_use import check_personal_use
from clearway.rules.articles.tax import TaxedArticle, UnknownCategory, postal_tax
from clearway.rules.articles.value import ParcelValue, is_single_article, limit_parcel
from clearway.rules.catalogue import Found, Problems
from clearway.rules.parameters import NoRuleInForce
from clearway.rules.persons import is_id_number
from clearway.rules.series import check_profile


def judge_articles(
    articles: ArticlesList, *, identity: IdentityOutcome, now: datetime, profile: str
) -> ArticlesJudgement:
    """Judge a List of Items by the rules of its acceptance day, everything at once; `now` is the instant of judging.

    The outcome is the hardest: REFUSED where anything must be corrected or cannot pass at all, else OVER_LIMIT, else
    APPROVAL_PENDING, else PASS. Raises ValueError for an unknown profile or an instant without a zone; whatever is
    wrong with the list is a problem, never an error.
    """
    check_profile(profile)
    parcel, gaps = _value(articles, profile)
    control = check_control(articles, profile)
    personal = check_personal_use(articles, profile)
    tax, untaxed = _tax(articles, parcel, profile)
    refusals = (
        *_check_identity(articles, identity, now),
        *check_origin(articles),
        *check_line_numbers(articles),
        *check_units(articles),
        *check_categories(articles, profile),
        *gaps,
        *untaxed,
        *control.problems,
        *personal.problems,
    )
    excess, tolerated = _check_limit(articles, parcel)
    used = (*(parcel.rules if parcel else ()), *(tax.rules if tax else ()), *personal.rules, *control.rules)
    return ArticlesJudgement(
        outcome=_outcome(refusals, excess, control.awaited),
        problems=tuple(dict.fromkeys((*refusals, *excess, *control.awaited))),
        warnings=tolerated,
        value=parcel.total if parcel else None,
        limit=parcel.limit if parcel else None,
        indivisible=is_single_article(articles),
        approvals_missing=control.missing,
        identity=identity,
        tax=tax,
        explanation=parcel.explanation if parcel else "",
        rules=tuple(dict.fromkeys(used)),
        profile=profile,
    )


def _outcome(refusals: Problems, excess: Problems, awaited: Problems) -> ArticlesOutcome:
    if refusals:
        return ArticlesOutcome.REFUSED
    if excess:
        return ArticlesOutcome.OVER_LIMIT
    return ArticlesOutcome.APPROVAL_PENDING if awaited else ArticlesOutcome.PASS


def _check_identity(articles: ArticlesList, identity: IdentityOutcome, now: datetime) -> Problems:
    """The number is well formed, and the authority does not know it to be another person's (D-07)."""
    number = at_head(articles, "individual_id_number")
    found: Problems = ()
    if not is_id_number(articles.individual_id_number, legal_day(now)):
        found += (told("E_ID_NUMBER", number),)
    if identity is IdentityOutcome.MISMATCH:
        found += (told("E_IDENTITY_MISMATCH.individual", at_head(articles, "individual_name"), number),)
    return found


def _value(articles: ArticlesList, profile: str) -> tuple[ParcelValue | None, Problems]:
    """The parcel's value and limit; none where a figure is beyond any parcel or no rule is in force."""
    try:
        if found := check_figures(articles, profile):
            return None, found
        parcel = limit_parcel(articles, profile=profile)
    except NoRuleInForce as gap:
        return None, (no_rule(articles, gap),)
    worthless = tuple(
        told("E_ZERO_VALUE.article", Found(articles.kind, f"lines[{index}].value", base))
        for index, base in enumerate(parcel.bases)
        if base == 0
    )
    return parcel, worthless


def _check_limit(articles: ArticlesList, parcel: ParcelValue | None) -> tuple[Problems, Problems]:
    """What keeps a parcel from passing as articles; and a warning where one single article may pass above the limit."""
    if parcel is None or parcel.total <= parcel.limit:
        return (), ()
    value = Found(articles.kind, "lines[*].value", parcel.total)
    found, limit = (at_head(articles, "departure_country"), value), f"{parcel.limit:f}"
    if parcel.indivisible:
        return (), (told("E_OVER_LIMIT.single_article", *found, limit=limit),)
    return (told("E_OVER_LIMIT.parcel", *found, limit=limit),), ()


def _tax(articles: ArticlesList, parcel: ParcelValue | None, profile: str) -> tuple[ArticlesTax | None, Problems]:
    """The tax, or what leaves the list without one; an unknown category is told with the lines."""
    if parcel is None:
        return None, ()
    taxed = [
        TaxedArticle(line.gnum, line.category, base) for line, base in zip(articles.lines, parcel.bases, strict=True)
    ]
    try:
        return postal_tax(taxed, on=articles.declared_on, profile=profile), ()
    except UnknownCategory:
        return None, ()
    except NoRuleInForce as gap:
        return None, (no_rule(articles, gap),)
