"""The client's errors are its own, and what it shows fits the server."""

import asyncio
import uuid
from datetime import UTC, datetime

import pytest
from temporalio.client import Client, Interceptor, OutboundInterceptor, QueryWorkflowInput
from temporalio.service import RPCError, RPCStatusCode

import clearway
from clearway.calls import SUMMARY_BYTES
from clearway.client import ClearwayClient
from clearway.contracts.case import CaseKey
from clearway.contracts.states import State
from clearway.errors import NotFound, Refused, ServiceUnavailable
from clearway.testing import sample_set
from tests.desk import Desk

AT = datetime(2026, 3, 10, 1, 0, tzinfo=UTC)


async def test_an_unknown_list_is_not_found(temporal: Client) -> None:
    with pytest.raises(NotFound) as error:
        await ClearwayClient(temporal).view(CaseKey(ebc_code="E", order_no="nobody"))
    assert error.value.problems[0].code == "E_NOT_FOUND"
    assert "declaration-list/E/nobody" in str(error.value)


async def test_no_server_is_unavailable_with_a_remedy() -> None:
    with pytest.raises(ServiceUnavailable) as error:
        await ClearwayClient.connect("127.0.0.1:1")
    (problem,) = error.value.problems
    assert problem.message_en == "Temporal did not answer: no connection to 127.0.0.1:1 (Connection refused)"
    assert "TEMPORAL_ADDRESS" in problem.remedy_en


async def test_an_unknown_namespace_is_told_as_such_and_not_as_an_unknown_list(temporal: Client) -> None:
    client = await ClearwayClient.connect(temporal.service_client.config.target_host, "nowhere")
    with pytest.raises(ServiceUnavailable, match="Namespace nowhere is not found"):
        await client.view(CaseKey(ebc_code="E", order_no="nobody"))


async def test_the_summary_of_a_long_chinese_order_number_fits(desk: Desk) -> None:
    number = "订单" * 30
    sample = sample_set(number, at=AT)
    await desk.client.transmit(sample.order, sender=sample.transmissions[0].sender)
    description = await desk.handle(sample.key).describe()
    summary = await description.static_summary()
    assert summary is not None
    assert summary.startswith("Order 订单")
    assert len(summary.encode()) <= SUMMARY_BYTES


async def test_waiting_too_long_is_a_timeout(desk: Desk) -> None:
    sample = desk.sample()
    await desk.transmit(sample, sample.order)
    with pytest.raises(TimeoutError):
        await desk.client.wait_for(sample.key, State.TAXED, timeout=0.2)


def test_everything_public_can_be_imported_from_the_top() -> None:
    for name in clearway.__all__:
        assert getattr(clearway, name).__name__ == name
    with pytest.raises(AttributeError):
        _ = clearway.nothing


async def test_a_call_that_its_caller_cancels_is_cancelled_not_unavailable(temporal: Client) -> None:
    nobody_works_here = ClearwayClient(temporal, task_queue=f"empty-{uuid.uuid4()}")
    sample = sample_set(f"T{uuid.uuid4().hex[:12]}", at=AT)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5):
            await nobody_works_here.transmit(sample.order, sender=sample.transmissions[0].sender)


class GivenUp(OutboundInterceptor):
    """A server that gives up so many queries, as it does when the worker that had one leaves."""

    def __init__(self, others: OutboundInterceptor, times: int) -> None:
        super().__init__(others)
        self.times = times

    async def query_workflow(self, input: QueryWorkflowInput) -> object:
        """Ask, or not."""
        if self.times:
            self.times -= 1
            raise RPCError("context canceled", RPCStatusCode.CANCELLED, b"")
        return await super().query_workflow(input)


class GivesUp(Interceptor):
    """Puts such a server before the real one."""

    def __init__(self, times: int) -> None:
        self.times = times

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:
        """One for each client."""
        return GivenUp(next, self.times)


async def test_a_query_that_the_server_gave_up_is_asked_again_a_few_times(desk: Desk) -> None:
    sample = desk.sample()
    await desk.transmit(sample, sample.order)
    address = desk.client.temporal.service_client.config.target_host
    patient = await ClearwayClient.connect(address, interceptors=(GivesUp(2),))
    assert (await patient.view(sample.key)).state is State.SUBMITTED


async def test_an_unknown_profile_is_refused_before_anything_is_opened(temporal: Client) -> None:
    sample = sample_set(f"T{uuid.uuid4().hex[:12]}", at=AT)
    client = ClearwayClient(temporal)
    with pytest.raises(Refused) as error:
        await client.transmit(sample.order, sender=sample.transmissions[0].sender, profile="LAW_1999")
    assert [problem.code for problem in error.value.problems] == ["E_PROFILE"]
    with pytest.raises(NotFound):
        await client.view(sample.key)
