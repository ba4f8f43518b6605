"""Asked again is what did not reach the workflow, and nothing else."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from temporalio.client import WorkflowQueryFailedError
from temporalio.service import RPCError, RPCStatusCode

from clearway import calls
from clearway.calls import Calls
from clearway.contracts.case import Answer, CancelRequest, CaseView
from clearway.contracts.keys import CaseKey
from clearway.contracts.states import Detail, State
from clearway.errors import ASK_AGAIN, ServiceUnavailable

KEY = CaseKey(ebc_code="3301960A01", order_no="CW-1")
VIEW = CaseView(key=KEY, profile="SEED", state=State.MATCHED, detail=Detail.WITH_CUSTOMS)
ANSWER = Answer(accepted=True, workflow_id=KEY.workflow_id, state=State.CANCELLED, detail=Detail.CLOSED)
LEFT = RPCError("context canceled", RPCStatusCode.CANCELLED, b"")
LATE = RPCError(
    "Unable to query workflow due to Workflow Task in failed state.", RPCStatusCode.FAILED_PRECONDITION, b""
)
BETWEEN = RPCError(
    "Unable to perform workflow execution update due to unexpected workflow task failure.",
    RPCStatusCode.FAILED_PRECONDITION,
    b"",
)
OTHER = RPCError("Workflow has no such update handler", RPCStatusCode.FAILED_PRECONDITION, b"")


class Server:
    """Turns away as it is told, then answers; stands for Temporal's client and for a handle of it."""

    def __init__(self, *errors: RPCError | WorkflowQueryFailedError) -> None:
        self.errors = list(errors)
        self.asked = 0

    def get_workflow_handle(self, _workflow_id: str) -> "Server":
        return self

    async def query(self, *_: Any, **__: Any) -> CaseView:
        view: CaseView = await self._answer(VIEW)
        return view

    async def execute_update(self, *_: Any, **__: Any) -> Answer:
        answer: Answer = await self._answer(ANSWER)
        return answer

    async def _answer(self, value: Any) -> Any:
        self.asked += 1
        if self.errors:
            raise self.errors.pop(0)
        return value


Ask = Callable[[Calls], Awaitable[object]]


def _view(client: Calls) -> Awaitable[object]:
    return client._read(KEY.workflow_id, CaseView)


def _cancel(client: Calls) -> Awaitable[object]:
    return client._ask(KEY.workflow_id, "cancel", CancelRequest(actor="A", reason="r"), Answer)


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "PAUSES", (0.0, 0.0))


@pytest.mark.parametrize("ask", [_view, _cancel])
@pytest.mark.parametrize("error", [LEFT, LATE, BETWEEN])
async def test_what_was_turned_away_is_asked_again(ask: Ask, error: RPCError) -> None:
    server = Server(error, error)
    told = await ask(Calls(server))  # type: ignore[arg-type]
    assert told == (VIEW if ask is _view else ANSWER)
    assert server.asked == 3


@pytest.mark.parametrize("ask", [_view, _cancel])
async def test_patience_has_an_end(ask: Ask) -> None:
    server = Server(LATE, LATE, LATE, LATE)
    with pytest.raises(ServiceUnavailable, match="failed state"):
        await ask(Calls(server))  # type: ignore[arg-type]
    assert server.asked == 3


async def test_a_query_that_came_between_two_tasks_is_asked_again() -> None:
    server = Server(WorkflowQueryFailedError(ASK_AGAIN))
    assert await _view(Calls(server)) == VIEW  # type: ignore[arg-type]
    assert server.asked == 2


@pytest.mark.parametrize("other", [OTHER, WorkflowQueryFailedError("no such update handler")])
async def test_any_other_error_is_told_at_once(other: RPCError | WorkflowQueryFailedError) -> None:
    server = Server(other)
    with pytest.raises(ServiceUnavailable, match="no such update handler"):
        await asyncio.wait_for(_view(Calls(server)), 30)  # type: ignore[arg-type]
    assert server.asked == 1
