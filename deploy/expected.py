"""How a list of the demo must stand when the demo is over, and everything that is otherwise."""

from dataclasses import dataclass
from decimal import Decimal

from clearway.contracts.case import CaseView
from clearway.contracts.states import State

BY_DATE = frozenset({"CALENDAR_PROVISIONAL"})
"""Alarms that depend on the day on which the demo runs."""


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

    def faults(self, view: CaseView, events: int, repeats: int) -> list[str]:
        """Everything that is otherwise; empty when the list ended as it must."""
        problems = {problem.code for problem in view.judgement.problems} if view.judgement else set()
        statuses = {receipt.status for receipt in view.receipts}
        found = {
            "state": (view.state.value, self.state.value),
            "awaited from": ({each.who for each in view.awaited}, set(self.awaited)),
            "alarms": (set(view.alarms) - BY_DATE, set(self.alarms)),
            "problems": (problems, set(self.problems)),
            "receipts": (statuses & self.receipts, set(self.receipts)),
            "paid": (paid_amount(view), self.paid),
            "receipts came again": (repeats + view.duplicate_receipts > 0, self.repeats),
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


def _told(value: object) -> str:
    if isinstance(value, set):
        return ", ".join(sorted(value)) or "none"
    return str(value) if value not in ("", None) else "none"
