"""The sandbox in which workflows run: what is ours and pure is loaded once, not anew for every list."""

from temporalio.worker import WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

PASSED_THROUGH = (
    *("workflows", "activities", "models", "connectors", "clearway"),
    *("statemachine", "pydantic", "pydantic_core", "pydantic_settings", "annotated_types", "typing_inspection"),
)


def workflow_runner() -> WorkflowRunner:
    """One runner for all lists of a worker (docs/decisions/0014-worker-processes.md)."""
    return SandboxedWorkflowRunner(restrictions=SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH))
