"""The reporters' door: a suspicion report is kept, handed in, and answered with what its workflow says (B.16)."""

import asyncio

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from clearway.contracts.reports import ReportAnswer
from clearway.errors import ClearwayError
from gateway.answers import RETRY_AFTER, problems_answer, refused_with, status_of
from gateway.arrivals import Arrivals
from gateway.delivery import Delivery
from gateway.description import REPORT_BODY, REPORTER_HEADERS
from gateway.reading import Reader
from models.inbox import number_of


class ReportDoor:
    """Takes reports, and hands them in while the reporter waits."""

    def __init__(self, arrivals: Arrivals, reader: Reader, delivery: Delivery) -> None:
        self._arrivals = arrivals
        self._reader = reader
        self._delivery = delivery

    async def take(self, request: Request) -> JSONResponse:
        """Keep, read, hand in, answer."""
        async with self._arrivals.taken(request, "report") as raw_id:
            reading = await asyncio.to_thread(self._reader.read, raw_id)
        kept = {"X-Clearway-Raw-Id": str(raw_id)}
        if reading.problems:
            return problems_answer(422, reading.problems, kept)
        try:
            answer = await self._delivery.hand_in_report(number_of(reading.items[0]))
        except ClearwayError as error:
            status = status_of(error)
            return problems_answer(status, error.problems, kept | (RETRY_AFTER if status == 503 else {}))
        if answer.accepted:
            return JSONResponse(answer.model_dump(mode="json"), 200, kept)
        duplicate = any(problem.code == "E_DUPLICATE" for problem in answer.problems)
        return problems_answer(409 if duplicate else 422, answer.problems, kept)


def report_door(door: ReportDoor) -> APIRouter:
    """The route /reports."""
    router = APIRouter(tags=["enterprises"])

    @router.post(
        "/reports",
        response_model=ReportAnswer,
        responses=refused_with(400, 408, 409, 413, 422, 503),
        openapi_extra={"requestBody": REPORT_BODY, "parameters": REPORTER_HEADERS},
    )
    async def take_report(request: Request) -> JSONResponse:
        """Report a suspected violation to customs; any registered party may, in its own name.

        The bytes are committed before anything reads them. The same report again gets the same answer; the same number
        with other content is refused. Where the report cannot be handed in now, it is kept and handed in later.
        """
        return await door.take(request)

    return router
