"""Which news wakes a case, which rides along with the next that does, which is only noted (docs/gateway.md)."""

from collections.abc import Collection
from datetime import timedelta

from clearway.contracts.documents import THREE_DOCUMENTS, ApplicationKind, DocumentKind
from gateway.news import Kind, News
from gateway.settings import GatewaySettings

UNDER_WAY = frozenset({"1", "2", "3"})
"""Kept, sent on, received: of whatever it is said, no case has anything to do, and none is told; the inbox has it."""

RIDES_ALONG: dict[DocumentKind | ApplicationKind, frozenset[str]] = {
    DocumentKind.DECLARATION_LIST: frozenset({"120", "399"}),
}
"""Statuses that change how a case stands and leave it nothing to do. Any other wakes, above all one that nobody
published."""

ACCEPTED = "120"
"""Of the three documents, only the last one accepted lets the case go on; the earlier ones ride along."""


def is_decisive(about: DocumentKind | ApplicationKind, status: str) -> bool:
    """Whether customs has decided one of the three documents with this status: accepted, returned or refused."""
    return about in THREE_DOCUMENTS and (status in ("120", "100") or status.startswith("-"))


def changes_nothing(news: News) -> bool:
    """Whether news is a receipt that only says that our message is under way: it is noted, and no case is told."""
    return news.receipt is not None and news.receipt.status in UNDER_WAY


def wakes(news: News, undecided: Collection[DocumentKind]) -> bool:
    """Whether news is delivered at once; `undecided` are the filed documents that customs has not decided yet."""
    if news.receipt is None:
        return news.kind is not Kind.BILL
    about, status = news.receipt.about, news.receipt.status
    if status in UNDER_WAY or status in RIDES_ALONG.get(about, ()):
        return False
    if about in THREE_DOCUMENTS and status == ACCEPTED:
        return not set(undecided) - {about}
    return True


def longest_ride(news: News, settings: GatewaySettings) -> timedelta:
    """How long news that does not wake waits for company at most."""
    return timedelta(seconds=settings.bill_ride_seconds if news.kind is Kind.BILL else settings.ride_seconds)
