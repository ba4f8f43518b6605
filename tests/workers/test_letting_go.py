"""Of the message with which a workflow began nothing stays in memory but what may still be asked for."""

import gc
import uuid
from dataclasses import replace
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

import pytest
from temporalio import workflow
from temporalio.api.common.v1 import Payload, Payloads
from temporalio.client import Client, Interceptor, OutboundInterceptor, StartWorkflowInput, WorkflowHandle
from temporalio.worker import UnsandboxedWorkflowRunner, Worker, WorkflowInstance, WorkflowInstanceDetails

from tests.patience import until
from workers.letting_go import LettingGoRunner


@workflow.defn(name="Sleeper")
class Sleeper:
    """Sleeps until it is woken; then tells what it was started with."""

    def __init__(self) -> None:
        self.woken = False

    @workflow.run
    async def run(self) -> list[str]:
        await workflow.wait_condition(lambda: self.woken)
        return [workflow.memo_value("note", type_hint=str), workflow.info().headers["way"].data.decode()]

    @workflow.signal
    def wake(self) -> None:
        self.woken = True

    @workflow.query
    def woken_yet(self) -> bool:
        return self.woken


class Headed(Interceptor):
    """Starts workflows with a header."""

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:
        class Heading(OutboundInterceptor):
            async def start_workflow(self, input: StartWorkflowInput) -> WorkflowHandle[Any, Any]:
                input.headers = {"way": Payload(data=b"by air")}
                return await super().start_workflow(input)

        return Heading(next)


class Looking(UnsandboxedWorkflowRunner):
    """Runs workflows as the SDK does, and lets a test look at the newest."""

    instance: WorkflowInstance | None = None
    given: WorkflowInstanceDetails

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        self.given, self.instance = det, super().create_instance(det)
        return self.instance


def _reached(start: object) -> list[object]:
    """All that stays in memory because of an object, but for code."""
    found, todo = {id(start): start}, [start]
    while todo:
        for each in gc.get_referents(todo.pop()):
            if id(each) not in found and not isinstance(each, (ModuleType, type, BuiltinFunctionType, FunctionType)):
                found[id(each)] = each
                todo.append(each)
    return list(found.values())


@pytest.mark.parametrize("lets_go", [False, True])
async def test_the_message_goes_and_what_was_in_it_can_still_be_asked_for(temporal: Client, lets_go: bool) -> None:
    """The SDK alone keeps a part of the message; where it does no more, we need not do anything about it."""
    queue, looking = f"test-{uuid.uuid4()}", Looking()
    client = Client(temporal.service_client, data_converter=temporal.data_converter, interceptors=[Headed()])
    runner = LettingGoRunner(looking) if lets_go else looking
    async with Worker(client, task_queue=queue, workflows=[Sleeper], workflow_runner=runner):
        sleeper = await client.start_workflow(Sleeper.run, id=queue, task_queue=queue, memo={"note": "fragile"})
        await until(lambda: looking.instance)
        assert await sleeper.query(Sleeper.woken_yet) is False
        kept = {type(each).__name__ for each in _reached(looking.instance)}
        assert ("MessageMapContainer" in kept) is not lets_go
        await sleeper.signal(Sleeper.wake)
        assert await sleeper.result() == ["fragile", "by air"]
    earlier = Payloads(payloads=[Payload(data=b"1")])
    runner.create_instance(replace(looking.given, last_completion_result=earlier))
    assert looking.given.last_completion_result == earlier
    assert (looking.given.last_completion_result is earlier) is not lets_go
