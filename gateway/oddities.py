"""What is odd about news: said before under the same number with other content, or contradicting what was said before.

Nothing is dropped and nothing is undone: by the law of the state chart the higher rank stands, whichever came first.
Here is only seen to it that people hear of it.
"""

from collections.abc import Callable, Iterable
from enum import Enum

from clearway.contracts.customs import CustomsReceipt
from clearway.contracts.documents import ApplicationKind, DocumentKind
from gateway.news import News, news_from
from gateway.refusals import Code
from models import return_effects
from models.change_effects import ChangeEffect, cancellation_effect
from models.return_effects import ReturnEffect
from models.return_status import Effect, effect_of
from models.tables import FilingRecord, InboxItem


class Verdict(Enum):
    """What customs made of a document or application, where it is final."""

    TAKEN = "taken"
    REFUSED = "refused"


_OF_DOCUMENTS = {Effect.ACCEPT: Verdict.TAKEN, Effect.REJECT: Verdict.REFUSED}
_OF_LISTS = {Effect.RELEASE: Verdict.TAKEN, Effect.REJECT: Verdict.REFUSED, Effect.SHIP_BACK: Verdict.REFUSED}
_OF_CANCELLATIONS = {ChangeEffect.APPROVE: Verdict.TAKEN, ChangeEffect.REFUSE: Verdict.REFUSED}
_OF_RETURNS = {ReturnEffect.ACCEPT: Verdict.TAKEN, ReturnEffect.REFUSE: Verdict.REFUSED}


def verdict_of(receipt: CustomsReceipt) -> Verdict | None:
    """The final answer in a receipt; none in one that tells of progress, or that nobody published."""
    about, status = receipt.about, receipt.status
    if isinstance(about, DocumentKind):
        finals = _OF_LISTS if about is DocumentKind.DECLARATION_LIST else _OF_DOCUMENTS
        return finals.get(effect_of(about, status))
    if about is ApplicationKind.CANCELLATION:
        return _OF_CANCELLATIONS.get(cancellation_effect(status))
    return _OF_RETURNS.get(return_effects.effect_of(status, receipt.info))


def said_otherwise(news: News, kept: InboxItem | None, about: Iterable[InboxItem]) -> str:
    """A remark where the same number, status and time came with other content before; else nothing.

    `about` is what is kept of its kind about the same best key, newest first.
    """
    if not news.identity:
        return ""
    if kept is not None:
        return f"{Code.OTHER_CONTENT}: item {kept.id}"
    for item in about:
        if _may_be(item, news.receipt) and (told := _news_of(item)) is not None and told.identity == news.identity:
            return f"{Code.OTHER_CONTENT}: item {item.id}" if told.content_key != news.content_key else ""
    return ""


def contradicted(
    item: InboxItem, news: News, others: Callable[[], Iterable[InboxItem]], filing: FilingRecord | None
) -> str:
    """A remark where customs said the opposite before of the same document, filed once; else nothing.

    `others` gives the case's receipts, newest first; `filing` is the newest of what the receipt answers.
    """
    receipt = news.receipt
    if receipt is None or (verdict := verdict_of(receipt)) is None:
        return ""
    for other in others():
        if other is item or f'"about":"{receipt.about}"' not in other.payload:
            continue
        told = _news_of(other)
        earlier = told.receipt if told else None
        if earlier is None or (earlier.about, earlier.cop_no) != (receipt.about, receipt.cop_no):
            continue
        if verdict_of(earlier) not in (None, verdict) and not _filed_anew(filing, receipt, earlier):
            return f"{Code.CONTRADICTORY}: {receipt.status} against {earlier.status} of item {other.id}"
    return ""


def _may_be(item: InboxItem, receipt: CustomsReceipt | None) -> bool:
    """Whether an item may hold a receipt of the same status; its text tells without its being read as a whole."""
    return receipt is None or f'"status":"{receipt.status}"' in item.payload


def _filed_anew(filing: FilingRecord | None, receipt: CustomsReceipt, earlier: CustomsReceipt) -> bool:
    """Whether the two may speak of different versions: a corrected document, or a list with a modification."""
    if filing is None or filing.version == 1:
        return False
    if receipt.about is DocumentKind.DECLARATION_LIST:
        return True
    return min(receipt.at, earlier.at) < filing.filed_at


def _news_of(item: InboxItem) -> News | None:
    try:
        return news_from(item.payload)
    except ValueError:  # kept by another release; nothing can be said of it
        return None
