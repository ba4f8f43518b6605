"""The front door: send documents, declare lists, follow them, ask for returns and cancellations."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable
from typing import Any, Self, TypeVar

from temporalio.client import (
    Client,
    Interceptor,
    WithStartWorkflowOperation,
    WorkflowHandle,
    WorkflowQueryFailedError,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.runtime import Runtime
from temporalio.service import RPCError, RPCStatusCode

from clearway.connection import connect
from clearway.contracts import names
from clearway.contracts.base import Contract
from clearway.contracts.case import (
    Answer,
    CancelRequest,
    CaseKey,
    CaseView,
    DeclareList,
    ReturnArrival,
    ReturnRequest,
    StartCase,
    Transmission,
)
from clearway.contracts.customs import ControlInstruction, CustomsNews, InspectionResult
from clearway.contracts.documents import AnyDocument, DeclarationList, Order
from clearway.contracts.parties import Role, Sender
from clearway.contracts.problems import FieldValue, Problem
from clearway.contracts.states import State
from clearway.errors import AlreadyEnded, NotFound, Refused, ServiceUnavailable
from clearway.rules.series import PROFILES

T = TypeVar("T")
SUMMARY_BYTES = 200
"""Longest static summary the server shows."""


class ClearwayClient:
    """Everything an enterprise does with its lists; every method raises errors of `clearway.errors` only."""

    def __init__(self, temporal: Client, *, task_queue: str = names.TASK_QUEUE) -> None:
        self.temporal = temporal
        self._task_queue = task_queue

    @classmethod
    async def connect(
        cls,
        address: str | None = None,
        namespace: str | None = None,
        *,
        interceptors: tuple[Interceptor, ...] = (),
        runtime: Runtime | None = None,
    ) -> Self:
        """Connect by arguments or by the standard `TEMPORAL_*` settings; raises ServiceUnavailable."""
        try:
            return cls(await connect(address, namespace, interceptors=interceptors, runtime=runtime))
        except RuntimeError as error:
            raise _unavailable(str(error)) from error

    async def transmit(
        self,
        document: AnyDocument,
        *,
        sender: Sender,
        key: CaseKey | None = None,
        profile: str = "SEED",
    ) -> Answer:
        """Hand in one document, before or after the list; a payment or waybill needs the key of its case.

        Raises Refused when the key is missing, AlreadyEnded, ServiceUnavailable.
        """
        case = key or _key_of(document)
        transmission = Transmission(document=document, sender=sender)
        return await self._open_with(case, names.TRANSMIT_DOCUMENT, transmission, profile, document)

    async def declare(
        self,
        declaration_list: DeclarationList,
        *,
        sender: Sender,
        documents: tuple[Transmission, ...] = (),
        attempt: int = 1,
        profile: str = "SEED",
    ) -> Answer:
        """Declare a list, alone or with documents the sender holds; `attempt` counts corrected copies.

        The answer lists every problem at once. Raises AlreadyEnded, ServiceUnavailable.
        """
        key = CaseKey(ebc_code=declaration_list.ebc_code, order_no=declaration_list.order_no, attempt=attempt)
        request = DeclareList(declaration_list=declaration_list, sender=sender, documents=documents)
        return await self._open_with(key, names.DECLARE, request, profile, declaration_list)

    async def view(self, key: CaseKey) -> CaseView:
        """The whole case. Raises NotFound, ServiceUnavailable."""
        return await self._reach(key, self._handle(key.workflow_id).query(names.VIEW, result_type=CaseView))

    async def wait_for(self, key: CaseKey, *states: State, timeout: float | None = None) -> CaseView:  # noqa: ASYNC109  callers expect it
        """The case once it is in one of the states or over; `timeout` in seconds. Raises TimeoutError, NotFound."""
        async with asyncio.timeout(timeout):
            async for view in self.watch(key):
                if view.state in states:
                    return view
        return view

    async def watch(self, key: CaseKey, *, every: float = 0.5) -> AsyncIterator[CaseView]:
        """The case each time it changes, until it is over; looks every `every` seconds."""
        handle = self._handle(key.workflow_id)
        last: CaseView | None = None
        while True:
            running = (await self._reach(key, handle.describe())).close_time is None
            view = await self.view(key)
            if view != last:
                yield view
            if not running:
                return
            last = view
            await asyncio.sleep(every)

    async def request_return(self, key: CaseKey, *, actor: str, reason: str) -> Answer:
        """Apply to return the whole list. Raises Refused (too late, under control …), NotFound, AlreadyEnded."""
        return await self._ask(key, names.REQUEST_RETURN, ReturnRequest(actor=actor, reason=reason))

    async def confirm_return_arrival(self, key: CaseKey, arrival: ReturnArrival) -> Answer:
        """Confirm that the returned goods are back. Raises Refused (too late …), NotFound, AlreadyEnded."""
        return await self._ask(key, names.CONFIRM_RETURN_ARRIVAL, arrival)

    async def cancel(self, key: CaseKey, *, actor: str, reason: str) -> Answer:
        """Cancel a list that is not filed with customs yet. Raises Refused, NotFound, AlreadyEnded."""
        return await self._ask(key, names.CANCEL, CancelRequest(actor=actor, reason=reason))

    async def deliver(self, workflow_id: str, news: CustomsNews) -> None:
        """Hand customs' receipts and bills to a list (the inbox does this)."""
        await self._signal(workflow_id, names.CUSTOMS_NEWS, news)

    async def instruct(self, workflow_id: str, instruction: ControlInstruction) -> None:
        """Hand customs' control instruction to a list (the inbox does this)."""
        await self._signal(workflow_id, names.CONTROL_INSTRUCTION, instruction)

    async def record_inspection(self, workflow_id: str, result: InspectionResult) -> None:
        """Hand customs' inspection result to a list (the inbox does this)."""
        await self._signal(workflow_id, names.INSPECTION_RESULT, result)

    def _handle(self, workflow_id: str) -> WorkflowHandle[Any, Any]:
        return self.temporal.get_workflow_handle(workflow_id)

    async def _open_with(
        self, key: CaseKey, update: str, request: Contract, profile: str, document: Contract
    ) -> Answer:
        """Open the case if it is not open, and hand the request in, in one round trip."""
        if profile not in PROFILES:
            raise Refused((_unknown_profile(profile),))
        opening: WithStartWorkflowOperation[Any, Any] = WithStartWorkflowOperation(
            names.DECLARATION_LIST,
            StartCase(key=key, profile=profile),
            id=key.workflow_id,
            task_queue=self._task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            static_summary=_summary(key, document),
        )
        call = self.temporal.execute_update_with_start_workflow(
            update, request, start_workflow_operation=opening, result_type=Answer
        )
        try:
            return await self._reach(key, call)
        except BaseException:
            # The operation keeps the same error; left unread, asyncio would print it with a traceback.
            with contextlib.suppress(Exception, asyncio.CancelledError):
                await asyncio.wait_for(opening.workflow_handle(), timeout=0.1)
            raise

    async def _ask(self, key: CaseKey, update: str, request: Contract) -> Answer:
        handle = self._handle(key.workflow_id)
        return await self._reach(key, handle.execute_update(update, request, result_type=Answer))

    async def _signal(self, workflow_id: str, signal: str, message: Contract) -> None:
        await self._reach(workflow_id, self._handle(workflow_id).signal(signal, message))

    async def _reach(self, key: CaseKey | str, call: Awaitable[T]) -> T:
        """Await a call to Temporal and turn its errors into ours."""
        where = key if isinstance(key, str) else key.workflow_id
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
        except RPCError as error:
            if error.status == RPCStatusCode.NOT_FOUND and error.message.startswith("Namespace "):
                raise _unavailable(error.message) from error
            if error.status == RPCStatusCode.NOT_FOUND:
                raise AlreadyEnded((_ended(where),)) if "completed" in error.message else _not_found(where) from error
            if error.status == RPCStatusCode.ALREADY_EXISTS:
                raise AlreadyEnded((_ended(where),)) from error
            raise _unavailable(error.message) from error


def _key_of(document: AnyDocument) -> CaseKey:
    if isinstance(document, Order | DeclarationList):
        return CaseKey(ebc_code=document.ebc_code, order_no=document.order_no)
    raise Refused(
        (
            Problem(
                code="E_CASE_UNKNOWN",
                fields=(FieldValue(field="key", value=None),),
                owner=Role.EBC,
                message_en=f"A {document.kind} does not name the e-commerce enterprise, so its case is unknown.",
                message_zh="该单证不含电商企业代码，无法确定所属清单。",
                remedy_en="Pass key=CaseKey(ebc_code=…, order_no=…), or send it through the HTTP door.",
                remedy_zh="请提供 key=CaseKey(ebc_code=…, order_no=…)，或通过 HTTP 接口发送。",
                reference="RULEBOOK B.1",
            ),
        )
    )


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


def _summary(key: CaseKey, document: Contract) -> str:
    text = f"Order {key.order_no}"
    if isinstance(document, DeclarationList):
        text += f" · {document.trade_mode} · port {document.customs_code}"
    return text.encode()[:SUMMARY_BYTES].decode(errors="ignore")


def _refused(cause: BaseException | None) -> Refused:
    if isinstance(cause, ApplicationError) and cause.details:
        return Refused((Problem.model_validate(cause.details[0]),))
    return Refused((_plain("E_REFUSED", str(cause), "请求被拒绝。", "Look at the case.", "请查看清单状态。"),))


def _ended(where: str) -> Problem:
    return _plain(
        "E_ALREADY_ENDED",
        f"The life of {where} is over.",
        "该清单流程已结束。",
        "Look at its end state; after a rejection declare a corrected copy (next attempt).",
        "请查看最终状态；被退单后请以更正副本重新申报。",
    )


def _not_found(where: str) -> NotFound:
    return NotFound(
        (
            _plain(
                "E_NOT_FOUND",
                f"There is no list {where}.",
                "没有该清单。",
                "Check the enterprise code and the order number.",
                "请核对电商企业代码和订单号。",
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
