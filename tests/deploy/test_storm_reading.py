"""A storm's accounts tell of a history that cannot be read again."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from temporalio import workflow
from temporalio.client import Client, WorkflowHandle
from temporalio.worker import Worker

from clearway.contracts import names
from clearway.contracts.case import StartCase
from clearway.contracts.keys import CaseKey
from clearway.testing import EBC
from deploy.report import Progression, console_for
from deploy.storm.reading import read_again
from tests.patience import PATIENCE
from tests.temporal import running_temporal

FIRST_TASK = 3
"""Events until the first task was begun."""


@workflow.defn(name=names.DECLARATION_LIST, sandboxed=False)
class Other:
    """A list told in another order than ours: it waits first."""

    @workflow.run
    async def run(self, start: StartCase) -> None:
        await workflow.sleep(timedelta(days=1))


@workflow.defn(name=names.DECLARATION_LIST, sandboxed=False)
class Waiting:
    """A list that does, so far, what ours does: it waits for documents."""

    @workflow.run
    async def run(self, start: StartCase) -> None:
        await workflow.wait_condition(lambda: False)


@pytest.fixture(scope="module")
async def temporal() -> AsyncIterator[Client]:
    """A server of its own: every history on it is read."""
    async with running_temporal() as client:
        yield client


async def _told_by(temporal: Client, story: type) -> WorkflowHandle[Any, Any]:
    """One list after its first task."""
    key = CaseKey(ebc_code=EBC, order_no=story.__name__)
    handle = await temporal.start_workflow(
        names.DECLARATION_LIST, StartCase(key=key), id=key.workflow_id, task_queue=story.__name__
    )
    async with asyncio.timeout(PATIENCE), Worker(temporal, task_queue=story.__name__, workflows=[story]):
        while (await handle.describe()).history_length <= FIRST_TASK:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    return handle


async def test_a_history_told_in_another_order_is_named_and_no_other(temporal: Client) -> None:
    ours, other = await _told_by(temporal, Waiting), await _told_by(temporal, Other)
    line = await read_again(temporal, Progression(console_for(StringIO())))
    assert (line.ours, line.theirs, line.holds) == (1, 2, False)
    [blamed] = line.blamed
    assert other.id in blamed
    assert ours.id not in blamed
