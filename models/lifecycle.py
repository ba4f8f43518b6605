"""The life of a Declaration List as one state chart (DESIGN §4; RULEBOOK B.0.6). The docs' diagram is made from it."""

from typing import Any

from statemachine import State, StateChart


class Lifecycle(StateChart[Any]):
    """House base of every chart: an event that does not fit is an error, and errors are never swallowed."""

    allow_event_without_transition = False
    catch_errors_as_events = False


class DeclarationListChart(Lifecycle):
    """States carry their published names; events are what happens to a list, in the trade's words."""

    submitted = State("submitted", initial=True)
    match_failed = State("match_failed")
    matched = State("matched")
    inspected = State("inspected")
    detained = State("detained")
    released = State("released")
    return_window = State("return_window")
    taxed = State("taxed", final=True)
    rejected = State("rejected", final=True)
    cancelled = State("cancelled", final=True)
    returned_abroad = State("returned_abroad", final=True)
    returned = State("returned", final=True)

    match = submitted.to(matched) | match_failed.to(matched)
    fail_match = submitted.to(match_failed) | matched.to(match_failed)
    pass_risk_control = matched.to(inspected)
    release = inspected.to(released) | detained.to(released)
    open_return_window = released.to(return_window)
    settle_tax = return_window.to(taxed)
    confirm_return = return_window.to(returned)
    reject = matched.to(rejected) | inspected.to(rejected) | detained.to(rejected)
    cancel = submitted.to(cancelled) | match_failed.to(cancelled) | matched.to(cancelled)
    detain = matched.to(detained) | inspected.to(detained)
    ship_back = matched.to(returned_abroad) | inspected.to(returned_abroad) | detained.to(returned_abroad)
