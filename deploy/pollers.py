"""Whether workers take work: asked of the server, because a worker has no door of its own. Serves as health check.

`python -m deploy.pollers` ends with 0 when a worker of this host polls for workflows and for activities.
"""

import asyncio
import socket
import sys
from datetime import UTC, datetime

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client
from temporalio.service import RPCError

from clearway.connection import connect
from clearway.contracts.names import TASK_QUEUE
from clearway.ending import leave

KINDS = (TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW, TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY)


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


async def polled(client: Client, host: str = "", since: datetime = EPOCH) -> bool:
    """Whether somebody polls for both kinds of work, or did since then; of one host only if given. Raises RPCError.

    The server remembers for some minutes who polled: without `since` a dead worker may still count.
    """
    for kind in KINDS:
        answer = await client.workflow_service.describe_task_queue(
            DescribeTaskQueueRequest(
                namespace=client.namespace, task_queue=TaskQueue(name=TASK_QUEUE), task_queue_type=kind
            )
        )
        if not any(
            poller.identity.endswith(f"@{host}" if host else "") and poller.last_access_time.ToDatetime(UTC) >= since
            for poller in answer.pollers
        ):
            return False
    return True


async def _here() -> bool:
    return await polled(await connect(), socket.gethostname())


def main() -> int:
    """Ask the server that `TEMPORAL_*` names."""
    try:
        return 0 if asyncio.run(_here()) else 1
    except (RuntimeError, RPCError) as error:
        sys.stderr.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    leave(main())
