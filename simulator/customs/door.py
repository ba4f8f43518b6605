"""Customs' door: messages in, inspection results by hand, and what customs knows about a list."""

import logging
from typing import Annotated

from fastapi import APIRouter, Header, Request, Response
from pydantic import BaseModel

from clearway.contracts.documents import (
    CancelApplication,
    DeclarationList,
    Order,
    Payment,
    ReturnApplication,
    Waybill,
)
from clearway.messages import MessageRefused
from clearway.messages.message import Record
from simulator.clock import Clock
from simulator.courier import Courier
from simulator.customs.applications import judge_application
from simulator.customs.books import Books, Voucher
from simulator.customs.changes import is_change, judge_change
from simulator.customs.filing import Application, Filing
from simulator.customs.hearing import BrokenOff, Hearing
from simulator.customs.inspection_report import Report
from simulator.customs.judgement import judge_document, judge_list
from simulator.customs.knowledge import show
from simulator.customs.officer import Officer
from simulator.customs.post import Post
from simulator.customs.seal import Opened, Seal
from simulator.customs.signature_refusals import (
    refuse_unsigned_application,
    refuse_unsigned_document,
    refuse_unsigned_list,
)
from simulator.refusals import Refusal
from simulator.settings import Settings
from simulator.steps import Await
from simulator.steps import Request as Wanted

log = logging.getLogger(__name__)

ADMITTED = ("CEB311", "CEB411", "CEB511", "CEB621", "CEB623", "CEB625")


class Acknowledgement(BaseModel):
    """Customs has the message; what it thinks of it comes later, as receipts."""

    message_guid: str
    message_type: str
    records: int


def make_door(books: Books, courier: Courier, settings: Settings, clock: Clock | None = None) -> APIRouter:
    """The routes under `/customs`."""
    router = APIRouter(prefix="/customs")
    seal = Seal(settings)
    post = Post(courier, seal, settings, clock or Clock(settings.customs_clock))
    officer = Officer(books, courier, post, settings)
    hearing = Hearing(settings)

    @router.post("/messages", status_code=202, response_model=Acknowledgement)
    async def take_message(
        request: Request, traceparent: Annotated[str | None, Header()] = None
    ) -> Acknowledgement | Response:
        """Take a CEB311, 411, 511, 621, 623 or 625 message; 400 with every problem if it cannot be read."""
        try:
            opened = seal.open(await request.body())
        except MessageRefused as refused:
            problems = [problem.model_dump(mode="json") for problem in refused.problems]
            raise Refusal(400, refused.problems[0].code, str(refused), problems) from None
        message = opened.message
        if message.message_type not in ADMITTED:
            reason = f"customs takes {', '.join(ADMITTED)} here, not {message.message_type}"
            raise Refusal(400, "E_MESSAGE_TYPE", reason)
        breaks_off = await hearing.begin(message)
        for record in message.records:
            if opened.fault:
                refuse_signature(opened, record, traceparent)
            elif isinstance(record, DeclarationList):
                file_list(record, traceparent)
            elif isinstance(record, Order | Payment | Waybill):
                file_document(record, traceparent)
            elif isinstance(record, CancelApplication | ReturnApplication):
                file_application(record, traceparent)
        if breaks_off:
            return BrokenOff()
        return Acknowledgement(
            message_guid=message.guid, message_type=message.message_type, records=len(message.records)
        )

    def refuse_signature(opened: Opened, record: Record, traceparent: str | None) -> None:
        log.warning("signature refused", extra={"type": opened.message.message_type, "fault": opened.fault})
        if isinstance(record, DeclarationList):
            officer.go_on(refuse_unsigned_list(books, record))
        elif isinstance(record, Order | Payment | Waybill):
            refused = refuse_unsigned_document(
                record, opened.message.message_type, opened.cop_msg_id or opened.message.guid, opened.content
            )
            courier.run(post.send_message(refused, traceparent))
        elif isinstance(record, CancelApplication | ReturnApplication):
            courier.run(officer.answer([refuse_unsigned_application(books, record, traceparent)]))

    def file_document(document: Voucher, traceparent: str | None) -> None:
        if steps := judge_document(books, document):
            log.info("document taken", extra={"kind": document.kind, "last": steps[-1].status})
            courier.run(officer.answer_document(document, steps, traceparent))

    def file_list(declaration: DeclarationList, traceparent: str | None) -> None:
        if is_change(books, declaration):
            filing = judge_change(books, declaration, traceparent)
        else:
            filing = judge_list(books, declaration)
            if filing:
                filing.traceparent = traceparent
        if filing:
            log.info("list taken", extra={"order_no": declaration.order_no, "scenario": filing.scenario.word})
            officer.go_on(filing)

    def file_application(application: Application, traceparent: str | None) -> None:
        judged = judge_application(books, application, traceparent)
        if judged is None:
            return
        log.info("application taken", extra={"order_no": application.order_no, "kind": application.kind})
        if isinstance(judged, Filing):
            officer.go_on(judged)
        else:
            courier.run(officer.answer(judged))

    @router.post("/inspections/{order_no:path}/result", status_code=202)
    async def record_result(order_no: str, report: Report, ebc_code: str | None = None) -> dict[str, str]:
        """Give the result by hand while customs waits for one; `ebc_code` where two enterprises share a number."""
        waiting = [filing for filing in find(order_no, ebc_code) if filing.awaited and not filing.report]
        if not waiting:
            raise Refusal(409, "E_NO_INSPECTION", "no inspection of this list waits for a result")
        waiting[-1].report = report
        officer.go_on(waiting[-1])
        return {"order_no": order_no, "outcome": report.outcome.value}

    @router.post("/licences/{order_no:path}", status_code=202)
    async def show_licence(order_no: str, ebc_code: str | None = None) -> dict[str, str]:
        """Show customs the licence that it waits for, for it cannot see what was handed in to us; no body."""
        waiting = [filing for filing in find(order_no, ebc_code) if filing.story[:1] == (Await(Wanted.LICENCE),)]
        if not waiting:
            raise Refusal(409, "E_NO_LICENCE_WANTED", "customs does not wait for a licence of this list")
        waiting[-1].stop_waiting_for(Wanted.LICENCE)
        officer.go_on(waiting[-1])
        return {"order_no": order_no}

    @router.get("/post")
    async def show_post() -> dict[str, object]:
        """How much customs wanted to say, what went wrong with it, and what is lost until it is asked for."""
        return {
            "said": post.said,
            "lost": post.lost,
            "mishaps": dict(post.mishaps),
            "halves": courier.halves,
            "halves_unanswered": courier.halves_unanswered,
            "heard": hearing.taken,
        }

    @router.post("/post/lost")
    async def send_again() -> dict[str, int]:
        """Send what was lost; no body."""
        return {"sent": await post.send_again()}

    @router.get("/lists/{order_no:path}")
    async def show_list(order_no: str, ebc_code: str | None = None) -> dict[str, object]:
        """What customs knows about a list; no personal data."""
        filed = find(order_no, ebc_code)
        declared = filed[-1].declaration
        return {
            "order_no": order_no,
            "ebc_code": declared.ebc_code,
            "order_stored": books.order(declared) is not None,
            "payment_stored": books.payment(declared) is not None,
            "waybill_stored": books.waybill(declared) is not None,
            "filings": [show(filing) for filing in filed],
        }

    def find(order_no: str, ebc_code: str | None) -> list[Filing]:
        by_enterprise = books.filings_by_order(order_no)
        found = [filed for code, filed in by_enterprise.items() if ebc_code in (None, code)]
        if not found:
            raise Refusal(404, "E_UNKNOWN_LIST", "customs knows no list with this order number")
        if len(found) > 1:
            reason = f"several enterprises use this order number; add ?ebc_code= with one of {', '.join(by_enterprise)}"
            raise Refusal(409, "E_AMBIGUOUS", reason)
        return found[0]

    return router
