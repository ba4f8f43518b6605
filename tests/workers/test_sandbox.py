"""Nothing of ours is loaded anew for a list, and the sandbox is entered for nothing but its work."""

import ast
import dataclasses
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from temporalio import workflow
from temporalio.api.common.v1 import Payload
from temporalio.converter import PayloadCodec, SerializationContext, WithSerializationContext
from temporalio.worker import WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from clearway.payloads import DATA_CONVERTER
from workers.sandbox import ContextlessRunner, workflow_runner
from workflows.catalogue import WORKFLOWS

ROOT = Path(__file__).parents[2]
OURS = ("workflows", "activities", "models", "connectors", "clearway", "statemachine", "pydantic")


class Loading:
    """Notes every module that Python goes looking for; finds none."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def find_spec(self, name: str, *_: Any) -> None:
        self.names.append(name)


@contextmanager
def _loading() -> Iterator[Loading]:
    noted: Any = Loading()
    sys.meta_path.insert(0, noted)
    try:
        yield noted
    finally:
        sys.meta_path.remove(noted)


def _loaded_for(runner: WorkflowRunner, of: type) -> list[str]:
    """What is loaded anew for one more instance of a workflow."""
    definition = workflow._Definition.must_from_class(of)
    runner.prepare_workflow(definition)
    with _loading() as noted:
        runner.prepare_workflow(definition)
    return [name for name in noted.names if name.partition(".")[0] in OURS]


@pytest.mark.parametrize("of", WORKFLOWS, ids=lambda of: str(of.__name__))
async def test_an_instance_loads_nothing_of_ours_anew(of: type) -> None:
    assert _loaded_for(workflow_runner(DATA_CONVERTER), of) == []


async def test_the_sandbox_as_it_comes_would_load_the_workflow_each_time() -> None:
    assert "workflows.declaration_list" in _loaded_for(SandboxedWorkflowRunner(), WORKFLOWS[0])


class Indifferent(PayloadCodec):
    """Treats every payload alike."""

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return list(payloads)

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return list(payloads)


class Curious(Indifferent, WithSerializationContext):
    """Wants to know whose payload it is."""

    def with_context(self, context: SerializationContext) -> "Curious":
        return self


@pytest.mark.parametrize(("codec", "asks"), [(None, False), (Indifferent(), False), (Curious(), True)])
def test_whose_a_payload_is_is_asked_only_for_a_codec_that_wants_to_know(
    codec: PayloadCodec | None, asks: bool
) -> None:
    converter = dataclasses.replace(DATA_CONVERTER, payload_codec=codec)
    assert isinstance(workflow_runner(converter), ContextlessRunner) is not asks


HARMLESS = {"asyncio", "collections", "dataclasses", "datetime", "decimal", "enum", "typing"}
CLOCKS = {"now", "utcnow", "today"}


def _imported(module: ast.Module) -> set[str]:
    found = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            found |= {each.name.partition(".")[0] for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(str(node.module).partition(".")[0])
    return found


def _clocks(module: ast.Module) -> list[str]:
    attributes = [node for node in ast.walk(module) if isinstance(node, ast.Attribute) and node.attr in CLOCKS]
    return [told for each in attributes if (told := ast.unparse(each)) != "workflow.now"]


@pytest.mark.parametrize("path", sorted((ROOT / "workflows").glob("*.py")), ids=lambda path: str(path.name))
def test_workflows_use_nothing_that_the_sandbox_would_have_had_to_keep_from_them(path: Path) -> None:
    module = ast.parse(path.read_text(encoding="utf-8"))
    assert _imported(module) - HARMLESS - {"temporalio", "workflows", "activities", "models", "clearway"} == set()
    assert _clocks(module) == []


def test_a_workflow_that_reads_a_clock_or_chance_would_be_found() -> None:
    planted = ast.parse("import random\nfrom datetime import datetime\nat = datetime.now(UTC)\n")
    assert _imported(planted) - HARMLESS == {"random"}
    assert _clocks(planted) == ["datetime.now"]
