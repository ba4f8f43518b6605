"""Parcels of articles in plain words: reads a case of the YAML files here and judges the list it describes."""

from datetime import UTC, datetime, time
from typing import Any

from clearway.contracts.articles import ArticlesJudgement, ArticlesList, ArticlesTax
from clearway.contracts.base import SHANGHAI
from clearway.contracts.facts import IdentityOutcome
from clearway.rules.articles import TaxedArticle, judge_articles, postal_tax
from clearway.testing import sample_articles

LINE = {"name": "样品", "category": "food", "qty": "1", "unit": "011", "value": "10.00"}
APPROVAL = {
    "controlled_as": "medicines",
    "approval_type": "medicine import approval",
    "number": "A-1",
    "issuing_department": "药品监督管理局",
    "valid_to": "2030-12-31",
    "holder_id_number": "11010519491231002X",
    "quantity": "10",
}
FILES = ("value", "tax", "approvals", "personal_use", "judgement")
"""The YAML files of law cases whose lists are judged."""


def parcel(case: dict[str, Any]) -> ArticlesList:
    """The list of a case, accepted at noon of its `day`; its lines and approvals say what differs from the samples."""
    given = case.get("lines", [{}])
    changes: dict[str, Any] = {
        "lines": [{"gnum": number, **LINE, **line} for number, line in enumerate(given, start=1)],
        "approvals": [APPROVAL | approval for approval in case.get("approvals", [])],
        **case.get("head", {}),
    }
    return sample_articles("IND-1", at=datetime.combine(case["day"], time(12), SHANGHAI), **changes)


def judge_case(case: dict[str, Any]) -> ArticlesJudgement:
    """Judge the list of a case at the end of its acceptance day, or at `now`."""
    articles = parcel(case)
    now = case.get("now", datetime.combine(case["day"], time(23), SHANGHAI).astimezone(UTC))
    identity = IdentityOutcome(case.get("identity", "VERIFIED"))
    return judge_articles(articles, identity=identity, now=now, profile=case.get("profile", "SEED"))


def taxed(case: dict[str, Any]) -> ArticlesTax:
    """Tax the lines of a case by themselves, as a Goods List before 2016-04-08 would be."""
    articles = [TaxedArticle(line.gnum, line.category, line.value) for line in parcel(case).lines]
    return postal_tax(articles, on=case["day"], profile=case.get("profile", "SEED"))
