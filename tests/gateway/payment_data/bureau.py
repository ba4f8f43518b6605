"""A gateway with its doors of payment data, a responder that is stepped by hand, and a customs that answers as told."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode

import httpx
from sqlmodel import col, select

from clearway.messages.payment_data import Upload, read_upload
from clearway.messages.signatures import KeyKind, KeyPool, new_key
from gateway.app import create_app
from gateway.payment_data.responder import Responder
from gateway.payment_data.uplink import Uplink
from gateway.settings import GatewaySettings
from models.database import Database
from models.tables import Notice, PaymentPull, RawMessage
from tests.gateway.outbox.clock import Clock
from tests.gateway.recording import RecordingCases

EBP, PAY, ORDER_NO, SESSION = "3301960P01", "3301960Y01", "CW1", "S-1"
HEAD = (
    '{"guid":"G-1","initalRequest":"<a>张三</a>","initalResponse":"<b/>","ebpCode":"3301960P01",'
    '"payCode":"3301960Y01","payTransactionId":"PAY1","totalAmount":310.0,"currency":"142","verDept":"3",'
    '"payType":"4","tradingTime":"20260310101500","note":""}'
)
LISTS = (
    '[{"orderNo":"CW1","goodsInfo":[{"gname":"面膜","itemLink":"http://shop/1"}],'
    '"recpAccount":"A-1","recpCode":"R-1","recpName":"某某公司"}]'
)
BODY = f'{{"payExchangeInfoHead": {HEAD}, "payExchangeInfoLists": {LISTS}}}'
KEY = new_key(KeyKind.SM2).named("03000000000cde6f", None)
YES = (200, {"code": "10000", "message": "上传成功", "total": 0, "serviceTime": 1})
NO = (200, {"code": "20000", "message": "验签失败", "total": 0, "serviceTime": 1})
Answer = tuple[int, Any]


class Customs:
    """Takes uploads on loopback; answers in turn, then yes for good."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.uploads: list[str] = []
        customs = self

        class Door(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                form = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
                customs.uploads += form["payExInfoStr"]
                status, body = customs.answers.pop(0) if customs.answers else YES
                content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
                self.send_response(status)
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
        self.url = f"http://127.0.0.1:{self._server.server_port}/upload"

    @contextmanager
    def listening(self) -> Iterator["Customs"]:
        thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            thread.join()
            self._server.server_close()

    @property
    def last(self) -> Upload:
        return read_upload(self.uploads[-1])


class Bureau:
    """One gateway; `restart` is what happens after a crash."""

    def __init__(self, database: Database, customs: Customs, *, signed: bool = True) -> None:
        self.database, self.customs, self.clock = database, customs, Clock()
        self.uplink = Uplink(customs.url, KeyPool([KEY]) if signed else None)
        self.restart()

    def restart(self) -> None:
        settings = GatewaySettings()
        self.responder = Responder(self.database, settings, self.clock, self.uplink)
        app = create_app(self.database, RecordingCases(), settings, self.clock, uplink=self.uplink)
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway")

    async def deposit(self, body: str | bytes = BODY, sender: str = EBP, **headers: str) -> httpx.Response:
        content = body.encode() if isinstance(body, str) else body
        named = {"X-Clearway-Sender": sender} if sender else {}
        return await self.http.post("/payment-data", content=content, headers=named | headers)

    async def ask(self, order_no: str = ORDER_NO, session_id: str = SESSION) -> Any:
        question = {"orderNo": order_no, "sessionID": session_id, "serviceTime": 1544519952469}
        return await self.ask_with(urlencode({"openReq": json.dumps(question)}))

    async def ask_with(
        self, body: str | bytes, content_type: str = "application/x-www-form-urlencoded; charset=utf-8"
    ) -> Any:
        answer = await self.http.post(
            "/payment-data/open", content=body, headers={b"content-type": content_type.encode("latin-1")}
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def pull(self, session_id: str = SESSION) -> Any:
        pulls = (await self.http.get("/payment-data/pulls")).json()["pulls"]
        [found] = [each for each in pulls if each["session_id"] == session_id]
        return found

    async def standing(self) -> Any:
        return (await self.http.get("/payment-data/standing")).json()

    def row(self, session_id: str = SESSION) -> PaymentPull:
        with self.database.transaction() as session:
            return session.get_one(PaymentPull, session_id)

    def raws(self) -> list[RawMessage]:
        with self.database.transaction() as session:
            return list(session.exec(select(RawMessage).order_by(col(RawMessage.id))))

    def notices(self) -> list[tuple[str, str]]:
        with self.database.transaction() as session:
            return [(row.recipient, row.kind) for row in session.exec(select(Notice).order_by(col(Notice.number)))]

    def later(self, **time: float) -> None:
        self.clock.now += timedelta(**time)


def codes(answer: httpx.Response) -> list[str]:
    return [problem["code"] for problem in answer.json()["problems"]]
