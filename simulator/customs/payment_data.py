"""Customs asks for original payment data and takes the upload (Announcement 179 of 2018; REFERENCE §9)."""

import asyncio
import json
import logging
import time
import uuid
from typing import Annotated
from urllib.parse import parse_qs, urlencode

import httpx
from fastapi import APIRouter, Path, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from clearway.messages import MessageRefused
from clearway.messages.payment_data import UNSIGNED, Upload, read_upload
from simulator.customs.seal import trusted_in
from simulator.refusals import Refusal
from simulator.settings import Settings

log = logging.getLogger(__name__)

TAKEN, FAILED = "10000", "20000"
LATE_AFTER = 120.0
"""Seconds after which an upload is late; it is taken all the same."""


class Asked(BaseModel):
    """A question, and what came of it."""

    model_config = ConfigDict(validate_assignment=True)

    session_id: str
    order_no: str
    asked_at_ms: int
    said: str = Field("", description="What the platform said at once")
    uploads: int = 0
    seconds: float | None = Field(None, description="From the question to the first upload that was taken")
    late: bool = False
    signed: bool = Field(False, description="A trusted key signed it")
    code: str = Field("", description="What was answered to the last upload")
    message: str = ""


class PaymentDataDesk:
    """Asks, takes and checks. With a folder of trusted keys an upload must be signed by one; without, it is taken."""

    def __init__(self, settings: Settings) -> None:
        self._url = settings.gateway_url + "/payment-data/open"
        self._trusted = dict(trusted_in(settings.trust)) if settings.trust else None
        self._asked: dict[str, Asked] = {}
        self._begun: dict[str, float] = {}

    async def ask(self, order_no: str, session_id: str | None = None) -> Asked:
        """Ask for an order's data, as platDataOpen does. Raises Refusal when the platform cannot be reached."""
        session = session_id or f"ZF{uuid.uuid4().hex.upper()}"
        asked = self._asked.setdefault(
            session, Asked(session_id=session, order_no=order_no, asked_at_ms=time.time_ns() // 1_000_000)
        )
        self._begun.setdefault(session, time.monotonic())
        question = {"orderNo": order_no, "sessionID": session, "serviceTime": asked.asked_at_ms}
        form = urlencode({"openReq": json.dumps(question, ensure_ascii=False)})
        headers = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
        try:
            async with httpx.AsyncClient(trust_env=False, timeout=10) as http:
                answer = await http.post(self._url, content=form, headers=headers)
        except httpx.HTTPError as failure:
            raise Refusal(502, "E_UNREACHED", f"the platform cannot be reached: {type(failure).__name__}") from None
        asked.said = answer.text[:1000]
        return asked

    def take(self, form: bytes) -> dict[str, object]:
        """Take an upload: 10000, or 20000 with the reason."""
        try:
            upload = read_upload(parse_qs(form.decode("utf-8", "replace")).get("payExInfoStr", [""])[0])
            asked, signed = self._check(upload)
        except MessageRefused as refused:
            return _answer(FAILED, "; ".join(problem.message_zh for problem in refused.problems[:5]))
        except Refusal as refused:
            return _answer(FAILED, str(refused.body["reason"]))
        seconds = time.monotonic() - self._begun[upload.session_id]
        asked.uploads += 1
        if asked.seconds is None:
            asked.seconds, asked.late = round(seconds, 3), seconds > LATE_AFTER
        asked.signed, asked.code, asked.message = signed, TAKEN, "上传成功"
        log.info("payment data taken", extra={"session": upload.session_id, "late": asked.late})
        return _answer(TAKEN, asked.message)

    def shown(self, session_id: str) -> Asked:
        """A question; raises Refusal for one that was never asked."""
        if session_id not in self._asked:
            raise Refusal(404, "E_NOT_FOUND", "customs never asked this")
        return self._asked[session_id]

    def _check(self, upload: Upload) -> tuple[Asked, bool]:
        asked = self._asked.get(upload.session_id)
        if asked is None:
            raise Refusal(404, "E_NOT_FOUND", "sessionID 不存在")
        if asked.order_no not in [order.order_no for order in upload.deposit.data.orders]:
            return self._refused(asked, "未包含所查询的订单")
        if self._trusted is None:
            return asked, False
        if (upload.cert_no, upload.sign_value) == UNSIGNED:
            return self._refused(asked, "缺少签名")
        try:
            upload.verify(self._trusted.get)
        except MessageRefused:
            return self._refused(asked, "验签失败")
        return asked, True

    def _refused(self, asked: Asked, why: str) -> tuple[Asked, bool]:
        asked.uploads, asked.code, asked.message = asked.uploads + 1, FAILED, why
        raise Refusal(422, "E_UPLOAD", why)


def make_payment_data_door(settings: Settings) -> APIRouter:
    """The routes `/customs/payment-data/…` and customs' own address of realTimeDataUpload."""
    router = APIRouter()
    desk = PaymentDataDesk(settings)

    @router.post("/customs/payment-data/ask/{order_no:path}")
    async def ask(order_no: Annotated[str, Path(max_length=60)], session_id: str | None = None) -> Asked:
        """Ask the platform for an order's data; the same session may be asked again."""
        return await desk.ask(order_no, session_id)

    @router.get("/customs/payment-data/sessions/{session_id}")
    async def show(session_id: str) -> Asked:
        """What came of a question."""
        return desk.shown(session_id)

    @router.post("/ceb2grab/grab/realTimeDataUpload")
    async def upload(request: Request) -> JSONResponse:
        """Customs' address of realTimeDataUpload."""
        return JSONResponse(await asyncio.to_thread(desk.take, await request.body()))

    return router


def _answer(code: str, message: str) -> dict[str, object]:
    return {"code": code, "message": message, "total": 0, "serviceTime": time.time_ns() // 1_000_000}
