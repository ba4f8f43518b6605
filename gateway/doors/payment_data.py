"""The doors of original payment data: platforms deposit it, customs asks for it (GACC 2018/179; REFERENCE §9)."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from clearway.contracts.base import ONE_LINE
from clearway.contracts.payment_data import (
    SELF_TEST,
    DataAnswer,
    Deposited,
    PaymentDataStanding,
    Pulls,
    PullState,
    SelfTestBegun,
)
from gateway.answers import refused_with
from gateway.arrivals import Arrivals
from gateway.description import PAYMENT_DATA_BODY
from gateway.dispatcher import Dispatcher
from gateway.payment_data.keeping import QUESTION_FIELD, Arrived, Keeper
from gateway.payment_data.refusals import Code, refusal
from gateway.payment_data.self_test import SelfTest
from gateway.refusals import DoorRefused
from models import payment_data
from models.database import Database
from models.tables import PaymentPull

_QUESTION_BODY = {
    "required": True,
    "content": {
        media: {
            "schema": {
                "type": "object",
                "required": [QUESTION_FIELD],
                "properties": {QUESTION_FIELD: {"type": "string", "description": "orderNo, sessionID, serviceTime"}},
            }
        }
        for media in ("application/x-www-form-urlencoded", "multipart/form-data")
    },
}
Session = Annotated[str, Query(min_length=1, max_length=64, pattern=ONE_LINE, description="sessionID of the question")]


def payment_data_doors(
    database: Database, arrivals: Arrivals, dispatcher: Dispatcher, clock: Callable[[], datetime]
) -> APIRouter:
    """The routes under /payment-data."""
    router = APIRouter(prefix="/payment-data", tags=["payment data"])
    keeper, tests = Keeper(database, clock), SelfTest(database, clock)

    @router.post("", responses=refused_with(400, 408, 409, 413, 422), openapi_extra={"requestBody": PAYMENT_DATA_BODY})
    async def deposit(request: Request) -> Deposited:
        """Deposit the original request and response of a payment: payExchangeInfoHead and payExchangeInfoLists.

        The texts are kept exactly as they will be uploaded. The same again changes nothing; the same transaction with
        other content is refused. Differences from the payment voucher on file are warnings.
        """
        arrived = Arrived(await arrivals.body(request), request.headers)
        deposited = await asyncio.to_thread(keeper.deposit, arrived)
        dispatcher.nudge()  # customs may have asked before
        return deposited

    @router.post(
        "/open",
        response_model_by_alias=True,
        responses=refused_with(400, 408, 413),
        openapi_extra={"requestBody": _QUESTION_BODY},
    )
    async def open_data(request: Request) -> DataAnswer:
        """Customs' question platDataOpen: answered at once; the data follows within two minutes, at customs' door.

        The bytes are kept. The same session again gets the same answer and changes nothing. Customs signs no question,
        so none is demanded: the data goes to customs' own address and to nobody else.
        """
        arrived = Arrived(await arrivals.body(request), request.headers)
        answer = await asyncio.to_thread(keeper.ask, arrived)
        dispatcher.nudge()
        return answer

    @router.get("/pulls", responses=refused_with(422))
    def show_pulls(state: PullState | None = None, limit: Annotated[int, Query(ge=1, le=500)] = 100) -> Pulls:
        """Customs' questions, the newest first: where each stands and how many seconds are or were left."""
        now = clock()
        with database.reading() as session:
            found = payment_data.pulls(session, state, limit)
        return Pulls(pulls=tuple(payment_data.view(pull, now) for pull in found))

    @router.get("/standing")
    def show_standing() -> PaymentDataStanding:
        """How many questions are open, late, without data or refused."""
        with database.reading() as session:
            return payment_data.standing(session, clock())

    @router.get("/upload", response_class=Response, responses=refused_with(404, 422))
    def show_upload(session_id: Session) -> Response:
        """What was uploaded last for a question. It may hold personal data: keep this address inside the house."""
        with database.reading() as session:
            pull = session.get(PaymentPull, session_id)
        if pull is None or not pull.upload:
            raise DoorRefused(404, [refusal(Code.NO_QUESTION, ("session_id", session_id))])
        return Response(pull.upload, media_type="application/json", headers={"X-Content-Type-Options": "nosniff"})

    @router.post("/self-test", status_code=201)
    def begin_self_test() -> SelfTestBegun:
        """Lay marked data ready; then ask for it at /payment-data/open as customs does. It never goes to customs."""
        return tests.begin()

    @router.delete("/self-test/{session_id}", status_code=204, responses=refused_with(404, 422))
    def end_self_test(session_id: Annotated[str, Path(pattern=f"^{SELF_TEST}[0-9A-F]{{32}}$")]) -> None:
        """Clear everything of a self-test away."""
        if not tests.end(session_id):
            raise DoorRefused(404, [refusal(Code.NO_QUESTION, ("session_id", session_id))])

    return router
