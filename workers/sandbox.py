"""The sandbox in which workflows run, without what costs every list and serves none (decision 0014)."""

from typing import Any

from temporalio.converter import DataConverter, StorageDriverStoreContext, WithSerializationContext
from temporalio.worker import WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from workers.letting_go import LettingGoRunner
from workers.queries import QueriesLastRunner
from workers.wrapped import WrappedInstance, WrappedRunner

PASSED_THROUGH = (
    *("workflows", "activities", "models", "connectors", "clearway"),
    *("statemachine", "pydantic", "pydantic_core", "pydantic_settings", "annotated_types", "typing_inspection"),
)
"""Loaded once and not anew for every list: nothing in these modules changes while a workflow runs."""


def workflow_runner(converter: DataConverter) -> WorkflowRunner:
    """One runner for all lists of a worker, whose payloads go through `converter`."""
    restrictions = SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH)
    sandbox = QueriesLastRunner(LettingGoRunner(SandboxedWorkflowRunner(restrictions=restrictions)))
    asks = isinstance(converter.payload_codec, WithSerializationContext) or converter.external_storage is not None
    return sandbox if asks else ContextlessRunner(sandbox)


class _Instance(WrappedInstance):
    def get_serialization_context(self, command_info: Any) -> None:
        return None

    def get_external_store_context(self, command_info: Any) -> StorageDriverStoreContext:
        return StorageDriverStoreContext(target=None)


class ContextlessRunner(WrappedRunner):
    """Runs workflows as another runner does, but knows without asking them whose a payload is: nobody's.

    The SDK asks six times for every payload, and each time the sandbox is entered and left. Only a codec or a storage
    that treats workflows differently would care for the answer.
    """

    instances = _Instance
