"""The sandbox in which workflows run, without what costs every list and serves none (decision 0014)."""

from collections.abc import Sequence
from typing import Any

from temporalio.converter import DataConverter, StorageDriverStoreContext, WithSerializationContext
from temporalio.worker import WorkflowInstance, WorkflowInstanceDetails, WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

PASSED_THROUGH = (
    *("workflows", "activities", "models", "connectors", "clearway"),
    *("statemachine", "pydantic", "pydantic_core", "pydantic_settings", "annotated_types", "typing_inspection"),
)
"""Loaded once and not anew for every list: nothing in these modules changes while a workflow runs."""


def workflow_runner(converter: DataConverter) -> WorkflowRunner:
    """One runner for all lists of a worker, whose payloads go through `converter`."""
    restrictions = SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH)
    sandbox = SandboxedWorkflowRunner(restrictions=restrictions)
    asks = isinstance(converter.payload_codec, WithSerializationContext) or converter.external_storage is not None
    return sandbox if asks else ContextlessRunner(sandbox)


class ContextlessRunner(WorkflowRunner):
    """Runs workflows as another runner does, but knows without asking them whose a payload is: nobody's.

    The SDK asks six times for every payload, and each time the sandbox is entered and left. Only a codec or a storage
    that treats workflows differently would care for the answer.
    """

    def __init__(self, runner: WorkflowRunner) -> None:
        self._runner = runner

    def prepare_workflow(self, defn: Any) -> None:
        """Check a workflow when the worker starts."""
        self._runner.prepare_workflow(defn)

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        """A workflow in memory."""
        return _Instance(self._runner.create_instance(det))

    def set_worker_level_failure_exception_types(self, types: Sequence[type[BaseException]]) -> None:
        """Which errors fail a workflow."""
        self._runner.set_worker_level_failure_exception_types(types)


class _Instance(WorkflowInstance):
    def __init__(self, instance: WorkflowInstance) -> None:
        self._instance = instance

    def activate(self, act: Any) -> Any:
        return self._instance.activate(act)

    def get_serialization_context(self, command_info: Any) -> None:
        return None

    def get_external_store_context(self, command_info: Any) -> StorageDriverStoreContext:
        return StorageDriverStoreContext(target=None)

    def get_info(self) -> Any:
        return self._instance.get_info()

    def get_thread_id(self) -> int | None:
        return self._instance.get_thread_id()
