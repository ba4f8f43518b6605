"""Which news wakes a case at once, and which rides along with the next that does: one table (docs/gateway.md)."""

from collections.abc import Collection
from datetime import timedelta

from clearway.contracts.documents import THREE_DOCUMENTS, ApplicationKind, DocumentKind
from gateway.news import Kind, News
from gateway.settings import GatewaySettings

RIDES_ALONG: dict[DocumentKind | ApplicationKind, frozenset[str]] = {
    DocumentKind.ORDER: frozenset({"1", "2", "3"}),
    DocumentKind.PAYMENT: frozenset({"1", "2", "3"}),
    DocumentKind.WAYBILL: frozenset({"1", "2", "3"}),
    DocumentKind.DECLARATION_LIST: frozenset({"1", "2", "3", "120", "399"}),
    ApplicationKind.CANCELLATION: frozenset({"1", "2", "3"}),
    ApplicationKind.GOODS_RETURN: frozenset({"1", "2", "3"}),
}
"""Statuses after which the case has nothing to do. Any other status wakes, above all one that nobody published."""

ACCEPTED = "120"
"""Of the three documents, only the last one accepted lets the case go on; the earlier ones ride along."""


def is_decisive(about: DocumentKind | ApplicationKind, status: str) -> bool:
    """Whether customs has decided one of the three documents with this status: accepted, returned or refused."""
    return about in THREE_DOCUMENTS and (status in ("120", "100") or status.startswith("-"))


def wakes(news: News, undecided: Collection[DocumentKind]) -> bool:
    """Whether news is delivered at once; `undecided` are the filed documents that customs has not decided yet."""
    if news.receipt is None:
        return news.kind is not Kind.BILL
    about, status = news.receipt.about, news.receipt.status
    if status in RIDES_ALONG[about]:
        return False
    if about in THREE_DOCUMENTS and status == ACCEPTED:
        return not set(undecided) - {about}
    return True


def longest_ride(news: News, settings: GatewaySettings) -> timedelta:
    """How long news that does not wake waits for company at most."""
    return timedelta(seconds=settings.bill_ride_seconds if news.kind is Kind.BILL else settings.ride_seconds)
