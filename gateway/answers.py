"""Answers of the door: what was kept, what became of it, and one shape for everything that went wrong."""

import logging
from collections.abc import Iterable
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import Field
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from clearway.contracts.base import Contract
from clearway.contracts.problems import Problem
from clearway.errors import AlreadyEnded, ClearwayError, NotFound, ServiceUnavailable
from gateway.refusals import Code, DoorRefused, refusal

log = logging.getLogger(__name__)

RETRY_AFTER = {"Retry-After": "5"}


class Stored(Contract):
    """The message is kept; what it says is read and delivered from here on."""

    raw_id: int = Field(description="Number under which the bytes are kept: GET /inbox/{raw_id}/raw")


class Parked(Stored):
    """The message is kept and waits: for the case of its order, or for us to mend a fault of ours."""

    state: str = Field("parked", description="parked; or faulty, where reading it failed on our side")
    waits_for: str = Field("", description="Key under which its case will be found")
    problems: tuple[Problem, ...] = Field((), description="Why it waits, where it is not for its case alone")


class Problems(Contract):
    """Everything that is wrong, at once."""

    problems: tuple[Problem, ...]


def problems_answer(status: int, problems: Iterable[Problem], headers: dict[str, str] | None = None) -> JSONResponse:
    """The one shape of every answer that says no."""
    return JSONResponse(Problems(problems=tuple(problems)).model_dump(mode="json"), status, headers)


def status_of(error: ClearwayError) -> int:
    """The HTTP status of the library's error."""
    if isinstance(error, ServiceUnavailable):
        return 503
    if isinstance(error, NotFound):
        return 404
    return 409 if isinstance(error, AlreadyEnded) else 422


def refused_with(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The statuses a route may refuse with, for its description."""
    return {status: {"model": Problems, "description": _MEANINGS[status]} for status in statuses}


_MEANINGS = {
    400: "The request cannot be understood; nothing was stored",
    404: "There is no such list, message or guarantee",
    408: "The body did not come in time; nothing was stored",
    409: "The number is on file with other content, or the case is over",
    413: "Larger than this door takes; nothing was stored",
    422: "Refused, with every problem at once",
    500: "A defect of ours; nothing was acknowledged",
    503: "Temporal or the database cannot be reached now, and what was stored is delivered later; or too many large "
    "bodies come at the same time, and nothing was stored",
}


class LastResort:
    """Outermost layer: whatever nobody foresaw is answered in the one shape, and logged by name only."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; answer 500 if it fails before an answer has begun."""
        begun = False

        async def watch(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except Exception as error:
            if scope["type"] != "http":
                raise
            log.error("%s %s failed: %s", scope["method"], scope["path"], type(error).__name__)
            if not begun:
                await problems_answer(500, [refusal(Code.INTERNAL)])(scope, receive, send)


def answer_problems(app: FastAPI) -> None:
    """Let every refusal of the app have the one shape."""

    @app.exception_handler(DoorRefused)
    async def _door(_: Request, error: DoorRefused) -> JSONResponse:
        return problems_answer(error.status, error.problems, error.headers)

    @app.exception_handler(ClearwayError)
    async def _library(_: Request, error: ClearwayError) -> JSONResponse:
        status = status_of(error)
        return problems_answer(status, error.problems, RETRY_AFTER if status == 503 else None)

    @app.exception_handler(OperationalError)
    @app.exception_handler(InterfaceError)
    @app.exception_handler(PoolTimeout)
    async def _database(request: Request, error: SQLAlchemyError) -> JSONResponse:
        # The name of its cause says what happened; its text may hold what was to be written.
        cause = type(getattr(error, "orig", None) or error).__name__
        log.error("%s %s: the database cannot be used: %s", request.method, request.url.path, cause)
        return problems_answer(503, [refusal(Code.NOT_STORED)], RETRY_AFTER)

    @app.exception_handler(RequestValidationError)
    async def _request(_: Request, error: RequestValidationError) -> JSONResponse:
        faults = [(".".join(str(part) for part in fault["loc"]), fault["msg"]) for fault in error.errors()]
        return problems_answer(
            422, [refusal(Code.REQUEST, (where, None), detail=f"{where}: {told}.") for where, told in faults]
        )

    @app.exception_handler(HTTPException)
    async def _http(_: Request, error: HTTPException) -> JSONResponse:
        code = {404: Code.NOT_FOUND, 405: Code.METHOD}.get(error.status_code, Code.REQUEST)
        headers = dict(error.headers) if error.headers else None
        return problems_answer(error.status_code, [refusal(code)], headers)
