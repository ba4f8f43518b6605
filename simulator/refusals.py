"""How the outside world says no: one JSON answer with a code, a reason and every problem at once."""

from collections.abc import Sequence
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse


class Refusal(Exception):
    """Answered with `status` and a JSON body; the texts hold no personal data."""

    def __init__(self, status: int, code: str, reason: str, problems: Sequence[dict[str, Any]] = ()) -> None:
        super().__init__(status, code, reason)
        self.status = status
        self.body = {"code": code, "reason": reason, "problems": list(problems)}


async def answer_refusal(_: Request, refusal: Exception) -> JSONResponse:
    """Exception handler for Refusal."""
    assert isinstance(refusal, Refusal)
    return JSONResponse(refusal.body, refusal.status)


async def answer_unreadable(_: Request, fault: Exception) -> JSONResponse:
    """Exception handler for bodies that do not fit; names fields and repeats no values, they may be personal."""
    assert isinstance(fault, RequestValidationError)
    problems = [
        {"field": ".".join(map(str, error["loc"][1:])) or "body", "message": error["msg"]} for error in fault.errors()
    ]
    reason = "; ".join(f"{problem['field']}: {problem['message']}" for problem in problems)
    return JSONResponse({"code": "E_BODY", "reason": reason, "problems": problems}, 400)
