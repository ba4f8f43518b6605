"""The front door: send documents, declare lists, follow them, ask for returns and cancellations."""

import asyncio
from collections.abc import AsyncIterator

from clearway.articles_client import ArticlesCalls
from clearway.calls import Opening
from clearway.collection_client import CollectionCalls
from clearway.contracts import names
from clearway.contracts.base import Contract
from clearway.contracts.case import (
    COURSE,
    Answer,
    CancelRequest,
    CaseKey,
    CaseView,
    DeclareList,
    GoodsExit,
    LicenceSupply,
    ModifyRequest,
    PresenceConfirmation,
    ReturnArrival,
    ReturnRequest,
    StartCase,
    Transmission,
)
from clearway.contracts.documents import AnyDocument, DeclarationList, Order
from clearway.contracts.goods_return import ReturnLine
from clearway.contracts.parties import Role, Sender
from clearway.contracts.problems import FieldValue, Problem
from clearway.contracts.states import State
from clearway.contracts.urgency import Urgency
from clearway.customs_client import CustomsCalls
from clearway.drafts_client import DraftCalls
from clearway.due_client import DueCalls
from clearway.errors import NotFound, Refused
from clearway.messages.reasons import rejections
from clearway.reports_client import ReportCalls
from clearway.returns_client import ReturnCalls


class ClearwayClient(ArticlesCalls, CollectionCalls, CustomsCalls, ReportCalls, ReturnCalls, DueCalls, DraftCalls):
    """Everything an enterprise does with its lists; every method raises errors of `clearway.errors` only."""

    async def transmit(
        self,
        document: AnyDocument,
        *,
        sender: Sender,
        key: CaseKey | None = None,
        profile: str = "SEED",
        urgency: Urgency = Urgency.ORDINARY,
    ) -> Answer:
        """Hand in one document, before or after the list; a payment or waybill needs the key of its case.

        `urgency` is the class of a case that this opens: BULK for what is handed in by the thousand.
        Raises Refused when the key is missing, AlreadyEnded, ServiceUnavailable.
        """
        case = key or self._key_of(document)
        transmission = Transmission(document=document, sender=sender)
        return await self._open_case(case, names.TRANSMIT_DOCUMENT, transmission, profile, document, urgency)

    async def declare(
        self,
        declaration_list: DeclarationList,
        *,
        sender: Sender,
        documents: tuple[Transmission, ...] = (),
        attempt: int = 1,
        profile: str = "SEED",
        urgency: Urgency = Urgency.ORDINARY,
    ) -> Answer:
        """Declare a list, alone or with documents the sender holds; `attempt` counts corrected copies.

        `urgency` is the class of a case that this opens: BULK for lists handed in by the thousand.
        The answer lists every problem at once. Raises AlreadyEnded, ServiceUnavailable.
        """
        key = self._key_of(declaration_list, attempt)
        request = DeclareList(declaration_list=declaration_list, sender=sender, documents=documents)
        return await self._open_case(key, names.DECLARE, request, profile, declaration_list, urgency)

    async def view(self, key: CaseKey) -> CaseView:
        """The whole case, with the reasons of what customs refused. Raises NotFound, ServiceUnavailable."""
        view = await self._read(key.workflow_id, CaseView)
        return view.model_copy(update={"rejections": rejections(view.receipts)})

    async def knows(self, key: CaseKey) -> bool:
        """Whether the list was opened here and the server still keeps it; asks no worker. Raises ServiceUnavailable."""
        try:
            await self._reach(key.workflow_id, self._handle(key.workflow_id).describe())
        except NotFound:
            return False
        return True

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
            running = (await self._reach(key.workflow_id, handle.describe())).close_time is None
            view = await self.view(key)
            if view != last:
                yield view
            if not running:
                return
            last = view
            await asyncio.sleep(every)

    async def request_return(
        self, key: CaseKey, *, actor: str, reason: str, lines: tuple[ReturnLine, ...] = (), request_id: str = ""
    ) -> Answer:
        """Apply to return goods of a released list: `lines`, or everything that is left.

        The answer names the return's own workflow. The same `request_id` again is answered alike and opens nothing.
        Raises Refused (too late, more than is left, under control …), NotFound, AlreadyEnded.
        """
        request = ReturnRequest(actor=actor, reason=reason, lines=lines, request_id=request_id)
        return await self._ask(key.workflow_id, names.REQUEST_RETURN, request, Answer)

    async def confirm_whole_return(self, key: CaseKey, arrival: ReturnArrival) -> Answer:
        """Confirm that the goods of a list released under 0.2 are back. Raises Refused, NotFound, AlreadyEnded."""
        return await self._ask(key.workflow_id, names.CONFIRM_RETURN_ARRIVAL, arrival, Answer)

    async def modify(
        self, declaration_list: DeclarationList, *, sender: Sender, reason: str, attempt: int = 1
    ) -> Answer:
        """Modify a filed list: the whole list as it shall read, appType 2, with customs' preNo and invtNo.

        Taken means filed with customs, which decides; until then the list stands as it was. Raises Refused (released,
        under control, numbers missing …), NotFound, AlreadyEnded; what the comparison says is in the answer.
        """
        key = self._key_of(declaration_list, attempt)
        request = ModifyRequest(declaration_list=declaration_list, sender=sender, reason=reason)
        return await self._ask(key.workflow_id, names.MODIFY, request, Answer)

    async def cancel(self, key: CaseKey, *, actor: str, reason: str) -> Answer:
        """Cancel a list; one that is filed with customs needs its consent, and ends when that comes.

        Raises Refused (under control, exited, after day 30 …), NotFound, AlreadyEnded.
        """
        return await self._ask(key.workflow_id, names.CANCEL, CancelRequest(actor=actor, reason=reason), Answer)

    async def confirm_presence(self, key: CaseKey, confirmation: PresenceConfirmation) -> Answer:
        """Say who attends an inspection. Raises Refused (letter missing …), NotFound, AlreadyEnded."""
        return await self._ask(key.workflow_id, names.CONFIRM_PRESENCE, confirmation, Answer)

    async def supply_licence(self, key: CaseKey, licence: LicenceSupply) -> Answer:
        """Hand in the licence that customs asked for. Raises Refused, NotFound, AlreadyEnded."""
        return await self._ask(key.workflow_id, names.SUPPLY_LICENCE, licence, Answer)

    async def confirm_exit(self, key: CaseKey, left: GoodsExit) -> Answer:
        """Confirm that the goods left the zone or site. Raises Refused (under control …), NotFound, AlreadyEnded."""
        return await self._ask(key.workflow_id, names.CONFIRM_EXIT, left, Answer)

    def _key_of(self, document: AnyDocument, attempt: int = 1) -> CaseKey:
        """The key by which a document opens its case here; raises Refused for one that does not name it."""
        if not isinstance(document, Order | DeclarationList):
            raise Refused((_case_unknown(document),))
        code, order_no = document.ebc_code, document.order_no
        return CaseKey(ebc_code=code, order_no=order_no, attempt=attempt, shard=self._shard)

    async def _open_case(
        self, key: CaseKey, update: str, request: Contract, profile: str, document: Contract, urgency: Urgency
    ) -> Answer:
        start = StartCase(key=key, profile=profile, course=COURSE)
        opening = Opening(names.DECLARATION_LIST, key.workflow_id, start, urgency=urgency, tenant=key.ebc_code)
        return await self._open_with(opening, _summary(key, document), update, request, Answer)


def _case_unknown(document: AnyDocument) -> Problem:
    return Problem(
        code="E_CASE_UNKNOWN",
        fields=(FieldValue(field="key", value=None),),
        owner=Role.EBC,
        message_en=f"A {document.kind} does not name the e-commerce enterprise, so its case is unknown.",
        message_zh="该单证不含电商企业代码，无法确定所属清单。",
        remedy_en="Pass key=CaseKey(ebc_code=…, order_no=…), or send it through the HTTP door.",
        remedy_zh="请提供 key=CaseKey(ebc_code=…, order_no=…)，或通过 HTTP 接口发送。",
        reference="RULEBOOK B.1",
    )


def _summary(key: CaseKey, document: Contract) -> str:
    text = f"Order {key.order_no}"
    if isinstance(document, DeclarationList):
        text += f" · {document.trade_mode} · port {document.customs_code}"
    return text
