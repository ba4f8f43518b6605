"""One submission of a Declaration List, and everything customs has said, heard and decided about it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from clearway.contracts.customs import ControlInstruction, DispositionOrder
from clearway.contracts.documents import CancelApplication, DeclarationList, ReturnApplication, TaxBill
from simulator.customs.inspection_report import Report
from simulator.customs.shelf import Packed
from simulator.scenarios import Scenario
from simulator.steps import Await, Inspection, Request, Step, Verdict

Application = CancelApplication | ReturnApplication


class Standing(StrEnum):
    """Where one submission of a list stands with customs."""

    OPEN = "open"
    NOT_SENT = "not sent"
    RETURNED = "returned"
    CANCELLED = "cancelled"


class Control(StrEnum):
    """Whether customs holds the goods."""

    FREE = "free"
    HELD = "held"
    CORRECTION_ORDERED = "held until the list is corrected"


class Outcome(StrEnum):
    """What became of a change or an application."""

    GRANTED = "granted"
    REFUSED = "refused"
    UNANSWERED = "unanswered"


@dataclass(frozen=True)
class Told:
    """One receipt as customs decided it."""

    status: str
    at: datetime
    info: str


@dataclass
class Change:
    """A modification of a list, and what customs said about it."""

    declaration: DeclarationList
    outcome: Outcome
    told: list[Told] = field(default_factory=list)


@dataclass
class Applied:
    """An application about a list, and what customs said about it."""

    application: Application
    pre_no: str
    outcome: Outcome
    told: list[Told] = field(default_factory=list)


@dataclass(frozen=True)
class Reply:
    """Customs sends a receipt that answers a change or an application rather than the list itself."""

    to: Change | Applied
    status: str
    at: datetime
    info: str
    traceparent: str | None


@dataclass(frozen=True)
class Withdrawal:
    """Customs declares void whatever it has billed for a list that is cancelled."""

    at: datetime


@dataclass(frozen=True)
class Result:
    """Customs records what an inspection found."""

    inspection: Inspection
    instruction: ControlInstruction


Deed = Step | Reply | Withdrawal | Result
"""A scenario's steps, and what requests and inspections add to them."""


@dataclass
class Filing:
    """One submission and its story: customs does the first deed next, unless it has to wait."""

    paper: Packed[DeclarationList]
    """The declaration as it stands now: a modification that was granted takes the first one's place."""
    scenario: Scenario
    guid: str
    """Of the first declaration, as are time and value."""
    opened_at: datetime
    value: Decimal
    """Goods, freight and insurance, CNY: the order's tax is the tax on these."""
    pre_no: str
    invt_no: str
    standing: Standing = Standing.OPEN
    control: Control = Control.FREE
    gone: bool = False
    """The goods have left customs' hands: shipped back, destroyed, confiscated, or the list is closed."""
    story: tuple[Deed, ...] = ()
    telling: bool = False
    traceparent: str | None = None
    told: list[Told] = field(default_factory=list)
    bills: list[TaxBill] = field(default_factory=list)
    voided: set[str] = field(default_factory=set)
    awaited: Result | None = None
    """The inspection whose result customs waits for."""
    report: Report | None = None
    """The result given by hand, until customs records it."""
    changes: list[Change] = field(default_factory=list)
    applications: list[Applied] = field(default_factory=list)
    dispositions: list[DispositionOrder] = field(default_factory=list)
    reached: int = 0
    """The latest `after` of the scenario's steps so far."""
    delayed: timedelta = timedelta(0)
    """Added to every later time, once something ended later than the scenario says."""

    @property
    def declaration(self) -> DeclarationList:
        """The declaration as it stands now."""
        return self.paper.open()

    @declaration.setter
    def declaration(self, declaration: DeclarationList) -> None:
        self.paper = Packed(declaration)

    def time(self, after: int) -> datetime:
        """The instant `after` seconds past the list's own appTime: customs lives on the time of the list."""
        return self.opened_at + timedelta(seconds=after) + self.delayed

    def reach(self, after: int) -> datetime:
        """The time of a step that is done now."""
        self.reached = max(self.reached, after)
        return self.time(after)

    def delay_until(self, at: datetime, after: int) -> None:
        """Something that the scenario puts `after` seconds in ended at `at`: what follows is as much later."""
        self.delayed += max(at - self.time(after), timedelta(0))

    @property
    def released(self) -> bool:
        """Customs has told the release."""
        return any(told.status == "800" for told in self.told)

    @property
    def bill(self) -> TaxBill | None:
        """The bill that stands."""
        return next((bill for bill in reversed(self.bills) if bill.tax_no not in self.voided), None)

    def waits_for(self, request: Request) -> Verdict | None:
        """How the story wants this request decided, if it has a word to say."""
        awaits = (deed for deed in self.story if isinstance(deed, Await) and deed.request is request)
        return next((deed.verdict for deed in awaits), None)

    def stop_waiting_for(self, request: Request) -> None:
        """This was asked for: the story does not wait for it any more."""
        self.story = tuple(deed for deed in self.story if not (isinstance(deed, Await) and deed.request is request))


def value_of(declaration: DeclarationList) -> Decimal:
    """The goods of a list with freight and insurance, CNY."""
    return sum((line.total_price for line in declaration.lines), declaration.freight + declaration.insured_fee)
