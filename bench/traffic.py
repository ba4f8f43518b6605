"""What a finished workflow left with Temporal's server: events, workflow tasks, bytes."""

from collections import Counter
from collections.abc import Sequence
from statistics import median

from google.protobuf.message import Message
from pydantic import BaseModel
from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowHistory

NOT_COUNTED = ("WORKFLOW_TASK", "TIME_SKIPPING", "OPTIONS_UPDATED")
"""Events that depend on the moment, or on the moving of clocks, not on what a workflow does."""


class Traffic(BaseModel):
    """What a finished workflow left with the server."""

    events: float
    workflow_tasks: float
    history_bytes: float
    payload_bytes: float
    kinds: dict[str, int]
    """How many events of each kind, but for those that depend on the moment."""


async def traffic_at(client: Client, workflow_ids: Sequence[str]) -> Traffic:
    """What these workflows left with the server."""
    handles = [client.get_workflow_handle(each) for each in workflow_ids]
    sizes = [(await each.describe()).raw_description.workflow_execution_info.history_size_bytes for each in handles]
    return traffic_of([await each.fetch_history() for each in handles], sizes)


def traffic_of(histories: Sequence[WorkflowHistory], sizes: Sequence[int]) -> Traffic:
    """Medians of finished workflows; the kinds of the last one."""
    counts = [Counter(_name(event.event_type) for event in history.events) for history in histories]
    payloads = [sum(_payload_bytes(event) for event in history.events) for history in histories]
    return Traffic(
        events=median(count.total() for count in counts),
        workflow_tasks=median(count["WORKFLOW_TASK_COMPLETED"] for count in counts),
        history_bytes=median(sizes),
        payload_bytes=median(payloads),
        kinds={name: number for name, number in sorted(counts[-1].items()) if not _depends(name)},
    )


def differences(ours: Traffic, theirs: Traffic) -> dict[str, tuple[int, int]]:
    """Kinds of events of which the two have not equally many, with both numbers."""
    names = sorted({*ours.kinds, *theirs.kinds})
    both = {name: (ours.kinds.get(name, 0), theirs.kinds.get(name, 0)) for name in names}
    return {name: (left, right) for name, (left, right) in both.items() if left != right}


def _depends(name: str) -> bool:
    return any(part in name for part in NOT_COUNTED)


def _name(kind: int) -> str:
    return EventType.Name(kind).removeprefix("EVENT_TYPE_")  # type: ignore[arg-type]  # protobuf's int enum


def _payload_bytes(message: Message) -> int:
    """Data of every payload in a message, however deep."""
    if isinstance(message, Payload):
        return len(message.data)
    total = 0
    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        if field.message_type.GetOptions().map_entry:
            parts = [each for each in value.values() if isinstance(each, Message)]
        else:
            parts = list(value) if field.is_repeated else [value]
        total += sum(_payload_bytes(part) for part in parts)
    return total
