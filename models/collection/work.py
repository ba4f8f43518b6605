"""What the collection's workflow asks of its activities, and what it gets."""

from datetime import date, datetime
from decimal import Decimal

from pydantic import Field

from clearway.contracts.base import Amount, Contract, Instant
from clearway.contracts.collection import BatchView
from clearway.contracts.keys import CollectionKey


class PlanRun(Contract):
    """Draw what a run is to pay; `run_at` is the same for all batches of one run."""

    key: CollectionKey
    run_at: Instant
    now: Instant


class RunPlan(Contract):
    """The batch to be paid now; None once nothing is left to be drawn in this run."""

    batch_id: str | None = None


class PayOrders(Contract):
    """Have the bank pay the orders of a batch."""

    key: CollectionKey
    batch_id: str


class OrdersLeft(Contract):
    """How many orders of the batch the bank has not answered yet."""

    left: int


class SettleRows(Contract):
    """Enter what the bank answered on the lists of a batch, some at a time."""

    batch_id: str
    now: Instant


class RowsLeft(Contract):
    """Whether lists whose order the bank has answered still wait for it to be entered."""

    more: bool


class CloseRun(Contract):
    """End a run: warn of days that come near or are over, and see how the collection stands."""

    key: CollectionKey
    now: Instant


class Standing(Contract):
    """How a collection stands, and when it is to run again."""

    open_lists: int = 0
    open_amount: Amount = Decimal(0)
    next_run_at: Instant
    next_deadline: date | None = None
    pay_before: datetime | None = Field(None, description="First instant after the earliest deadline of an unpaid list")
    batches: tuple[BatchView, ...] = ()
    alarms: tuple[str, ...] = ()
