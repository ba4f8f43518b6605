"""Whether a request fits the case as it stands: what the workflow's validators ask. None means it does."""

from datetime import datetime

from clearway.contracts.case import ReturnArrival
from clearway.contracts.problems import Problem
from clearway.contracts.states import State
from models.case import DeclarationCase
from models.refusals import refusal


def refuse_closed(case: DeclarationCase) -> Problem | None:
    """A case that is over takes no documents."""
    return refusal("E_ALREADY_ENDED", ("state", case.state)) if case.over else None


def refuse_cancel(case: DeclarationCase) -> Problem | None:
    """Only a list that is not with customs can be cancelled here; later only customs can (RULEBOOK B.4)."""
    if case.over:
        return refuse_closed(case)
    if case.release is not None:
        return refusal("E_ALREADY_RELEASED", ("state", case.state))
    if case.under_control:
        return refusal("E_UNDER_CONTROL", ("state", case.state))
    return refusal("E_CANCEL_NEEDS_CUSTOMS", ("state", case.state)) if case.list_filed else None


def refuse_return(case: DeclarationCase, now: datetime) -> Problem | None:
    """A return needs a released list that is not under control, and an application before D0+31 00:00 (B.8)."""
    if case.over:
        return refuse_closed(case)
    if case.clocks is None:
        return refusal("E_NOT_RELEASED", ("state", case.state))
    if case.under_control:
        return refusal("E_UNDER_CONTROL", ("state", case.state))
    if case.return_is_open:
        return refusal("E_RETURN_OPEN", ("goods_return", "APPLIED"))
    if now >= case.clocks.return_application_before:
        return refusal(
            "E_RETURN_LATE_APPLY",
            ("applied_at", _told(now)),
            ("clocks.return_application_before", _told(case.clocks.return_application_before)),
        )
    return None


def refuse_arrival(case: DeclarationCase, arrival: ReturnArrival, now: datetime) -> Problem | None:
    """Goods count as back in time when they passed the gate before D0+46 00:00 (B.8, D-21)."""
    if case.over:
        return refuse_closed(case)
    if case.clocks is None or not case.return_is_open or case.state is not State.RETURN_WINDOW:
        return refusal("E_NO_RETURN", ("state", case.state))
    if arrival.arrived_at > now:
        return refusal("E_ARRIVAL_IN_FUTURE", ("arrived_at", _told(arrival.arrived_at)), ("now", _told(now)))
    if arrival.arrived_at >= case.clocks.return_arrival_before:
        return refusal(
            "E_RETURN_LATE_ARRIVAL",
            ("arrived_at", _told(arrival.arrived_at)),
            ("clocks.return_arrival_before", _told(case.clocks.return_arrival_before)),
        )
    return None


def _told(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
