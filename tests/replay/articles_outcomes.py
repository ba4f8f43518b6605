"""The ways a List of Items can go, each played once against the real server for its recorded history."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import NamedTuple

from clearway.contracts.articles import ArticlesDecision, ArticlesKey, ArticlesState, Disposition
from tests.articles_desk import ArticlesCounter, approval, corrected, key_of, line, medicine, parcel

REVIEWED, RELEASED, RETURNED = ArticlesDecision.REVIEWED, ArticlesDecision.RELEASED, ArticlesDecision.RETURNED


class Outcome(NamedTuple):
    """One way a list can go, and the state it ends in."""

    play: Callable[[ArticlesCounter], Awaitable[ArticlesKey]]
    state: ArticlesState


async def released_exempt(counter: ArticlesCounter) -> ArticlesKey:
    """Nothing is in the way and the tax is not levied."""
    articles = parcel(line(value="380.00"))
    await counter.submit(articles)
    await counter.decide(key_of(articles), REVIEWED)
    await counter.decide(key_of(articles), RELEASED)
    return key_of(articles)


async def released_paid(counter: ArticlesCounter) -> ArticlesKey:
    """An approval is handed in, the bank refuses once, customs releases."""
    counter.desk.bank.refusals = 1
    articles = parcel(medicine(value="385.00"))
    key = key_of(articles)
    await counter.submit(articles)
    await counter.approve(articles, approval(articles))
    await counter.decide(key, REVIEWED)
    await counter.until(key, lambda view: view.alarms != ())
    await counter.forward_to(key, await counter.now(key) + timedelta(days=1, seconds=1))
    await counter.until(key, lambda view: view.state is ArticlesState.PAID)
    await counter.decide(key, RELEASED)
    return key


async def returned_after_15_days(counter: ArticlesCounter) -> ArticlesKey:
    """The approval never came."""
    articles = parcel(medicine())
    await counter.submit(articles)
    until = (await counter.client.view_articles(key_of(articles))).awaited_until
    assert until is not None
    await counter.forward_to(key_of(articles), until)
    return key_of(articles)


async def to_goods(counter: ArticlesCounter) -> ArticlesKey:
    """Refused, corrected, still over the limit, and then declared as goods."""
    articles = parcel(line(value="3000.00", controlled_as="weapons"))
    await counter.submit(articles)
    await counter.submit(corrected(articles, lines=(line(value="3000.00"),)))
    await counter.dispose(articles, Disposition.TO_GOODS)
    return key_of(articles)


async def abandoned(counter: ArticlesCounter) -> ArticlesKey:
    """The approval cannot be had; the parcel is given up."""
    articles = parcel(medicine())
    await counter.submit(articles)
    await counter.dispose(articles, Disposition.ABANDONED)
    return key_of(articles)


async def returned_by_customs(counter: ArticlesCounter) -> ArticlesKey:
    """Customs returns it before the review."""
    articles = parcel()
    await counter.submit(articles)
    await counter.decide(key_of(articles), RETURNED)
    return key_of(articles)


OUTCOMES = {
    "released-exempt": Outcome(released_exempt, ArticlesState.RELEASED),
    "released-paid": Outcome(released_paid, ArticlesState.RELEASED),
    "returned-after-15-days": Outcome(returned_after_15_days, ArticlesState.RETURNED),
    "to-goods": Outcome(to_goods, ArticlesState.TO_GOODS),
    "abandoned": Outcome(abandoned, ArticlesState.ABANDONED),
    "returned-by-customs": Outcome(returned_by_customs, ArticlesState.RETURNED),
}
"""Every outcome by the name its history is saved under."""
