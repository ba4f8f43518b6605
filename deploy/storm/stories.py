"""What may happen to a list in the storm: the magic word, what is done about it, and the end that is lawful."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from clearway.contracts.documents import DocumentKind
from clearway.contracts.states import State
from clearway.testing import SampleSet
from deploy.play import Act, Play
from deploy.scene import papers
from deploy.scenes import returned
from deploy.scenes.changed import cancel, modify
from deploy.scenes.inspected import be_present, correct, show_licence
from deploy.scenes.released import correct_payment, declare_copy, wait_for_resending

OUT_OF_TIME = timedelta(hours=72, minutes=1)
"""The list's own time after which one that was not mended, or lacks documents, is over."""


async def ask_for_a_change(play: Play) -> None:
    """The declarant files the list again as it shall read."""
    await modify(play, reason="wrong HS code")


async def withdraw(play: Play) -> None:
    """The enterprise cancels a list that was never filed, since a document is missing."""
    await play.client.cancel(play.key, actor=play.key.ebc_code, reason="the customer withdrew")


async def let_the_time_pass(play: Play) -> None:
    """Nobody mends anything, and the time for it runs out."""
    await play.forward(OUT_OF_TIME)


def mismatched(sample: SampleSet) -> SampleSet:
    """Paid less than the order says, and to another consignee."""
    short = sample.payment.amount_paid - 1
    return sample.changed(DocumentKind.PAYMENT, amount_paid=short).changed(DocumentKind.WAYBILL, consignee="赵六")


@dataclass(frozen=True)
class Story:
    """One kind of list."""

    word: str
    """What its order number ends with: magic where docs/simulator.md lists it."""
    weight: int = 1
    """How often it comes among the others."""
    ends: State = State.TAXED
    """Where it is when all is over."""
    rests: State | None = State.RETURN_WINDOW
    """Where it rests before anything is asked for or the nights pass; None where something must be done first."""
    then: Act | None = None
    """What is done once everything is handed in."""
    later: Act | None = None
    """Days 0 to 30 after the release."""
    last: Act | None = None
    """After the collections have paid."""
    open_end: bool = False
    """The list stays open, and awaits customs."""
    missing: DocumentKind | None = None
    """A document that nobody hands in."""
    buyer: str = ""
    """What the buyer's name ends with."""
    verified: bool = True
    """Whether name and number of its buyer belong together, so that it matters nothing who can verify them."""
    own_buyer: bool = False
    """Its buyer orders nothing else: customs will say that his year is full."""
    changed: Callable[[SampleSet], SampleSet] | None = None
    papers: Callable[[str, datetime, str, str], SampleSet] = papers

    @property
    def settles(self) -> State:
        """Where it rests before the goods come back or the nights pass."""
        return State.RETURN_WINDOW if self.ends in (State.TAXED, State.RETURNED) else self.ends

    @property
    def is_plain(self) -> bool:
        """Its documents may come in any way, by anybody."""
        return self.changed is None and self.missing is None and not self.buyer and self.word != "DOCREJECT"


def _ends(word: str, end: State, *, weight: int = 1, then: Act | None = None, **more: Any) -> Story:
    """A list that is never released, or not for long."""
    return Story(word, weight, end, None if then else end, then, **more)


STORIES: tuple[Story, ...] = (
    Story("RELEASE", 24),
    *(Story(word, 3) for word in ("REVIEW", "ARRIVAL", "SUSPEND", "UNKNOWN", "TWICE", "LATE", "CLOSED")),
    *(Story(word, 3) for word in ("DELAYED", "OVERTAKEN", "LOST", "MALFORMED", "SLOW", "CUT", "CONTRADICT")),
    *(Story(word, 3) for word in ("DOORDOWN", "DOORCUT", "DOORSLOW")),
    *(Story(word, 2) for word in ("BILLDIFF", "BILLVOID", "NOBILL", "BANKDOWN", "BANKPART")),
    *(Story(word, 2) for word in ("INSPECTOK", "DISPEXTRA", "DISPRELEASE")),
    Story("IDDOWN", buyer="-IDDOWN"),
    Story("INSPECTABSENT", rests=None, then=be_present),
    Story("DISPMODIFY", rests=None, then=correct),
    Story("DISPLICENCE", rests=None, then=show_licence),
    Story("DOCREJECT", 2, rests=None, then=correct_payment),
    Story("REJECTCODE", 2, rests=None, then=declare_copy),
    Story("REJECTBARE", rests=None, then=declare_copy),
    Story("TRANSIT4", 2, rests=None, then=wait_for_resending),
    Story("MODIFY", 2, rests=None, then=ask_for_a_change),
    Story("MODIFYNO", rests=None, then=ask_for_a_change),
    Story("CANCELNO", rests=None, then=cancel),
    _ends("CANCELWAIT", State.CANCELLED, weight=2, then=cancel),
    _ends("CANCELRACE", State.CANCELLED, then=cancel),
    _ends("REJECT", State.REJECTED, weight=2),
    _ends("REJECTLIMIT", State.REJECTED, own_buyer=True),
    _ends("ABROAD", State.RETURNED_ABROAD),
    _ends("ABNORMALABROAD", State.RETURNED_ABROAD),
    _ends("DISPABROAD", State.RETURNED_ABROAD),
    _ends("DISPSTOCK", State.CANCELLED),
    _ends("DISPDESTROY", State.DESTROYED),
    _ends("DISPCONFISCATE", State.DETAINED),
    _ends("DISPHANDOVER", State.DETAINED, open_end=True),
    _ends("INSPECTBAD", State.DETAINED, open_end=True),
    _ends("DETAIN501", State.DETAINED, open_end=True),
    _ends("SILENT", State.MATCHED, weight=2, open_end=True),
    _ends("MISMATCH", State.MATCH_FAILED, then=let_the_time_pass, changed=mismatched),
    _ends("IDBAD", State.MATCH_FAILED, then=let_the_time_pass, buyer="-IDBAD", verified=False),
    _ends("UNPAID", State.MATCH_FAILED, then=let_the_time_pass, missing=DocumentKind.PAYMENT),
    _ends("WITHDRAWN", State.CANCELLED, then=withdraw, missing=DocumentKind.PAYMENT),
    Story("RETURNALL", 3, State.RETURNED, later=returned.return_all),
    Story("RETURNPART", 3, later=returned.return_a_part, papers=returned.two_lines),
    Story("RETURNOTHER", later=returned.return_other_goods),
    Story("RETURNREFUSED", later=returned.withdraw_then_be_refused),
    Story("RETURNLATE", later=returned.apply_too_late),
    Story("RETURNNEVER", later=returned.apply_on_day_30, last=returned.never_arrive),
    Story("RETURNLAST", later=returned.apply_on_day_30, last=returned.arrive_on_day_45),
)
