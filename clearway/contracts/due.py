"""The due board: what falls due when, by enterprise, as the search attributes of running lists tell it (B.0.1, B.9)."""

from enum import StrEnum

from pydantic import Field

from clearway.contracts.base import Contract, Day, Instant


class DueKind(StrEnum):
    """What falls due; the order is that of a list's life."""

    NEXT_STEP = "next_step"
    """Before the release: a document, a correction or customs' answer."""
    RETURN_CLOSING = "return_closing"
    RETURN_LAST_DAY = "return_last_day"
    TAX_PAYABLE = "tax_payable"
    BILL_DUE = "bill_due"
    PAYMENT_LAST_DAY = "payment_last_day"
    RETURN_ARRIVAL = "return_arrival"
    """Last day on which goods of an open return may arrive."""
    PAYMENT_DEADLINE = "payment_deadline"
    """Last day of payment, rolled over days off."""


class DueList(Contract):
    """One list of a day."""

    workflow_id: str
    at: Instant = Field(description="First instant at which it is late")
    state: str = ""
    detail: str = ""
    awaited_from: str = Field("", description="Role of the party it waits for, e.g. CUS; empty when none")
    alarms: tuple[str, ...] = ()


class DueDay(Contract):
    """What falls due on one day for one enterprise."""

    day: Day = Field(description="Shanghai day")
    kind: DueKind
    after_release: int | None = Field(None, description="Which day after the release it is, where that is fixed")
    overdue: bool = Field(description="The day, or for the next step the instant, is over")
    lists: int
    next: tuple[DueList, ...] = Field(description="Those that are due first")


class EnterpriseDue(Contract):
    """One enterprise's days: what is overdue first, then by day."""

    enterprise: str
    lists: int = Field(description="Lists with anything on the board")
    overdue: int = Field(description="Lists with anything overdue")
    alarms: dict[str, int] = Field(default_factory=dict, description="Lists by open alarm")
    days: tuple[DueDay, ...]


class DueBoard(Contract):
    """What falls due until a day, and what is overdue."""

    at: Instant
    until: Day = Field(description="Last day looked at")
    lists: int = Field(description="Running lists that may be due, counted by the server")
    read: int = Field(description="Of these, lists read; those released first come first")
    cut: bool = Field(description="There are more than were read, so the counts below are too small")
    overdue: int
    alarms: dict[str, int] = Field(default_factory=dict, description="Lists by open alarm")
    enterprises: tuple[EnterpriseDue, ...] = Field(description="Overdue ones first, then by their first day")
