"""How a list of the demo must stand when the demo is over, and everything that is otherwise."""

from dataclasses import dataclass
from decimal import Decimal

from clearway.contracts.case import CaseView
from clearway.contracts.states import State

BY_DATE = {"CALENDAR_PROVISIONAL": "a deadline falls in a year whose holidays are not announced yet"}
"""Alarms that depend on the day on which the demo runs, and what they say."""


@dataclass(frozen=True)
class Expected:
    """The end of one list; what is not given must not be there."""

    state: State
    awaited: frozenset[str] = frozenset()
    """Roles of the parties whose move is next; none where the list has come to its end."""
    reason: str = ""
    """Words that the reason holds."""
    alarms: frozenset[str] = frozenset()
    problems: frozenset[str] = frozenset()
    """Rules that the comparison names, all at once."""
    receipts: frozenset[str] = frozenset()
    """Statuses among customs' receipts."""
    paid: Decimal | None = None
    """CNY paid to customs."""
    repeats: bool = False
    """Receipts came again, and were counted once."""
    events_at_most: int | None = None
    """Bound on the history's length."""
    returns: tuple[str, ...] = ()
    """How its returns ended, in the order of their numbers."""
    changes: tuple[str, ...] = ()
    """Its modifications and cancellations, as `modification APPROVED`."""
    dispositions: tuple[str, ...] = ()
    """What customs did with goods that an inspection found abnormal."""
    refund: Decimal = Decimal(0)
    """CNY to be claimed back from customs."""
    exited: bool = False
    """Its goods were confirmed to have left the zone."""

    def faults(self, view: CaseView, events: int, repeats: int) -> list[str]:
        """Everything that is otherwise; empty when the list ended as it must."""
        problems = {problem.code for problem in view.judgement.problems} if view.judgement else set()
        statuses = {receipt.status for receipt in view.receipts}
        found = {
            "state": (view.state.value, self.state.value),
            "awaited from": ({each.who for each in view.awaited}, set(self.awaited)),
            "alarms": (set(view.alarms) - BY_DATE.keys(), set(self.alarms)),
            "problems": (problems, set(self.problems)),
            "receipts": (statuses & self.receipts, set(self.receipts)),
            "paid": (paid_amount(view), self.paid),
            "receipts came again": (repeats + view.duplicate_receipts > 0, self.repeats),
            "returns": (returns_of(view), self.returns),
            "changes": (changes_of(view), self.changes),
            "dispositions": (tuple(each.disposition.value for each in view.dispositions), self.dispositions),
            "refund": (view.refund, self.refund),
            "left the zone": (view.exited_at is not None, self.exited),
        }
        faults = [
            f"{name}: {_told(is_now)}, not {_told(must)}" for name, (is_now, must) in found.items() if is_now != must
        ]
        if self.reason not in view.reason:
            faults.append(f"reason: {view.reason!r} without {self.reason!r}")
        if self.events_at_most is not None and events > self.events_at_most:
            faults.append(f"history: {events} events, more than {self.events_at_most}")
        return faults


def paid_amount(view: CaseView) -> Decimal | None:
    """CNY that the bank has paid for this list."""
    return view.payment.amount if view.payment and view.payment.paid_at else None


def returns_of(view: CaseView) -> tuple[str, ...]:
    """How the returns of a list stand."""
    return tuple(each.state.value for each in view.returns)


def changes_of(view: CaseView) -> tuple[str, ...]:
    """What was applied for after the filing, and what became of it."""
    return tuple(f"{each.kind} {each.outcome}" for each in view.changes)


def _told(value: object) -> str:
    if isinstance(value, set):
        return ", ".join(sorted(value)) or "none"
    if isinstance(value, tuple):
        return ", ".join(value) or "none"
    return str(value) if value not in ("", None) else "none"
