"""The hour for which a platform is down, on the clocks of lists that wait for it: activities themselves run in real
time, so only some real seconds of it are simulated, and the lists' own clocks are moved."""

import asyncio
from datetime import timedelta

from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.testing import TimeSkipper

from clearway.contracts import names
from clearway.contracts.states import State
from deploy.storm.faults import Chapter

AN_HOUR = timedelta(hours=1)
SETTLED = 2.0
"""Seconds after which the lists that came in last wait, too."""
MOST = 16
"""So many lists' clocks are moved: enough for every story to meet it, in the time that the outage takes."""
_WAIT = (
    f'WorkflowType="{names.DECLARATION_LIST}" AND ExecutionStatus="Running" '
    f'AND CustomsState IN ("{State.SUBMITTED}", "{State.MATCHED}")'
)
_NOBODY_MOVES_CLOCKS = (Chapter.HANDED_IN, Chapter.LATE, Chapter.CUSTOMS_SPEAKS)


async def let_an_hour_pass(client: Client, chapter: Chapter | None) -> None:
    """Move the clocks of lists that wait by an hour. Not while the storm moves clocks itself: then time passes anyhow.

    A list that waits for an activity lets its hour pass as soon as that has an answer; nobody waits for it here.
    """
    if chapter not in _NOBODY_MOVES_CLOCKS:
        return
    await asyncio.sleep(SETTLED)
    waiting = [each.id async for each in client.list_workflows(_WAIT, page_size=MOST, limit=MOST)]

    async def move(workflow_id: str) -> None:
        try:
            await TimeSkipper(client).fast_forward(client.get_workflow_handle(workflow_id), AN_HOUR)
        except (RPCError, RuntimeError):  # it ended meanwhile, or its clock is moved by somebody else
            return

    await asyncio.gather(*(move(each) for each in waiting))
