"""The guarantees' door: how they stand, money added to one, and tax that customs takes from one (RULEBOOK B.9.2)."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Request
from sqlmodel import Session

from clearway.contracts.base import Contract
from clearway.contracts.problems import Problem
from gateway.answers import refused_with
from gateway.arrivals import Arrivals
from gateway.contents import notice_of
from gateway.description import CALL_BODY, TOP_UP_BODY
from gateway.dispatcher import Dispatcher
from gateway.notices import GuaranteeCall, TopUp
from gateway.opening import open_message
from gateway.reading import Reader
from gateway.refusals import Code, DoorRefused, refusal
from models.addresses import case_address
from models.collection import dues
from models.collection.calls import call_guarantee, keep_lists
from models.database import Database
from models.inbox import find_cases
from models.ledger.guarantee_care import EndsEarlier, NotOnFile, top_up, top_up_id
from models.ledger.guarantee_report import GuaranteeView, guarantee, guarantees, view
from models.ledger.transfers import Conflict
from models.tables import RawMessage

Guarantor = Annotated[str, Path(pattern="^[0-9A-Z]{1,18}$", description="Customs or credit code, as in assureCode")]


class Guarantees(Contract):
    """Every guarantee, in the order of the guarantors' codes."""

    guarantees: tuple[GuaranteeView, ...]


class GuaranteeCalled(Contract):
    """The lists whose tax was taken, by workflow id, and how the guarantee stands now."""

    lists: tuple[str, ...]
    guarantee: GuaranteeView


class GuaranteeDoor:
    """Shows guarantees, and adds to them while the sender waits."""

    def __init__(
        self,
        database: Database,
        arrivals: Arrivals,
        reader: Reader,
        dispatcher: Dispatcher,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._arrivals = arrivals
        self._reader = reader
        self._dispatcher = dispatcher
        self._clock = clock

    def show_all(self) -> Guarantees:
        """Every guarantee."""
        with self._database.transaction() as session:
            return Guarantees(guarantees=tuple(guarantees(session, self._clock())))

    def show(self, guarantor: str) -> GuaranteeView:
        """One guarantee. Raises DoorRefused for a guarantor of whom nothing is known."""
        with self._database.transaction() as session:
            found = guarantee(session, guarantor, self._clock())
        if found is None:
            raise DoorRefused(404, [refusal(Code.NO_GUARANTEE, ("guarantor", guarantor))])
        return found

    async def add(self, request: Request, guarantor: str) -> GuaranteeView:
        """Keep, read, add, answer; the lists that are served then hear of it. Raises DoorRefused."""
        async with self._arrivals.taken(request, "top-up") as raw_id:
            reading = await asyncio.to_thread(self._reader.read, raw_id)
        if reading.problems:
            raise DoorRefused(422, reading.problems)
        added = await asyncio.to_thread(self._add, guarantor, raw_id)
        self._dispatcher.nudge()
        return added

    async def call(self, request: Request, guarantor: str) -> GuaranteeCalled:
        """Keep, read, call, answer; the lists then hear of it. Raises DoorRefused, and then nothing was called."""
        async with self._arrivals.taken(request, "guarantee-call") as raw_id:
            reading = await asyncio.to_thread(self._reader.read, raw_id)
        if reading.problems:
            raise DoorRefused(422, reading.problems)
        called = await asyncio.to_thread(self._call, guarantor, raw_id)
        self._dispatcher.nudge()
        return called

    def _call(self, guarantor: str, raw_id: int) -> GuaranteeCalled:
        refused: list[Problem] = []
        called: list[str] = []
        with self._database.transaction() as session:
            said = notice_of(GuaranteeCall, _kept(session, raw_id))
            known = [find_cases(session, [case_address(each.ebc_code, each.order_no)]) for each in said.lists]
            keep_lists(session, (found[0] for found in known if found))
            for number, (each, found) in enumerate(zip(said.lists, known, strict=True)):
                row = dues.find(session, found[0]) if found else None
                try:
                    if row is None or row.agent != guarantor:
                        raise Conflict("no tax of this guarantor's")
                    call_guarantee(session, row.workflow_id, said.at, f"call|{said.id}|{row.workflow_id}")
                except Conflict:
                    refused.append(refusal(Code.NOT_CALLABLE, (f"lists[{number}].order_no", each.order_no)))
                else:
                    called.append(row.workflow_id)
            if refused:
                raise DoorRefused(409, refused)
            return GuaranteeCalled(lists=tuple(called), guarantee=view(session, guarantor, self._clock()))

    def _add(self, guarantor: str, raw_id: int) -> GuaranteeView:
        now = self._clock()
        with self._database.transaction() as session:
            said = notice_of(TopUp, _kept(session, raw_id))
            try:
                _top_up(session, guarantor, said, now)
            except Conflict:
                raise DoorRefused(409, [refusal(Code.TOP_UP_USED, ("id", said.id))]) from None
            except NotOnFile:
                missing = [(name, None) for name in ("form", "valid_to") if getattr(said, name) is None]
                raise DoorRefused(422, [refusal(Code.NO_GUARANTEE, *missing)]) from None
            except EndsEarlier:
                raise DoorRefused(422, [refusal(Code.ENDS_EARLIER, ("valid_to", str(said.valid_to)))]) from None
            return view(session, guarantor, now)


def guarantee_door(door: GuaranteeDoor) -> APIRouter:
    """The routes under /guarantees."""
    router = APIRouter(prefix="/guarantees", tags=["guarantees"])

    @router.get("")
    def show_guarantees() -> Guarantees:
        """Every guarantee: what is occupied, whether it is warned of, and which lists wait in which order."""
        return door.show_all()

    @router.get("/{guarantor}", responses=refused_with(404, 422))
    def show_guarantee(guarantor: Guarantor) -> GuaranteeView:
        """One guarantee: what is occupied, whether it is warned of, and which lists wait in which order."""
        return door.show(guarantor)

    @router.post(
        "/{guarantor}/top-ups",
        responses=refused_with(400, 408, 409, 413, 422),
        openapi_extra={"requestBody": TOP_UP_BODY},
    )
    async def add_to_guarantee(request: Request, guarantor: Guarantor) -> GuaranteeView:
        """Add money to a guarantee, or put up the first one; the lists that waited for it are served in their order.

        The bytes are committed before they are read. The same id again changes nothing and is answered with how the
        guarantee stands now; the same id with another amount is refused.
        """
        return await door.add(request, guarantor)

    @router.post(
        "/{guarantor}/calls",
        responses=refused_with(400, 408, 409, 413, 422),
        openapi_extra={"requestBody": CALL_BODY},
    )
    async def call_guarantee_of_lists(request: Request, guarantor: Guarantor) -> GuaranteeCalled:
        """Customs takes the unpaid tax of lists from their guarantee; each list hears that its tax is settled.

        The bytes are committed before they are read. All lists are called, or none: then every list that cannot be is
        named. The same id again changes nothing.
        """
        return await door.call(request, guarantor)

    return router


def _kept(session: Session, raw_id: int) -> bytes:
    """What was kept and read, out of its envelope if it came in one."""
    return open_message(session.get_one(RawMessage, raw_id)).body


def _top_up(session: Session, guarantor: str, said: TopUp, now: datetime) -> None:
    top_up(
        session,
        guarantor=guarantor,
        amount=said.amount,
        transfer_id=top_up_id(guarantor, said.id),
        at=now,
        form=said.form,
        valid_to=said.valid_to,
        reason=f"{said.actor}: {said.reason}",
    )
