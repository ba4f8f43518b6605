"""A scene of the demo as data: what one list shows, how it is driven, and how it must end."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from clearway.contracts.states import State
from clearway.testing import BUYER_ID, SampleSet, sample_set
from deploy.expected import Expected
from deploy.play import Act, ActTogether, Play

TAX = Decimal("28.21")
"""13 % VAT at 70 % of 310.00 CNY, the tax of every list here that does not say otherwise (RULEBOOK B.9.1)."""
ORDERER = "王小明"
OTHERS = {"陈大文": "320101198501010024", "刘小红": "440106199909090025"}
"""Two more people with well-formed numbers, nobody's: what customs counts for one of them counts for no other."""


async def declare(play: Play) -> None:
    """The list and the three documents in one call, each document in its own party's name."""
    await play.declare(*play.sample.transmissions)


def papers(order_no: str, at: datetime, orderer: str, orderer_id: str) -> SampleSet:
    """One skincare article, ordered by somebody."""
    return sample_set(order_no, at=at, buyer_name=orderer, buyer_id=orderer_id)


@dataclass(frozen=True)
class Scene:
    """One list: the word that ends its order number, its story, its acts, its end.

    The word is magic where docs/simulator.md lists it, and a mere name elsewhere.
    """

    word: str
    story: str
    expected: Expected
    settles: State
    """The state that the filing leads to; what is later happens after every list has settled."""
    filing: Act = declare
    together: ActTogether | None = None
    """What is done once for all scenes that share it, before each goes on."""
    later: Act | None = None
    """Days 0 to 30 after the release, before the agent's collection pays."""
    last: Act | None = None
    """After the collection has paid: what is late."""
    orderer: str = ORDERER
    """The orderer's name; a magic word at its end is for the identity authority."""
    papers: Callable[[str, datetime, str, str], SampleSet] = papers

    @property
    def orderer_id(self) -> str:
        """The orderer's identity number; whoever is not named here is one and the same person."""
        return OTHERS.get(self.orderer, BUYER_ID)

    def documents(self, order_no: str, at: datetime) -> SampleSet:
        """The documents of this scene's list."""
        return self.papers(order_no, at, self.orderer, self.orderer_id)


def is_taxed(
    *,
    paid: Decimal = TAX,
    reason: str = "tax paid",
    receipts: Iterable[str] = ("800",),
    alarms: Iterable[str] = (),
    returns: tuple[str, ...] = (),
    changes: tuple[str, ...] = (),
    dispositions: tuple[str, ...] = (),
    refund: Decimal = Decimal(0),
    exited: bool = False,
    events_at_most: int | None = None,
) -> Expected:
    """The end of a list whose tax is paid."""
    return Expected(
        State.TAXED,
        paid=paid,
        reason=reason,
        receipts=frozenset(receipts),
        alarms=frozenset(alarms),
        returns=returns,
        changes=changes,
        dispositions=dispositions,
        refund=refund,
        exited=exited,
        events_at_most=events_at_most,
    )


def stands(
    state: State,
    *,
    awaited: Iterable[str] = (),
    reason: str = "",
    problems: Iterable[str] = (),
    alarms: Iterable[str] = (),
    receipts: Iterable[str] = (),
    changes: tuple[str, ...] = (),
    dispositions: tuple[str, ...] = (),
    returns: tuple[str, ...] = (),
    repeats: bool = False,
) -> Expected:
    """Where a list stands that is not taxed."""
    return Expected(
        state,
        frozenset(awaited),
        reason,
        frozenset(alarms),
        frozenset(problems),
        frozenset(receipts),
        returns=returns,
        changes=changes,
        dispositions=dispositions,
        repeats=repeats,
    )


def taxed(
    word: str,
    story: str,
    expected: Expected | None = None,
    *,
    filing: Act = declare,
    later: Act | None = None,
    last: Act | None = None,
    orderer: str = ORDERER,
) -> Scene:
    """A list that is released, and taxed by its agent's collection."""
    return Scene(
        word, story, expected or is_taxed(), State.RETURN_WINDOW, filing, later=later, last=last, orderer=orderer
    )


def stops(word: str, story: str, expected: Expected, *, filing: Act = declare, orderer: str = ORDERER) -> Scene:
    """A list that is never released."""
    return Scene(word, story, expected, expected.state, filing, orderer=orderer)
