"""Collecting the tax of many lists of one withholding agent: what starts it, what it tells lists and people (B.9)."""

from datetime import date
from decimal import Decimal

from pydantic import Field

from clearway.contracts.base import Amount, Contract, Instant
from clearway.contracts.facts import TaxPayment
from clearway.contracts.keys import CollectionKey


class StartCollection(Contract):
    """Input of the collection's workflow, and what it hands itself when it continues as new."""

    key: CollectionKey
    runs: int = Field(0, ge=0, description="Daily runs so far, over all of its histories")


class CollectNow(Contract):
    """News for a collection: something may be due before its next daily run."""

    at: Instant


class RunNow(Contract):
    """An operator wants the collection to run now: a bank that refused pays again, a bill has come."""

    actor: str = Field(max_length=60, description="Operator id")
    reason: str = Field("", max_length=200, description="Needed")


class TaxNews(Contract):
    """News for a list: what became of its tax. A fact of the collection."""

    news_id: str = Field(max_length=200, description="The same id again is the same news")
    payment: TaxPayment
    open: Amount = Field(description="CNY still to be paid or held for open returns after it")
    settled: bool = Field(description="Nothing more is to be paid: the list is taxed")
    called: bool = Field(False, description="Customs took it from the guarantee")
    at: Instant


class DueAlarm(Contract):
    """News for a list: a legal day comes near and something of it is still open (RULEBOOK B.9.5)."""

    alarm: str = Field(max_length=30, description="e.g. DAY_40, BILL_MISSING, GUARANTEE_CALLED")
    at: Instant


class BatchView(Contract):
    """One payment batch as people see it; amounts in CNY."""

    batch_id: str
    drawn_at: Instant
    lists: int
    billed: Amount = Field(description="By customs' bills, or our own figure where none came")
    assessed: Amount = Field(description="Our own figure")
    differing: int = Field(description="Lists whose bill differs from our figure by more than rounding explains")
    paid: Amount
    late_fee: Amount = Field(description="Charged on what was paid late")
    outcome: str = Field(description="DRAWN, PAID, PART_PAID or REFUSED")
    reason: str = ""


class CollectionView(Contract):
    """A collection as anyone may read it; the lists themselves stay in the database."""

    key: CollectionKey
    runs: int
    open_lists: int = 0
    open_amount: Amount = Field(Decimal(0), description="CNY payable and not paid yet, holds not counted")
    next_run_at: Instant | None = None
    next_deadline: date | None = Field(None, description="Earliest payment deadline among unpaid lists")
    batches: tuple[BatchView, ...] = Field((), description="The latest, newest first")
    alarms: tuple[str, ...] = ()
