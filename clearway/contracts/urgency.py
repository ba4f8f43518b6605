"""What goes first where work waits: five classes by legal clock, as Temporal's priority keys, 1 first.

Within a class enterprises take turns: each list carries its enterprise's code as its fairness key.
"""

from datetime import datetime, timedelta
from enum import IntEnum


class Urgency(IntEnum):
    """The class of a workflow, which what it starts inherits, or of one activity."""

    DEADLINE = 1
    """A legal day is at stake: the collection and its payments, a return whose last day to apply is near."""
    PRESSING = 2
    """Somebody or customs waits and a clock runs: returns, modifications and cancellations, suspicion reports, drafts,
    what is filed after the reminder of missing documents."""
    ORDINARY = 3
    """Lists and parcels as they come; Temporal's own default."""
    DEFERRED = 4
    """What may wait for the ordinary ones."""
    BULK = 5
    """Lists handed in by the thousand."""


NEAR = timedelta(days=3)
"""A legal day is near: what has to go out before it should not queue. Ours, not the law's."""


def urgency_before(deadline: datetime, now: datetime, otherwise: Urgency) -> Urgency:
    """The class of what has to go out before an instant."""
    return Urgency.DEADLINE if deadline - now <= NEAR else otherwise
