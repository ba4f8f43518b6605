"""Customs on one side and a gateway that records on the other, in one process and over HTTP only."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError

from clearway.contracts.documents import ListReceipt, TaxBill, TaxBillStatus
from clearway.messages import Message, MessageRefused, Signer, Transfer, read, write
from clearway.messages.envelope import is_envelope, unwrap
from clearway.messages.message import Record
from simulator.courier import Courier
from simulator.customs.books import Books
from simulator.customs.door import make_door
from simulator.refusals import Refusal, answer_refusal, answer_unreadable
from simulator.settings import Settings
from tests.simulator.papers import Papers, new_guid

TRANSFER = Transfer(cop_code="3301980AGT", cop_name="申报企业", dxp_id="DXPENT0000012345")


@dataclass(frozen=True)
class Said:
    """One thing that customs sent to the gateway."""

    path: str
    content: bytes
    headers: Mapping[str, str]

    @property
    def traceparent(self) -> str | None:
        """The trace that it belongs to."""
        return self.headers.get("traceparent")

    @property
    def inner(self) -> bytes:
        """The CEB message, out of its envelope if it came in one."""
        return unwrap(self.content).data if is_envelope(self.content) else self.content

    @property
    def message(self) -> Message:
        """Read as a CEB message."""
        return read(self.inner)

    @property
    def record(self) -> Any:
        """The one record of a CEB message."""
        (record,) = self.message.records
        return record

    @property
    def json(self) -> dict[str, Any]:
        """The body of a notice about an inspection."""
        body = json.loads(self.content)
        assert isinstance(body, dict)
        return body

    @property
    def word(self) -> str:
        """In a word: a list's status, `624:399`, `816`, `818:3`, `instruction`, a result or a disposition."""
        match self.path.removeprefix("/customs/"):
            case "control-instructions":
                return "instruction"
            case "inspection-results":
                return str(self.json["result"]["outcome"])
            case "dispositions":
                return str(self.json["order"]["disposition"])
        try:
            record = self.record
        except MessageRefused:
            return "half"
        if isinstance(record, TaxBill):
            return "816"
        if isinstance(record, TaxBillStatus):
            return f"818:{record.status}"
        if isinstance(record, ListReceipt):
            return record.return_status
        return f"{self.message.message_type[3:]}:{record.return_status}"


class Office:
    """Hands things in at customs' door, and reads what customs sends back."""

    def __init__(self, courier: Courier, http: httpx.AsyncClient, heard: list[Said]) -> None:
        self._courier = courier
        self._http = http
        self._heard = heard
        self.signer: Signer | None = None
        """Signs what is filed."""

    async def file(self, *records: Record, traceparent: str | None = None) -> list[str]:
        """File each record in a message of its own, and give every word that customs said then."""
        await self.file_without_waiting(*records, traceparent=traceparent)
        return await self.hear()

    async def file_without_waiting(self, *records: Record, traceparent: str | None = None) -> None:
        """File each record in a message of its own."""
        for record in records:
            await self.post(written([record], self.signer), traceparent=traceparent)

    async def post(self, content: bytes, traceparent: str | None = None) -> None:
        """File a message as it is."""
        headers = {"content-type": "application/xml"} | ({"traceparent": traceparent} if traceparent else {})
        answer = await self._http.post("/customs/messages", content=content, headers=headers)
        assert answer.status_code == 202, answer.text

    async def file_case(self, papers: Papers) -> list[str]:
        """File all four documents, and give every word about the list."""
        await self.file(*papers.three)
        return await self.file(papers.declaration)

    async def hear(self) -> list[str]:
        """Wait until customs has no more to say, and give every word since the last time."""
        while self._courier.under_way:
            await self._courier.settle()
            await asyncio.sleep(0)
        said, self.heard = list(self._heard), list(self._heard)
        self._heard.clear()
        return [one.word for one in said]

    def find(self, word: str) -> Said:
        """The first thing heard last time that says this."""
        return next(one for one in self.heard if one.word == word)

    def times(self) -> dict[str, datetime]:
        """When customs says that it did each thing heard last time; receipts and bills only."""
        return {one.word: one.record.return_time for one in self.heard if one.path.endswith("receipts")}

    async def know(self, order_no: str, submission: int = -1) -> dict[str, Any]:
        """One submission of a list as customs shows it, the latest where none is named."""
        answer = await self._http.get(f"/customs/lists/{order_no}")
        assert answer.status_code == 200, answer.text
        filings = answer.json()["filings"]
        found: dict[str, Any] = filings[submission]
        return found

    async def give_result(self, order_no: str, **report: Any) -> int:
        """Give an inspection's result by hand."""
        return (await self._http.post(f"/customs/inspections/{order_no}/result", json=report)).status_code

    async def mail(self) -> dict[str, Any]:
        """How customs' post stands."""
        told: dict[str, Any] = (await self._http.get("/customs/post")).json()
        return told

    async def ask_for_lost(self) -> int:
        """Ask customs for what never arrived; how much that was."""
        return int((await self._http.post("/customs/post/lost")).json()["sent"])

    async def show_licence(self, order_no: str) -> int:
        """Show customs the licence that it asked for."""
        return (await self._http.post(f"/customs/licences/{order_no}")).status_code


def written(records: Sequence[Record], signer: Signer | None = None) -> bytes:
    """Records as a message, signed if somebody signs."""
    return write(records, guid=new_guid(), transfer=TRANSFER, signer=signer)


@asynccontextmanager
async def open_office(**more: Any) -> AsyncIterator[Office]:
    """An office with empty books; `more` are settings."""
    heard: list[Said] = []
    gateway = FastAPI()

    @gateway.post("/{path:path}")
    async def take(request: Request) -> Response:
        heard.append(Said(request.url.path, await request.body(), dict(request.headers)))
        return Response(status_code=202)

    settings = Settings.model_validate({"gateway_url": "http://gateway", "pause_ms": 0} | more)
    courier = Courier(settings, httpx.ASGITransport(gateway))
    customs = FastAPI()
    customs.add_exception_handler(Refusal, answer_refusal)
    customs.add_exception_handler(RequestValidationError, answer_unreadable)
    customs.include_router(make_door(Books(), courier, settings))
    transport = httpx.ASGITransport(customs)
    async with courier, httpx.AsyncClient(transport=transport, base_url="http://customs") as http:
        yield Office(courier, http, heard)
