"""Workflows without a server: their own code, activation by activation, in the order a test chooses; one clock for all.

What the real server leaves to chance is here the test's to choose: when an activity is carried out and heard of, what
lands first, where a worker dies. Every death replays the workflow from what it was told, and compares what it says.
"""

import asyncio
import dataclasses
import typing
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

import temporalio.workflow
from pydantic import BaseModel
from temporalio.api.common.v1 import Payload
from temporalio.api.failure.v1 import Failure
from temporalio.bridge.proto.workflow_activation import WorkflowActivation, WorkflowActivationJob
from temporalio.bridge.proto.workflow_commands import WorkflowCommand
from temporalio.common import Priority, SearchAttributes, TypedSearchAttributes
from temporalio.testing import ActivityEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, WorkflowInstance, WorkflowInstanceDetails

from clearway.payloads import DATA_CONVERTER

CONVERTER = DATA_CONVERTER.payload_converter
HARMLESS = {"schedule_local_activity", "start_timer", "cancel_timer", "set_patch_marker"}
"""What a task that was not completed may have said: nobody has heard of it."""
Seen = TypeVar("Seen", bound=BaseModel)
SILENT = {"set_patch_marker", "upsert_workflow_search_attributes", "modify_workflow_properties"}


class Ended(Exception):
    """The workflow is over, or was never started."""


class Rejected(Exception):
    """A validator refused an update."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.code = failure.application_failure_info.type
        assert self.code.startswith("E_"), failure


@dataclass
class Work:
    """An activity that a workflow wants done."""

    play: "Play"
    seq: int
    name: str
    request: bytes
    local: bool

    @property
    def label(self) -> str:
        """How a test tells it from others."""
        return f"{self.play.workflow_id}: {self.name}"


@dataclass
class Told:
    """One activation and what the workflow said to it."""

    activation: WorkflowActivation
    commands: Sequence[WorkflowCommand]
    timers_before: dict[int, datetime]
    open_before: dict[int, Work]


@dataclass
class Play:
    """One workflow execution."""

    workflow_id: str
    workflow: type
    started_at: datetime
    parent: "tuple[Play, int] | None" = None
    instance: WorkflowInstance | None = None
    past: list[Told] = field(default_factory=list)
    timers: dict[int, datetime] = field(default_factory=dict)
    open: dict[int, Work] = field(default_factory=dict)
    patches: set[str] = field(default_factory=set)
    answers: dict[str, Payload | Failure] = field(default_factory=dict)
    accepted: set[str] = field(default_factory=set)
    over: bool = False
    result: Any = None

    @property
    def may_begin_again(self) -> bool:
        """Whether the last task was never completed, for the local activities it asked for are still open."""
        if len(self.past) < 2 or self.over:
            return False
        last = self.past[-1]
        fresh = self.open.keys() - last.open_before.keys()
        said = {command.WhichOneof("variant") for command in last.commands}
        acceptances = all(
            command.update_response.HasField("accepted")
            for command in last.commands
            if command.WhichOneof("variant") == "update_response"
        )
        return bool(fresh) and acceptances and said <= HARMLESS | SILENT | {"update_response"}


class ServerByHand:
    """Any number of workflows, one clock, and open work that is done when the test says so."""

    def __init__(self, workflows: Iterable[type], activities: Iterable[Callable[..., Any]], now: datetime) -> None:
        self.now = now
        self.plays: dict[str, Play] = {}
        self._workflows = {self._definition(each).name: each for each in workflows}
        self._activities = {each.__name__: each for each in activities}
        self._mail: list[tuple[Play, WorkflowActivationJob]] = []
        self._updates = self._signals = 0
        self._loop = asyncio.new_event_loop()

    def close(self) -> None:
        """Forget everything."""
        self.plays.clear()
        self._loop.close()

    def take_over(self, other: "ServerByHand") -> None:
        """Go on where another one stands, in which nothing is under way; that one goes on by itself."""
        self.now, self._updates, self._signals = other.now, other._updates, other._signals
        for play in other.plays.values():
            assert not play.open, f"{play.workflow_id} is under way"
            again = dataclasses.replace(
                play,
                instance=None,
                past=list(play.past),
                timers=dict(play.timers),
                open={},
                patches=set(play.patches),
                answers=dict(play.answers),
                accepted=set(play.accepted),
            )
            self.plays[play.workflow_id] = again
            self.kill_worker(again)

    # --- what clients do ----------------------------------------------------------------------------------------------

    def start(self, name: str, workflow_id: str, argument: BaseModel) -> Play:
        """Start a workflow; the one that runs under this id already is the same."""
        found = self.plays.get(workflow_id)
        if found is None or found.over:
            found = self._begin(name, workflow_id, CONVERTER.to_payloads([argument]), None)
            self._deliver()
        return found

    def running(self, workflow_id: str) -> Play:
        """The running workflow of an id; raises Ended."""
        found = self.plays.get(workflow_id)
        if found is None or found.over:
            raise Ended(workflow_id)
        return found

    def signal(self, workflow_id: str, name: str, argument: BaseModel) -> None:
        """Tell a running workflow something; raises Ended."""
        job = WorkflowActivationJob()
        job.signal_workflow.signal_name = name
        self._signals += 1
        job.signal_workflow.originating_event_id = self._signals
        job.signal_workflow.input.extend(CONVERTER.to_payloads([argument]))
        self._post(self.running(workflow_id), job)

    def ask(self, workflow_id: str, name: str, argument: BaseModel) -> str:
        """Send an update; its number. Raises Ended, Rejected where the validator refuses it."""
        play = self.running(workflow_id)
        self._updates += 1
        number = f"update-{self._updates}"
        job = WorkflowActivationJob()
        job.do_update.id = job.do_update.protocol_instance_id = number
        job.do_update.name = name
        job.do_update.run_validator = True
        job.do_update.input.extend(CONVERTER.to_payloads([argument]))
        self._post(play, job)
        answer = play.answers.get(number)
        if isinstance(answer, Failure) and number not in play.accepted:
            raise Rejected(answer)
        return number

    def view(self, workflow_id: str, kind: type[Seen]) -> Seen:
        """What the query `view` answers, also of a workflow that is over."""
        play = self.plays[workflow_id]
        job = WorkflowActivationJob()
        job.query_workflow.query_id, job.query_workflow.query_type = "q", "view"
        [command] = self._activate(play, [job], keep=False)
        assert command.respond_to_query.HasField("succeeded"), command.respond_to_query.failed.message
        [found] = CONVERTER.from_payloads([command.respond_to_query.succeeded.response], [kind])
        assert isinstance(found, kind)
        return found

    # --- what workers do ----------------------------------------------------------------------------------------------

    @property
    def open_work(self) -> list[Work]:
        """Activities that wait to be done, in a fixed order."""
        return [work for play in self.plays.values() for work in play.open.values()]

    def carry_out(self, work: Work) -> Any:
        """Do the activity; nobody hears of it yet."""
        activity = self._activities[work.name]
        [hint] = [each for name, each in typing.get_type_hints(activity).items() if name != "return"]
        payload = Payload.FromString(work.request)
        [request] = CONVERTER.from_payloads([payload], [hint])
        return ActivityEnvironment().run(activity, request)

    def hear(self, work: Work, result: Any) -> None:
        """Let the workflow hear what came of it, unless it is over or does not care any more."""
        if work.play.open.get(work.seq) is not work:
            return
        del work.play.open[work.seq]
        job = WorkflowActivationJob()
        job.resolve_activity.seq = work.seq
        job.resolve_activity.is_local = work.local
        job.resolve_activity.result.completed.result.CopyFrom(CONVERTER.to_payloads([result])[0])
        self._post(work.play, job)

    def kill_worker(self, play: Play, *, begin_again: bool = False, drop_updates: bool = False) -> None:
        """Replay a workflow from what it was told; it must say the same again.

        With `begin_again` its last task was not completed: what it asked for then is forgotten, and it is told again
        what it was told in it, at today's time; but for updates, where their clients have given up.
        """
        undone = play.past.pop() if begin_again and play.may_begin_again else None
        if undone is not None:
            play.timers, play.open = undone.timers_before, undone.open_before
        play.instance = self._instance(play)
        for number, told in enumerate(play.past):
            again = WorkflowActivation()
            again.CopyFrom(told.activation)
            again.is_replaying = True
            if number == 0:
                for patch in sorted(play.patches):
                    again.jobs.add().notify_has_patch.patch_id = patch
            completion = play.instance.activate(again)
            assert not completion.HasField("failed"), completion.failed.failure.message
            assert _said(completion.successful.commands) == _said(told.commands), (
                f"{play.workflow_id} replays otherwise"
            )
        if undone is not None:
            for job in undone.activation.jobs:
                if not (drop_updates and job.HasField("do_update")):
                    self._post(play, job)

    # --- time ---------------------------------------------------------------------------------------------------------

    def next_timer(self) -> datetime | None:
        """When the next timer fires."""
        return min((due for play in self.plays.values() for due in play.timers.values()), default=None)

    def advance(self, until: datetime) -> bool:
        """Move the clock to an instant, or to the next timer before it, which fires; whether one fired."""
        due = self.next_timer()
        if due is None or due > until:
            self.now = max(self.now, until)
            return False
        self.now = max(self.now, due)
        play, seq = next(
            (play, seq) for play in self.plays.values() for seq, moment in play.timers.items() if moment == due
        )
        del play.timers[seq]
        job = WorkflowActivationJob()
        job.fire_timer.seq = seq
        self._post(play, job)
        return True

    # --- how it is done -----------------------------------------------------------------------------------------------

    def _begin(
        self, name: str, workflow_id: str, arguments: Sequence[Payload], parent: tuple[Play, int] | None
    ) -> Play:
        play = Play(workflow_id, self._workflows[name], self.now, parent)
        self.plays[workflow_id] = play
        play.instance = self._instance(play)
        job = WorkflowActivationJob()
        job.initialize_workflow.workflow_type = name
        job.initialize_workflow.workflow_id = workflow_id
        job.initialize_workflow.arguments.extend(arguments)
        self._mail.append((play, job))
        return play

    def _post(self, play: Play, job: WorkflowActivationJob) -> None:
        self._mail.append((play, job))
        self._deliver()

    def _deliver(self) -> None:
        while self._mail:
            play, job = self._mail.pop(0)
            if not play.over:
                self._activate(play, [job])

    def _activate(
        self, play: Play, jobs: Sequence[WorkflowActivationJob], *, keep: bool = True
    ) -> Sequence[WorkflowCommand]:
        activation = WorkflowActivation(run_id=play.workflow_id, jobs=jobs, history_length=len(play.past))
        activation.timestamp.FromDatetime(self.now)
        assert play.instance is not None  # made when it began
        completion = play.instance.activate(activation)
        assert not completion.HasField("failed"), f"{play.workflow_id}: {completion.failed.failure.message}"
        commands = tuple(completion.successful.commands)
        if keep:
            play.past.append(Told(activation, commands, dict(play.timers), dict(play.open)))
            for command in commands:
                self._obey(play, command)
        return commands

    def _obey(self, play: Play, command: WorkflowCommand) -> None:
        match command.WhichOneof("variant"):
            case "start_timer":
                span = command.start_timer.start_to_fire_timeout.ToTimedelta()
                play.timers[command.start_timer.seq] = self.now + span
            case "cancel_timer":
                play.timers.pop(command.cancel_timer.seq, None)
            case "schedule_activity":
                asked = command.schedule_activity
                self._want(play, asked.seq, asked.activity_type, asked.arguments, local=False)
            case "schedule_local_activity":
                wanted = command.schedule_local_activity
                self._want(play, wanted.seq, wanted.activity_type, wanted.arguments, local=True)
            case "request_cancel_activity":
                self._call_off(play, command.request_cancel_activity.seq)
            case "request_cancel_local_activity":
                self._call_off(play, command.request_cancel_local_activity.seq)
            case "update_response":
                self._take_answer(play, command)
            case "start_child_workflow_execution":
                child = command.start_child_workflow_execution
                self._begin(child.workflow_type, child.workflow_id, child.input, (play, child.seq))
                job = WorkflowActivationJob()
                job.resolve_child_workflow_execution_start.seq = child.seq
                job.resolve_child_workflow_execution_start.succeeded.run_id = child.workflow_id
                self._mail.append((play, job))
            case "complete_workflow_execution":
                self._end(play, command.complete_workflow_execution.result)
            case "continue_as_new_workflow_execution":
                again = command.continue_as_new_workflow_execution
                play.over = True
                name = again.workflow_type or self._definition(play.workflow).name
                self._begin(name, play.workflow_id, again.arguments, play.parent)
            case other:
                assert other in SILENT, f"{play.workflow_id} says {other}: {command}"
        if command.WhichOneof("variant") == "set_patch_marker":
            play.patches.add(command.set_patch_marker.patch_id)

    def _want(self, play: Play, seq: int, name: str, arguments: Sequence[Payload], *, local: bool) -> None:
        [request] = arguments
        play.open[seq] = Work(play, seq, name, request.SerializeToString(), local)

    def _call_off(self, play: Play, seq: int) -> None:
        """A workflow hears at once that an activity is called off; it may be carried out all the same."""
        if play.open.pop(seq, None) is None:
            return
        job = WorkflowActivationJob()
        job.resolve_activity.seq = seq
        job.resolve_activity.result.cancelled.failure.message = "called off"
        job.resolve_activity.result.cancelled.failure.canceled_failure_info.SetInParent()
        self._mail.append((play, job))

    def _take_answer(self, play: Play, command: WorkflowCommand) -> None:
        answer = command.update_response
        if answer.HasField("accepted"):
            play.accepted.add(answer.protocol_instance_id)
        elif answer.HasField("rejected"):
            play.answers[answer.protocol_instance_id] = answer.rejected
        else:
            play.answers[answer.protocol_instance_id] = answer.completed

    def _end(self, play: Play, result: Payload) -> None:
        play.over, play.result = True, result
        play.timers.clear()
        play.open.clear()
        if play.parent is not None and not play.parent[0].over:
            job = WorkflowActivationJob()
            job.resolve_child_workflow_execution.seq = play.parent[1]
            job.resolve_child_workflow_execution.result.completed.result.CopyFrom(result)
            self._mail.append((play.parent[0], job))

    def _instance(self, play: Play) -> WorkflowInstance:
        async def made() -> WorkflowInstance:
            return UnsandboxedWorkflowRunner().create_instance(details)

        info = temporalio.workflow.Info(
            attempt=1,
            continued_run_id=None,
            cron_schedule=None,
            execution_timeout=None,
            first_execution_run_id=play.workflow_id,
            headers={},
            namespace="default",
            original_execution_run_id=play.workflow_id,
            parent=None,
            root=None,
            priority=Priority.default,
            raw_memo={},
            retry_policy=None,
            run_id=play.workflow_id,
            run_timeout=None,
            search_attributes=typing.cast(SearchAttributes, {}),
            start_time=play.started_at,
            task_queue="by-hand",
            task_timeout=timedelta(seconds=10),
            typed_search_attributes=TypedSearchAttributes.empty,
            workflow_id=play.workflow_id,
            workflow_start_time=play.started_at,
            workflow_type=self._definition(play.workflow).name or "",
        )
        details = WorkflowInstanceDetails(
            payload_converter_factory=lambda: CONVERTER,
            failure_converter_class=DATA_CONVERTER.failure_converter_class,
            interceptor_classes=(),
            defn=self._definition(play.workflow),
            info=info,
            randomness_seed=7,
            extern_functions={"__temporal_assert_local_activity_valid": self._activities.__getitem__},
            disable_eager_activity_execution=True,
            worker_level_failure_exception_types=(),
            patch_activation_callback=None,
            last_completion_result=temporalio.api.common.v1.Payloads(),
            last_failure=None,
        )
        return self._loop.run_until_complete(made())

    def _definition(self, workflow: type) -> Any:
        return temporalio.workflow._Definition.must_from_class(workflow)


def _said(commands: Iterable[WorkflowCommand]) -> list[bytes]:
    return [command.SerializeToString(deterministic=True) for command in commands]
