"""The lives of lists as state charts (DESIGN §4; RULEBOOK B.0.6, B.12). The docs' diagrams are made from them."""

from typing import Any

from statemachine import State, StateChart


class Lifecycle(StateChart[Any]):
    """House base of every chart: an event that does not fit is an error, and errors are never swallowed."""

    allow_event_without_transition = False
    catch_errors_as_events = False


class Standing:
    """Where somebody stands in a chart.

    A chart that could move weighs 14 kB, and a worker's memory is full of lists asleep: so who moves borrows a chart,
    and keeps only the name of the state.
    """

    __slots__ = ("_charts", "_kind", "state")

    def __init__(self, kind: type[Lifecycle]) -> None:
        """Stand at the beginning of a chart of this kind."""
        self._kind = kind
        self._charts = _SPARE.setdefault(kind, [])
        self.state = str(kind.initial_state.id)

    def move(self, event: str) -> None:
        """Take the transition of an event; raises TransitionNotAllowed if the state does not admit it."""
        chart = self._borrowed()
        chart.send(event)
        self.state = next(iter(chart.configuration)).id
        self._give_back(chart)

    def admits(self, event: str) -> bool:
        """Whether the chart has a transition for the event from here."""
        chart = self._borrowed()
        admitted = any(each.id == event for each in chart.enabled_events())
        self._give_back(chart)
        return admitted

    def _borrowed(self) -> Lifecycle:
        """A chart that nobody moves meanwhile, in this state; one that raised is not given back."""
        try:
            chart = self._charts.pop()
        except IndexError:
            return self._kind(start_value=self.state)
        chart.current_state_value = self.state
        return chart

    def _give_back(self, chart: Lifecycle) -> None:
        """To whoever moves next, unless it is at an end: then it never moves again."""
        if not chart.is_terminated:
            self._charts.append(chart)


_SPARE: dict[type[Lifecycle], list[Lifecycle]] = {}


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
    destroyed = State("destroyed", final=True)
    returned = State("returned", final=True)

    match = submitted.to(matched) | match_failed.to(matched)
    fail_match = submitted.to(match_failed) | matched.to(match_failed)
    pass_risk_control = matched.to(inspected)
    release = inspected.to(released) | detained.to(released)
    open_return_window = released.to(return_window)
    settle_tax = return_window.to(taxed)
    confirm_return = return_window.to(returned)
    reject = matched.to(rejected) | inspected.to(rejected) | detained.to(rejected)
    cancel = (
        submitted.to(cancelled)
        | match_failed.to(cancelled)
        | matched.to(cancelled)
        | inspected.to(cancelled)
        | detained.to(cancelled)
        | released.to(cancelled)
        | return_window.to(cancelled)
    )
    detain = matched.to(detained) | inspected.to(detained) | released.to(detained) | return_window.to(detained)
    let_go = detained.to(return_window)
    ship_back = matched.to(returned_abroad) | inspected.to(returned_abroad) | detained.to(returned_abroad)
    destroy = detained.to(destroyed)


class ArticlesListChart(Lifecycle):
    """An individual's List of Items (RULEBOOK B.12); what is in its way sends it back, to customs or among goods."""

    draft = State("draft", initial=True)
    submitted = State("submitted")
    approval_pending = State("approval_pending")
    reviewed = State("reviewed")
    tax_assessed = State("tax_assessed")
    paid = State("paid")
    exempt = State("exempt")
    released = State("released", final=True)
    returned = State("returned", final=True)
    abandoned = State("abandoned", final=True)
    to_goods = State("to_goods", final=True)

    submit = draft.to(submitted)
    await_approval = submitted.to(approval_pending)
    resume = approval_pending.to(submitted)
    review = submitted.to(reviewed)
    assess_tax = reviewed.to(tax_assessed)
    pay_tax = tax_assessed.to(paid)
    exempt_from_tax = tax_assessed.to(exempt)
    release = paid.to(released) | exempt.to(released)
    send_back = (
        draft.to(returned)
        | submitted.to(returned)
        | approval_pending.to(returned)
        | reviewed.to(returned)
        | tax_assessed.to(returned)
        | paid.to(returned)
        | exempt.to(returned)
    )
    abandon = draft.to(abandoned) | approval_pending.to(abandoned) | tax_assessed.to(abandoned)
    treat_as_goods = submitted.to(to_goods)
