"""How the library calls the service: start and ask in one round trip, ask, signal, read; errors become ours."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple, Self, TypeVar

from temporalio.client import (
    Client,
    Interceptor,
    WithStartWorkflowOperation,
    WorkflowFailureError,
    WorkflowHandle,
    WorkflowQueryFailedError,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import Priority, WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.runtime import Runtime
from temporalio.service import RPCError, RPCStatusCode

from clearway.connection import connect
from clearway.contracts import names
from clearway.contracts.articles import ARTICLES_PREFIX, StartArticles
from clearway.contracts.base import Contract
from clearway.contracts.case import StartCase
from clearway.contracts.keys import RETURN_PREFIX
from clearway.contracts.problems import FieldValue, Problem
from clearway.contracts.reports import REPORT_PREFIX, StartReport
from clearway.contracts.urgency import Urgency
from clearway.errors import ASK_AGAIN, AlreadyEnded, NotFound, Refused, ServiceUnavailable
from clearway.rules.series import PROFILES

T = TypeVar("T")
A = TypeVar("A", bound=Contract)
SUMMARY_BYTES = 200
"""Longest static summary the server shows."""
PAUSES = (0.0, 0.2, 0.8, 2.0, 4.0)
"""Seconds before each further try of what the server turned away because a worker left, or was late with a task."""
_LATE = ("Workflow Task in failed state", "unexpected workflow task failure")
"""What the server says of a question whose task failed before the workflow had accepted it."""


class Opening(NamedTuple):
    """A workflow to be started if it does not run yet."""

    workflow: str
    workflow_id: str
    start: StartCase | StartArticles | StartReport
    opens_again: bool = False
    """Whether it may be started once more after its end; else its life is over then."""
    urgency: Urgency = Urgency.ORDINARY
    tenant: str = ""
    """Whose turn it is: the enterprise's code. Never a person's, for it is in clear."""


class Calls:
    """A connection to the service; every method raises errors of `clearway.errors` only.

    `shard` is the mark that ids of lists opened here carry (`clearway.shards`); none where there are no shards.
    """

    def __init__(self, temporal: Client, *, task_queue: str = names.TASK_QUEUE, shard: int | None = None) -> None:
        self.temporal = temporal
        self._task_queue = task_queue
        self._shard = shard

    @classmethod
    async def connect(
        cls,
        address: str | None = None,
        namespace: str | None = None,
        *,
        interceptors: tuple[Interceptor, ...] = (),
        runtime: Runtime | None = None,
        shard: int | None = None,
    ) -> Self:
        """Connect by arguments or by the standard `TEMPORAL_*` settings; raises ServiceUnavailable."""
        try:
            return cls(await connect(address, namespace, interceptors=interceptors, runtime=runtime), shard=shard)
        except RuntimeError as error:
            raise _unavailable(str(error)) from error

    def _handle(self, workflow_id: str) -> WorkflowHandle[Any, Any]:
        return self.temporal.get_workflow_handle(workflow_id)

    async def _open_with(self, opening: Opening, summary: str, update: str, request: Contract, answer: type[A]) -> A:
        """Start the workflow if it does not run, and hand the request in, in one round trip."""
        if not isinstance(opening.start, StartReport) and opening.start.profile not in PROFILES:
            raise Refused((_unknown_profile(opening.start.profile),))
        operation: WithStartWorkflowOperation[Any, Any] = WithStartWorkflowOperation(
            opening.workflow,
            opening.start,
            id=opening.workflow_id,
            task_queue=self._task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=(
                WorkflowIDReusePolicy.ALLOW_DUPLICATE if opening.opens_again else WorkflowIDReusePolicy.REJECT_DUPLICATE
            ),
            static_summary=summary.encode()[:SUMMARY_BYTES].decode(errors="ignore"),
            priority=priority_of(opening.urgency, opening.tenant),
        )
        call = self.temporal.execute_update_with_start_workflow(
            update, request, start_workflow_operation=operation, result_type=answer
        )
        try:
            return await self._reach(opening.workflow_id, call)
        except BaseException:
            # The operation keeps the same error; left unread, asyncio would print it with a traceback.
            with contextlib.suppress(Exception, asyncio.CancelledError):
                await asyncio.wait_for(operation.workflow_handle(), timeout=0.1)
            raise

    async def _ask(self, workflow_id: str, update: str, request: Contract, answer: type[A]) -> A:
        handle = self._handle(workflow_id)
        call = _patiently(lambda: handle.execute_update(update, request, result_type=answer))
        return await self._reach(workflow_id, call)

    async def _read(self, workflow_id: str, view: type[A]) -> A:
        handle = self._handle(workflow_id)
        call: Awaitable[A] = _patiently(lambda: handle.query(names.VIEW, result_type=view))
        return await self._reach(workflow_id, call)

    async def _signal(self, workflow_id: str, signal: str, message: Contract) -> None:
        await self._reach(workflow_id, self._handle(workflow_id).signal(signal, message))

    async def _reach(self, where: str, call: Awaitable[T]) -> T:
        """Await a call to Temporal and turn its errors into ours."""
        try:
            return await call
        except WorkflowUpdateFailedError as error:
            raise _refused(error.cause) from error
        except WorkflowAlreadyStartedError as error:
            raise AlreadyEnded((_ended(where),)) from error
        except WorkflowUpdateRPCTimeoutOrCancelledError as error:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise asyncio.CancelledError from error  # our caller gave up, not Temporal
            raise _unavailable(str(error)) from error
        except WorkflowQueryFailedError as error:
            raise _unavailable(str(error)) from error
        except WorkflowFailureError as error:  # no workflow of ours fails: no worker did it in time
            raise _unavailable(str(error.cause)) from error
        except RPCError as error:
            if error.status == RPCStatusCode.NOT_FOUND and error.message.startswith("Namespace "):
                raise _unavailable(error.message) from error
            if error.status == RPCStatusCode.NOT_FOUND:
                raise AlreadyEnded((_ended(where),)) if "completed" in error.message else _not_found(where) from error
            if error.status == RPCStatusCode.ALREADY_EXISTS:
                raise AlreadyEnded((_ended(where),)) from error
            raise _unavailable(error.message) from error


async def _patiently(ask: Callable[[], Awaitable[T]]) -> T:
    """Ask, and ask again what did not even reach the workflow; that changes nothing twice."""
    for pause in PAUSES:
        try:
            return await ask()
        except (RPCError, WorkflowQueryFailedError) as error:
            if not _turned_away(error):
                raise
        await asyncio.sleep(pause)
    return await ask()


def _turned_away(error: RPCError | WorkflowQueryFailedError) -> bool:
    """The worker that had the question left; or its latest task failed or took too long, or is about to begin."""
    if isinstance(error, WorkflowQueryFailedError):
        return ASK_AGAIN in str(error)
    late = error.status == RPCStatusCode.FAILED_PRECONDITION and any(each in error.message for each in _LATE)
    return late or error.status == RPCStatusCode.CANCELLED


def priority_of(urgency: Urgency, tenant: str = "") -> Priority:
    """A class of urgency, and whose turn it is, as Temporal takes them."""
    return Priority(priority_key=int(urgency), fairness_key=tenant or None)


def _unknown_profile(profile: str) -> Problem:
    known = ", ".join(PROFILES)
    problem = _plain(
        "E_PROFILE",
        f"There is no rule profile {profile!r}.",
        "没有该规则方案。",
        f"Use one of {known}.",
        f"请使用 {known} 之一。",
    )
    return problem.model_copy(update={"fields": (FieldValue(field="profile", value=profile),)})


def _refused(cause: BaseException | None) -> Refused:
    if isinstance(cause, ApplicationError) and cause.details:
        return Refused(tuple(Problem.model_validate(each) for each in cause.details))
    return Refused((_plain("E_REFUSED", str(cause), "请求被拒绝。", "Look at the case.", "请查看清单状态。"),))


def _ended(where: str) -> Problem:
    if where.startswith(REPORT_PREFIX):
        return _plain(
            "E_ALREADY_ENDED",
            f"The life of {where} is over.",
            "该举报流程已结束。",
            "Look at its end state; report what is new under a new number.",
            "请查看最终状态；如有新的情况，请使用新的编号举报。",
        )
    if where.startswith(RETURN_PREFIX):
        return _plain(
            "E_ALREADY_ENDED",
            f"The life of {where} is over.",
            "该退货流程已结束。",
            "Look at its end state; for other goods of the list apply for another return in time.",
            "请查看最终状态；如需退回清单的其他商品，请在期限内另行申请。",
        )
    again = (
        ("for another parcel use another number.", "如为另一包裹，请使用新的编号。")
        if where.startswith(ARTICLES_PREFIX)
        else ("after a rejection declare a corrected copy (next attempt).", "被退单后请以更正副本重新申报。")
    )
    return _plain(
        "E_ALREADY_ENDED",
        f"The life of {where} is over.",
        "该清单流程已结束。",
        f"Look at its end state; {again[0]}",
        f"请查看最终状态；{again[1]}",
    )


def _not_found(where: str) -> NotFound:
    if where.startswith(REPORT_PREFIX):
        return NotFound(
            (
                _plain(
                    "E_NOT_FOUND",
                    f"There is no report {where}.",
                    "没有该举报。",
                    "Check the reporter's code and its number of the report.",
                    "请核对举报人代码和举报编号。",
                ),
            )
        )
    if where.startswith(RETURN_PREFIX):
        return NotFound(
            (
                _plain(
                    "E_NOT_FOUND",
                    f"There is no return {where}.",
                    "没有该退货申请。",
                    "Check the list's code and number, and the number of its return.",
                    "请核对清单的企业代码、订单编号和退货序号。",
                ),
            )
        )
    return NotFound(
        (
            _plain(
                "E_NOT_FOUND",
                f"There is no list {where}.",
                "没有该清单。",
                "Check the code and the number that name the list.",
                "请核对清单的企业代码和编号。",
            ),
        )
    )


def _unavailable(why: str) -> ServiceUnavailable:
    return ServiceUnavailable(
        (
            _plain(
                "E_UNAVAILABLE",
                f"Temporal did not answer: {why}",
                "Temporal 服务无响应。",
                "Check TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE and that a worker runs, then try again; nothing was lost.",
                "请检查 TEMPORAL_ADDRESS、TEMPORAL_NAMESPACE 和工作进程后重试；数据未丢失。",
            ),
        )
    )


def _plain(code: str, message_en: str, message_zh: str, remedy_en: str, remedy_zh: str) -> Problem:
    return Problem(code=code, message_en=message_en, message_zh=message_zh, remedy_en=remedy_en, remedy_zh=remedy_zh)
