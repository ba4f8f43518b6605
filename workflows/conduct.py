"""How every workflow of this service behaves: how long it gives activities, how it refuses, waits and shows itself."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.common import Priority, RetryPolicy
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from clearway.contracts import names
    from clearway.contracts.problems import Problem
    from clearway.contracts.urgency import Urgency
    from workflows.search_attributes import Value, updates_between

DESK_TIMEOUT = timedelta(seconds=30)
"""For a judgement and a short transaction, in a local activity."""
OUTSIDE_TIMEOUT = timedelta(minutes=1)
"""For one call of an outside platform."""
RESEND_PAUSE = timedelta(minutes=5)
"""Pause before something is sent again that customs could not take for technical reasons."""
DESK_RETRIES = RetryPolicy(initial_interval=timedelta(milliseconds=200), maximum_interval=timedelta(minutes=1))
OUTSIDE_RETRIES = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=10))


def customs_queue() -> str:
    """Where this workflow's filings are signed and handed to customs."""
    return names.customs_queue(workflow.info().task_queue)


def bank_queue() -> str:
    """Where the withholding agent's bank is asked to pay."""
    return names.bank_queue(workflow.info().task_queue)


def ranked(urgency: Urgency) -> Priority:
    """The class of one activity or child, where it is not its workflow's."""
    return Priority(priority_key=int(urgency))


def refuse(found: Problem | Sequence[Problem] | None) -> None:
    """Refuse an update for everything found: it changes nothing, leaves no event, and says why."""
    problems = [found] if isinstance(found, Problem) else found
    if problems:
        told = [problem.model_dump(mode="json") for problem in problems]
        raise ApplicationError(problems[0].message_en, *told, type=problems[0].code)


async def wait(done: Callable[[], bool], *, until: datetime, why: str) -> bool:
    """Wait until `done` or until an instant; tells which by returning what `done` says."""
    left = until - workflow.now()
    if left > timedelta(0) and not done():
        try:
            await workflow.wait_condition(done, timeout=left, timeout_summary=why)
        except TimeoutError:
            return False
    return done()


class Noticeboard:
    """What operators see of one workflow."""

    def __init__(self) -> None:
        self._published: Mapping[str, Value] = {}

    def show(self, page: str, values: Mapping[str, Value] | None) -> None:
        """Put up a page in Markdown; filters change only when their values do, and stay as they are for None."""
        workflow.set_current_details(page)
        if values is None:
            return
        updates = updates_between(self._published, values)
        if updates:
            workflow.upsert_search_attributes(updates)
            self._published = values
