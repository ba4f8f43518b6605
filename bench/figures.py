"""What was measured, brought to one line per side and one ratio."""

from collections import Counter
from statistics import median
from typing import Any

from pydantic import BaseModel
from rich.table import Table
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHistory

NOT_COUNTED = ("WORKFLOW_TASK", "TIME_SKIPPING", "OPTIONS_UPDATED")
"""Events that depend on the moment, or on the moving of clocks, not on what a workflow does."""


class Round(BaseModel):
    """One round of one side."""

    side: str
    lists: int
    seconds: float
    processor_seconds: float

    @property
    def rate(self) -> float:
        """Lifecycles per second."""
        return self.lists / self.seconds

    @property
    def cost(self) -> float:
        """The worker's processor time per lifecycle, in milliseconds."""
        return 1000 * self.processor_seconds / self.lists


class Side(BaseModel):
    """Medians of one side."""

    lifecycles_per_second: float
    worker_milliseconds: float
    events: float
    workflow_tasks: float
    workflow_task_milliseconds: float
    traffic: dict[str, int]


class Figures(BaseModel):
    """The whole measurement."""

    settings: dict[str, Any]
    rounds: list[Round]
    list: Side
    bare: Side
    rate_ratio: float
    """Lifecycles per second, list by bare: the median of the rounds' ratios."""
    rate_ratio_range: tuple[float, float]
    cost_ratio: float
    """The worker's processor time per lifecycle, list by bare: the median of the rounds' ratios."""
    cost_ratio_range: tuple[float, float]


def summarise(rounds: list[Round], histories: dict[str, list[WorkflowHistory]], settings: dict[str, Any]) -> Figures:
    """Medians of each side, and the ratios of neighbouring rounds, which share the machine's mood."""
    by_side = {side: [each for each in rounds if each.side == side] for side in histories}
    pairs = list(zip(by_side["list"], by_side["bare"], strict=True))
    rates = [ours.rate / bare.rate for ours, bare in pairs]
    costs = [ours.cost / bare.cost for ours, bare in pairs]
    return Figures(
        settings=settings,
        rounds=rounds,
        list=_side(by_side["list"], histories["list"]),
        bare=_side(by_side["bare"], histories["bare"]),
        rate_ratio=median(rates),
        rate_ratio_range=(min(rates), max(rates)),
        cost_ratio=median(costs),
        cost_ratio_range=(min(costs), max(costs)),
    )


def _side(rounds: list[Round], histories: list[WorkflowHistory]) -> Side:
    counts = [Counter(_name(event.event_type) for event in history.events) for history in histories]
    return Side(
        lifecycles_per_second=median(each.rate for each in rounds),
        worker_milliseconds=median(each.cost for each in rounds),
        events=median(count.total() for count in counts),
        workflow_tasks=median(count["WORKFLOW_TASK_COMPLETED"] for count in counts),
        workflow_task_milliseconds=median(time for history in histories for time in _task_times(history)),
        traffic={name: count for name, count in sorted(counts[-1].items()) if not _depends(name)},
    )


def _depends(name: str) -> bool:
    return any(part in name for part in NOT_COUNTED)


def _name(kind: int) -> str:
    return EventType.Name(kind).removeprefix("EVENT_TYPE_")  # type: ignore[arg-type]  # protobuf's int enum


def _task_times(history: WorkflowHistory) -> list[float]:
    """From start to completion of each workflow task, in milliseconds."""
    started = {event.event_id: event.event_time.ToDatetime() for event in history.events}
    return [
        1000 * (started[event.event_id] - started[done.started_event_id]).total_seconds()
        for event in history.events
        if (done := event.workflow_task_completed_event_attributes).started_event_id
    ]


def table(figures: Figures) -> Table:
    """The figures for people."""
    shown = Table(title=f"{len(figures.rounds) // 2} rounds of {figures.settings['lists']} lifecycles, medians")
    for column in ("", "list", "bare", "list / bare", "range"):
        shown.add_column(column, justify="left" if not column else "right")
    ours, bare = figures.list, figures.bare
    rate, cost = figures.rate_ratio_range, figures.cost_ratio_range
    shown.add_row(
        "lifecycles per second",
        f"{ours.lifecycles_per_second:.1f}",
        f"{bare.lifecycles_per_second:.1f}",
        f"{figures.rate_ratio:.2f}",
        f"{rate[0]:.2f} to {rate[1]:.2f}",
    )
    shown.add_row(
        "worker's processor time, ms per lifecycle",
        f"{ours.worker_milliseconds:.1f}",
        f"{bare.worker_milliseconds:.1f}",
        f"{figures.cost_ratio:.2f}",
        f"{cost[0]:.2f} to {cost[1]:.2f}",
    )
    for name, left, right in (
        ("history events", ours.events, bare.events),
        ("workflow tasks", ours.workflow_tasks, bare.workflow_tasks),
        ("workflow task, start to completion, ms", ours.workflow_task_milliseconds, bare.workflow_task_milliseconds),
    ):
        shown.add_row(name, f"{left:.1f}", f"{right:.1f}", f"{left / right:.2f}", "")
    return shown
