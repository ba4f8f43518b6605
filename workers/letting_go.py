"""Messages are let go once they are read: the SDK would keep them for the life of a workflow (decision 0015).

A protobuf message stays in memory as long as one of its parts. Of the message with which a list begins the SDK keeps
the headers and what an earlier run left, nearly always empty, and with them all that came along: 25 kB of documents
for each list in the cache.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar

from temporalio.api.common.v1 import Payload, Payloads
from temporalio.worker import (
    ExecuteWorkflowInput,
    WorkflowInboundInterceptor,
    WorkflowInstance,
    WorkflowInstanceDetails,
)

from workers.wrapped import WrappedRunner

M = TypeVar("M", Payload, Payloads)


class _OwnHeaders(WorkflowInboundInterceptor):
    async def execute_workflow(self, input: ExecuteWorkflowInput) -> Any:
        input.headers = _own(input.headers)
        return await super().execute_workflow(input)


class LettingGoRunner(WrappedRunner):
    """Gives each workflow copies of the few small parts that are kept."""

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        """A workflow in memory."""
        lean = replace(
            det,
            info=replace(det.info, headers=_own(det.info.headers), raw_memo=_own(det.info.raw_memo)),
            interceptor_classes=(*det.interceptor_classes, _OwnHeaders),
            last_completion_result=_copy(det.last_completion_result),
        )
        return self._runner.create_instance(lean)


def _own(payloads: Mapping[str, Payload]) -> dict[str, Payload]:
    return {name: _copy(payload) for name, payload in payloads.items()}


def _copy(message: M) -> M:
    copied = type(message)()
    copied.CopyFrom(message)
    return copied
