"""What the SDK asks and tells too early waits; else a history is left that can never be read again (decision 0020)."""

from temporalio.bridge.proto.workflow_activation import WorkflowActivation, WorkflowActivationJob
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.worker import WorkflowInstance

from clearway.errors import ASK_AGAIN
from workers.wrapped import WrappedInstance, WrappedRunner

ALONE = "legacy_query"
"""The SDK's name for a query that came without a workflow task."""


class _Instance(WrappedInstance):
    def __init__(self, instance: WorkflowInstance) -> None:
        super().__init__(instance)
        self._out: set[int] = set()
        """Local activities."""
        self._waiting: dict[str, WorkflowActivationJob] = {}
        """Queries."""
        self._length, self._at = 0, 0
        """The history as it was told last: its events, and the begin of its last task."""

    def activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        asked = {job.query_workflow.query_id: job for job in act.jobs if job.HasField("query_workflow")}
        if asked:
            if not self._out or ALONE in asked:
                return self._do(act)
            self._waiting |= asked  # where a task is prolonged, its queries come again with the next
            return _nothing_yet()
        if self._comes_early(act):
            return _refusal()
        self._out -= {job.resolve_activity.seq for job in act.jobs if job.resolve_activity.is_local}
        done = self._do(act)
        scheduled = (each for each in done.successful.commands if each.HasField("schedule_local_activity"))
        self._out |= {each.schedule_local_activity.seq for each in scheduled}
        if self._waiting and not self._out and done.HasField("successful"):
            return self._with_answers(act, done)
        return done

    def _comes_early(self, act: WorkflowActivation) -> bool:
        """Whether events are told of that belong to no task yet: the history has grown, and no task has begun."""
        at = act.timestamp.ToNanoseconds()
        early = not act.is_replaying and 0 < self._length < act.history_length and at == self._at
        self._length, self._at = act.history_length, at
        return early

    def _do(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        done: WorkflowActivationCompletion = self._instance.activate(act)
        return done

    def _with_answers(
        self, act: WorkflowActivation, done: WorkflowActivationCompletion
    ) -> WorkflowActivationCompletion:
        asked = WorkflowActivation()
        asked.CopyFrom(act)
        del asked.jobs[:]
        asked.jobs.extend(self._waiting.values())
        self._waiting = {}
        answered = self._do(asked)
        if not answered.HasField("successful"):
            return answered
        done.successful.commands.extend(answered.successful.commands)
        return done


class QueriesLastRunner(WrappedRunner):
    """Lets a query neither come between a local activity and its workflow, nor carry a workflow beyond its last task.

    From temporalio 1.32 on, a query that came with a workflow task is asked while the task's local activities run. One
    that ends just then is recorded in this task, but the workflow hears of it in the next, after whatever else came. So
    the query is answered in the same task, after all have ended; its answer tells what they changed.

    A query that came alone brings the history to a worker that has it no more, and with it what has happened since the
    last task. The workflow would hear of that at once, and of what comes until the next task begins only then. So the
    query is turned away, and the workflow forgotten; our clients ask again by themselves.

    Either way the workflow would hear of things in another order than whoever reads its history again.
    """

    instances = _Instance


def _nothing_yet() -> WorkflowActivationCompletion:
    completion = WorkflowActivationCompletion()
    completion.successful.SetInParent()
    return completion


def _refusal() -> WorkflowActivationCompletion:
    completion = WorkflowActivationCompletion()
    completion.failed.failure.message = ASK_AGAIN
    return completion
