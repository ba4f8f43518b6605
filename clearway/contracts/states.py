"""States of a Declaration List: the backbone everyone sees, and the finer detail (DESIGN §4; RULEBOOK B.0.6)."""

from enum import StrEnum


class State(StrEnum):
    """The published state; six of them are the backbone, the rest are side ends."""

    SUBMITTED = "submitted"
    MATCHED = "matched"
    INSPECTED = "inspected"
    RELEASED = "released"
    RETURN_WINDOW = "return_window"
    TAXED = "taxed"
    MATCH_FAILED = "match_failed"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    DETAINED = "detained"
    RETURNED_ABROAD = "returned_abroad"
    DESTROYED = "destroyed"
    RETURNED = "returned"


BACKBONE = (
    State.SUBMITTED,
    State.MATCHED,
    State.INSPECTED,
    State.RELEASED,
    State.RETURN_WINDOW,
    State.TAXED,
)

ENDS = frozenset(
    {
        State.TAXED,
        State.REJECTED,
        State.CANCELLED,
        State.RETURNED_ABROAD,
        State.DESTROYED,
        State.RETURNED,
    }
)
"""States in which the workflow is over. Two more end it in one fine state: `match_failed` when its correction clock
runs out (DOCS_TIMEOUT), `detained` when the goods are confiscated (CONFISCATED)."""


class Detail(StrEnum):
    """Where in a state a list stands."""

    DRAFT = "DRAFT"
    DOCS_PENDING = "DOCS_PENDING"
    DOCS_TIMEOUT = "DOCS_TIMEOUT"
    CORRECTION_PENDING = "CORRECTION_PENDING"
    AWAITING_GUARANTEE = "AWAITING_GUARANTEE"
    WITH_CUSTOMS = "WITH_CUSTOMS"
    ACCEPTED = "ACCEPTED"
    UNDER_REVIEW = "UNDER_REVIEW"
    REVIEWED = "REVIEWED"
    AWAITING_ARRIVAL = "AWAITING_ARRIVAL"
    SUSPENDED = "SUSPENDED"
    INSPECTION = "INSPECTION"
    INSPECTED_NORMAL = "INSPECTED_NORMAL"
    INSPECTED_ABNORMAL = "INSPECTED_ABNORMAL"
    DETAINED = "DETAINED"
    MODIFICATION_ORDERED = "MODIFICATION_ORDERED"
    REMOVAL_ORDERED = "REMOVAL_ORDERED"
    LICENCE_ORDERED = "LICENCE_ORDERED"
    RELEASE_ORDERED = "RELEASE_ORDERED"
    HANDED_OVER = "HANDED_OVER"
    CONFISCATED = "CONFISCATED"
    MODIFICATION_FILED = "MODIFICATION_FILED"
    CANCELLATION_FILED = "CANCELLATION_FILED"
    RELEASED = "RELEASED"
    RETURN_OPEN = "RETURN_OPEN"
    RETURN_APPLIED = "RETURN_APPLIED"
    RETURN_CONFIRMED = "RETURN_CONFIRMED"
    TAX_WINDOW = "TAX_WINDOW"
    OVERDUE = "OVERDUE"
    CLOSED = "CLOSED"
