"""The law of the individuals' List of Items: limit, article tax, approvals, personal use (RULEBOOK B.9.6, B.12)."""

from clearway.rules.articles.judgement import judge_articles
from clearway.rules.articles.tax import TaxedArticle, UnknownCategory, postal_tax
from clearway.rules.articles.value import ParcelValue, limit_parcel

__all__ = ["ParcelValue", "TaxedArticle", "UnknownCategory", "judge_articles", "limit_parcel", "postal_tax"]
