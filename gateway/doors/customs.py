"""Customs' doors: whatever comes is kept and acknowledged; reading and delivering happen afterwards."""

from fastapi import APIRouter, Request

from gateway.answers import Stored, refused_with
from gateway.arrivals import Arrivals
from gateway.description import (
    ARTICLES_BODY,
    CONTROL_BODY,
    DISPOSITION_BODY,
    HOLD_BODY,
    RECEIPT_BODY,
    REPORT_DECISION_BODY,
    RESULT_BODY,
    SIGNATURE_HEADERS,
)
from gateway.dispatcher import Dispatcher


def customs_doors(arrivals: Arrivals, dispatcher: Dispatcher) -> APIRouter:
    """The routes under /customs."""
    router = APIRouter(prefix="/customs", tags=["customs"])

    async def take(request: Request, door: str) -> Stored:
        raw_id = await arrivals.take(request, door)
        dispatcher.nudge()
        return Stored(raw_id=raw_id)

    @router.post(
        "/receipts",
        status_code=202,
        responses=refused_with(400, 408, 413),
        openapi_extra={"requestBody": RECEIPT_BODY, "parameters": SIGNATURE_HEADERS},
    )
    async def take_receipts(request: Request) -> Stored:
        """Take a CEB message of customs, bare or in a DxpMsg envelope, or a DxpRep of the exchange.

        Receipts 312, 412, 512, 622, 624, 626, bills 816, 818 and format refusals 900 go to their cases; every other
        type is read, kept and shown. Once a key of customs is on file, what customs did not sign changes nothing.

        The bytes are committed before this answer, whatever they are. Send the same message again at any time: a
        repeat is acknowledged again and changes nothing. What became of it is shown by `GET /inbox`.
        """
        return await take(request, "customs")

    @router.post(
        "/control-instructions",
        status_code=202,
        responses=refused_with(400, 408, 413),
        openapi_extra={"requestBody": CONTROL_BODY, "parameters": SIGNATURE_HEADERS},
    )
    async def take_control_instruction(request: Request) -> Stored:
        """Take an instruction to hold a list for inspection; kept before it is read, as receipts are.

        It names one list; or, in `lists`, all that a vehicle or an exit release list carries, of which a sample is
        drawn by `sample_ratio`. The draw is recorded with the instruction and can be repeated from its seed.
        """
        return await take(request, "control")

    @router.post(
        "/inspection-results",
        status_code=202,
        responses=refused_with(400, 408, 413),
        openapi_extra={"requestBody": RESULT_BODY, "parameters": SIGNATURE_HEADERS},
    )
    async def take_inspection_result(request: Request) -> Stored:
        """Take the result of an inspection; kept before it is read, as receipts are."""
        return await take(request, "inspection")

    @router.post(
        "/dispositions",
        status_code=202,
        responses=refused_with(400, 408, 413),
        openapi_extra={"requestBody": DISPOSITION_BODY, "parameters": SIGNATURE_HEADERS},
    )
    async def take_disposition(request: Request) -> Stored:
        """Take what customs does with goods that an inspection found abnormal; kept as receipts are."""
        return await take(request, "disposition")

    @router.post(
        "/holds",
        status_code=202,
        responses=refused_with(400, 408, 413),
        openapi_extra={"requestBody": HOLD_BODY, "parameters": SIGNATURE_HEADERS},
    )
    async def take_hold(request: Request) -> Stored:
        """Take a hold on a list that is not inspected, or its end; kept as receipts are."""
        return await take(request, "hold")

    @router.post(
        "/articles-decisions",
        status_code=202,
        responses=refused_with(400, 408, 413),
        openapi_extra={"requestBody": ARTICLES_BODY, "parameters": SIGNATURE_HEADERS},
    )
    async def take_articles_decision(request: Request) -> Stored:
        """Take a decision about an individual's List of Items: reviewed, released or returned; kept as receipts are."""
        return await take(request, "articles")

    @router.post(
        "/report-decisions",
        status_code=202,
        responses=refused_with(400, 408, 413),
        openapi_extra={"requestBody": REPORT_DECISION_BODY, "parameters": SIGNATURE_HEADERS},
    )
    async def take_report_decision(request: Request) -> Stored:
        """Take a decision about a suspicion report: acknowledged, lifted or a case opened; kept as receipts are."""
        return await take(request, "report-decision")

    return router
