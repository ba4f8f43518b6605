"""One list on the demo's stage: its documents, the way to its case, its clock, and the doors of the stack."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio.api.enums.v1 import PendingActivityState
from temporalio.client import WorkflowHandle
from temporalio.testing import TimeSkipper

from clearway.client import ClearwayClient
from clearway.contracts.case import Answer, CaseKey, CaseView, Transmission
from clearway.contracts.facts import LegalClocks
from clearway.contracts.keys import CollectionKey
from clearway.contracts.parties import Sender
from clearway.contracts.states import State
from clearway.errors import Refused
from clearway.testing import AGENT, SampleSet
from deploy.doors import Gateway
from deploy.unexpected import Unexpected

PATIENCE = 60.0
"""Real seconds for which a list may stand still before the demo calls that a fault."""
LOOK = 0.4
"""Real seconds between two looks at a list."""
TRIES = 5
"""So often a clock is moved that somebody else moves, too."""
AGENT_SENDS = Sender(code=AGENT)


@dataclass
class Play:
    """One list on the stage."""

    client: ClearwayClient
    sample: SampleSet
    gateway: Gateway
    simulator_url: str
    notes: list[str] = field(default_factory=list)
    attempt: int = 1
    patience: float = PATIENCE
    """Real seconds for which the list may stand still."""
    look: float = LOOK
    """Real seconds between two looks at it."""

    @property
    def key(self) -> CaseKey:
        """The case on stage."""
        return self.sample.key.model_copy(update={"attempt": self.attempt})

    @property
    def collection(self) -> CollectionKey:
        """The collection that pays its tax."""
        declared = self.sample.declaration_list
        return CollectionKey(agent=declared.assure_code, customs=declared.customs_code)

    @property
    def named(self) -> dict[str, str]:
        """The list as customs names it in what it sends through the gateway's doors."""
        return {"ebc_code": self.key.ebc_code, "order_no": self.key.order_no}

    @property
    def handle(self) -> WorkflowHandle[Any, Any]:
        """The workflow of the list."""
        return self.client.temporal.get_workflow_handle(self.key.workflow_id)

    async def declare(self, *documents: Transmission) -> None:
        """The broker declares the list, with documents it holds."""
        declaration = self.sample.declaration_list
        taken(await self.client.declare(declaration, sender=AGENT_SENDS, documents=documents, attempt=self.attempt))

    async def until(self, holds: Callable[[CaseView], bool], what: str) -> CaseView:
        """The first view for which something holds. Raises Unexpected when none comes."""
        view: CaseView | None = None
        try:
            async with asyncio.timeout(self.patience) as standstill:
                async for view in self.client.watch(self.key, every=self.look):
                    if holds(view):
                        return view
                    standstill.reschedule(asyncio.get_running_loop().time() + self.patience)
        except TimeoutError:
            stands = f": {view.state}, {view.detail}" if view else ""
            raise Unexpected(f"not {what}, and nothing moved for {self.patience:.0f} s{stands}") from None
        raise Unexpected(f"ended as {view.state if view else 'nothing'} before it was {what}")

    async def reach(self, *states: State) -> CaseView:
        """The case once it is in one of the states. Raises Unexpected when it does not get there."""
        return await self.until(lambda view: view.state in states, " or ".join(states))

    async def over(self) -> CaseView:
        """The case once its life is over and everything that follows from its end is done."""
        try:
            async with asyncio.timeout(self.patience) as standstill:
                async for view in self.client.watch(self.key, every=self.look):
                    last = view
                    standstill.reschedule(asyncio.get_running_loop().time() + self.patience)
        except TimeoutError:
            raise Unexpected(f"not over, and nothing moved for {self.patience:.0f} s") from None
        return last

    async def clocks(self) -> LegalClocks:
        """The deadlines of the release."""
        view = await self.reach(State.RETURN_WINDOW)
        if view.clocks is None:
            raise Unexpected("the return window is open, but its deadlines are not set")
        return view.clocks

    async def now(self) -> datetime:
        """The instant on the list's own clock."""
        return await clock_of(self.client, self.handle)

    async def forward(self, span: timedelta) -> None:
        """Move the list's own clock; everything that falls due on the way happens."""
        await self.forward_to(await self.now() + span)

    async def forward_to(self, moment: datetime) -> None:
        """Move the list's own clock to an instant."""
        await move_clock(self.client, self.handle, moment)


Act = Callable[[Play], Awaitable[None]]
ActTogether = Callable[[Sequence[Play]], Awaitable[None]]


def taken(answer: Answer) -> Answer:
    """The answer, if the request was taken. Raises Unexpected with every problem otherwise."""
    if not answer.accepted:
        raise Unexpected("refused: " + "; ".join(f"{each.code} {each.message_en}" for each in answer.problems))
    return answer


async def refused(request: Awaitable[object], code: str, what: str) -> str:
    """The code with which a request was refused. Raises Unexpected when it was taken, or refused for another reason."""
    try:
        await request
    except Refused as refusal:
        codes = [problem.code for problem in refusal.problems]
        if codes != [code]:
            raise Unexpected(f"{what} was refused as {codes}, not as {code}") from refusal
        return code
    raise Unexpected(f"{what} was taken, although {code} stands against it")


async def clock_of(client: ClearwayClient, handle: WorkflowHandle[Any, Any]) -> datetime:
    """The instant on a workflow's own clock."""
    return await TimeSkipper(client.temporal).get_current_time(handle)


async def move_clock(client: ClearwayClient, handle: WorkflowHandle[Any, Any], moment: datetime) -> None:
    """Move a workflow's own clock to an instant; one that is past it stays where it is."""
    for tries_left in reversed(range(TRIES)):
        left = moment - await clock_of(client, handle)
        if left <= timedelta(0):
            return
        try:
            await TimeSkipper(client.temporal).fast_forward(handle, left)
            return
        except RuntimeError:  # somebody else moved it in the same moment
            if not tries_left:
                raise


async def hasten(client: ClearwayClient, handle: WorkflowHandle[Any, Any]) -> bool:
    """Let the pause pass, on the workflow's own clock, after which an activity is tried again; False if none waits.

    Pauses grow to ten minutes: whoever was away for long is asked again late, which is right but takes long to see.
    """
    told = (await handle.describe()).raw_description
    waiting = [
        each.next_attempt_schedule_time.ToDatetime(UTC)
        for each in told.pending_activities
        if each.state == PendingActivityState.PENDING_ACTIVITY_STATE_SCHEDULED and each.attempt > 1
    ]
    if waiting:
        await move_clock(client, handle, max(waiting) + timedelta(seconds=1))
    return bool(waiting)
