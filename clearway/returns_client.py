"""What sites, enterprises and operators do with a return of goods (RULEBOOK B.8)."""

import asyncio
from collections.abc import AsyncIterator

from clearway.calls import Calls
from clearway.contracts import names
from clearway.contracts.goods_return import (
    AdmitLateReturn,
    ArrivedGoods,
    GoodsCheck,
    ReturnShipment,
    ReturnState,
    ReturnView,
    WithdrawReturn,
)
from clearway.contracts.keys import ReturnKey
from clearway.messages.reasons import rejections


class ReturnCalls(Calls):
    """The calls about returns; part of `ClearwayClient`, whose `request_return` begins one."""

    async def view_return(self, key: ReturnKey) -> ReturnView:
        """The whole return, with the reasons of what customs refused. Raises NotFound, ServiceUnavailable."""
        view = await self._read(key.workflow_id, ReturnView)
        return view.model_copy(update={"rejections": rejections(view.receipts)})

    async def wait_for_return(
        self,
        key: ReturnKey,
        *states: ReturnState,
        timeout: float | None = None,  # noqa: ASYNC109  callers expect it
    ) -> ReturnView:
        """The return once it is in one of the states or over; `timeout` in seconds. Raises TimeoutError, NotFound."""
        async with asyncio.timeout(timeout):
            async for view in self.watch_return(key):
                if view.state in states:
                    return view
        return view

    async def watch_return(self, key: ReturnKey, *, every: float = 0.5) -> AsyncIterator[ReturnView]:
        """The return each time it changes, until its workflow is over; looks every `every` seconds."""
        handle = self._handle(key.workflow_id)
        last: ReturnView | None = None
        while True:
            running = (await self._reach(key.workflow_id, handle.describe())).close_time is None
            view = await self.view_return(key)
            if view != last:
                yield view
            if not running:
                return
            last = view
            await asyncio.sleep(every)

    async def note_return_shipment(self, key: ReturnKey, shipment: ReturnShipment) -> ReturnView:
        """Note that the buyer sent the goods off. Raises Refused, NotFound, AlreadyEnded, ServiceUnavailable."""
        return await self._ask(key.workflow_id, names.NOTE_RETURN_SHIPMENT, shipment, ReturnView)

    async def confirm_arrival(self, key: ReturnKey, arrival: ArrivedGoods) -> ReturnView:
        """Confirm that goods passed the gate of the original zone, centre or site, all or some of them.

        Raises Refused (after day 45, more than is on its way …), NotFound, AlreadyEnded, ServiceUnavailable.
        """
        return await self._ask(key.workflow_id, names.CONFIRM_RETURN_ARRIVAL, arrival, ReturnView)

    async def check_returned_goods(self, key: ReturnKey, check: GoodsCheck) -> ReturnView:
        """Record what the original-goods check found; original goods that customs accepted have their relief with it.

        Raises Refused (nothing arrived, more than arrived …), NotFound, AlreadyEnded, ServiceUnavailable.
        """
        return await self._ask(key.workflow_id, names.CHECK_RETURNED_GOODS, check, ReturnView)

    async def withdraw_return(self, key: ReturnKey, *, actor: str, reason: str) -> ReturnView:
        """Take an application back before anything arrived.

        Raises Refused, NotFound, AlreadyEnded, ServiceUnavailable.
        """
        request = WithdrawReturn(actor=actor, reason=reason)
        return await self._ask(key.workflow_id, names.WITHDRAW_RETURN, request, ReturnView)

    async def admit_late_return(self, key: ReturnKey, *, actor: str, reason: str, evidence: str) -> ReturnView:
        """Let an application count as made although customs' answer comes late for the platform's reason (D-20).

        Raises Refused (the application was late itself, customs has accepted …), NotFound, AlreadyEnded,
        ServiceUnavailable.
        """
        request = AdmitLateReturn(actor=actor, reason=reason, evidence=evidence)
        return await self._ask(key.workflow_id, names.ADMIT_LATE_RETURN, request, ReturnView)
