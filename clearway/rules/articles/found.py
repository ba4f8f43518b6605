"""Pointing at the fields of a List of Items."""

from clearway.contracts.articles import ArticlesList
from clearway.contracts.parties import Role
from clearway.contracts.problems import Problem
from clearway.rules.catalogue import Found, problem
from clearway.rules.parameters import NoRuleInForce


def at_head(articles: ArticlesList, field: str) -> Found:
    """Point at a field of the list's head."""
    return Found(articles.kind, field, getattr(articles, field))


def at_line(articles: ArticlesList, index: int, field: str) -> Found:
    """Point at a field of a line, counted from 0 as in the pointer."""
    return Found(articles.kind, f"lines[{index}].{field}", getattr(articles.lines[index], field))


def at_approval(articles: ArticlesList, index: int, field: str) -> Found:
    """Point at a field of an approval, counted from 0 as in the pointer."""
    return Found(articles.kind, f"approvals[{index}].{field}", getattr(articles.approvals[index], field))


def told(key: str, *found: Found, **words: object) -> Problem:
    """A problem that the individual mends."""
    return problem(key, *found, owner=Role.IND, **words)


def no_rule(articles: ArticlesList, gap: NoRuleInForce) -> Problem:
    """No rule is in force on the acceptance day."""
    return told("E_NO_RULE", at_head(articles, "declared_on"), rules=gap.rule)
