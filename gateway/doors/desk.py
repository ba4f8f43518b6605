"""The desk: a list as a whole, and the door's health."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import Field, ValidationError
from sqlalchemy.exc import SQLAlchemyError

from clearway.contracts.base import Contract
from clearway.contracts.case import CaseKey, CaseView
from gateway.answers import refused_with
from gateway.case_door import CaseDoor
from gateway.dispatcher import Dispatcher
from gateway.inbox import backlog
from gateway.intake import Intake
from gateway.refusals import Code, DoorRefused, refusal
from models.addresses import case_address
from models.database import Database
from models.inbox import find_cases


class Health(Contract):
    """Whether the door can keep messages, the dispatcher gets on, and messages come in."""

    ok: bool
    database: bool = Field(description="Messages can be kept")
    dispatcher: str = Field(description="working, or the name of the failure that its last step ended with")
    intake: dict[str, str] = Field(
        default_factory=dict, description="Folders and queues from which nothing comes at present, and why"
    )
    counts: dict[str, int] = Field(default_factory=dict, description="Messages and items not yet done, by state")
    oldest_seconds: dict[str, int] = Field(default_factory=dict, description="Age of the oldest of them, by state")


def desk(
    database: Database, cases: CaseDoor, dispatcher: Dispatcher, intake: Intake, clock: Callable[[], datetime]
) -> APIRouter:
    """The routes for looking."""
    router = APIRouter(tags=["desk"])

    @router.get("/lists/{ebc_code}/{order_no:path}", responses=refused_with(404, 422, 503))
    async def show_list(
        ebc_code: Annotated[str, Path(min_length=1, max_length=18)],
        order_no: Annotated[str, Path(min_length=1, max_length=60)],
        attempt: Annotated[int | None, Query(ge=1, le=99, description="Left out: the newest copy")] = None,
    ) -> CaseView:
        """The whole case of a list, without personal data."""
        key = await asyncio.to_thread(newest_key, ebc_code, order_no)
        return await cases.view(key if attempt is None else key.model_copy(update={"attempt": attempt}))

    def newest_key(ebc_code: str, order_no: str) -> CaseKey:
        try:
            first = CaseKey(ebc_code=ebc_code, order_no=order_no, attempt=1)
        except ValidationError:  # a line break and the like, which no list's key has
            raise DoorRefused(404, [refusal(Code.NOT_FOUND, ("ebc_code", None), ("order_no", None))]) from None
        with database.reading() as session:
            known = find_cases(session, [case_address(ebc_code, order_no)])
        return CaseKey.of(known[0]) if known else first

    @router.get("/health", responses={503: {"model": Health, "description": "Messages cannot be kept now"}})
    def show_health(response: Response) -> Health:
        """Whether messages can be kept, and what is not done yet."""
        working = dispatcher.last_failure or "working"
        try:
            undone = backlog(database, clock())
        except SQLAlchemyError:
            response.status_code = 503
            return Health(ok=False, database=False, dispatcher=working, intake=intake.failures)
        return Health(
            ok=dispatcher.last_failure is None and not intake.failures,
            database=True,
            dispatcher=working,
            intake=intake.failures,
            counts={state: pile.count for state, pile in undone.items()},
            oldest_seconds={state: pile.oldest_seconds for state, pile in undone.items()},
        )

    return router
