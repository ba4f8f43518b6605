"""What a stored message says: pieces of news with the keys of their cases, by the door at which it came in."""

import json
import logging
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from clearway.contracts.documents import (
    DeclarationList,
    Document,
    Order,
    Payment,
    Waybill,
)
from clearway.contracts.problems import Problem
from clearway.contracts.reports import SubmitReport, SuspicionReport
from clearway.messages import (
    MessageRefused,
    document_from,
)
from clearway.messages.faults import MOST_PROBLEMS
from clearway.messages.forms import FORM_BY_TYPE
from clearway.rules.sampling import draw
from gateway.customs_contents import FILED_IN, customs_contents
from gateway.news import Contents, News, Submission
from gateway.notices import (
    ArticlesNotice,
    ControlNotice,
    DispositionNotice,
    GuaranteeCall,
    HoldNotice,
    Notice,
    ReportNotice,
    ResultNotice,
    SampleNotice,
    TopUp,
)
from gateway.opening import Opened
from gateway.refusals import Code, refusal
from gateway.sender import Sending
from models.addresses import (
    articles_address,
    case_address,
    order_no_address,
    report_address,
    waybill_address,
)
from models.tables import RawMessage

log = logging.getLogger(__name__)

NUL = "\\u0000"
"""As JSON writes it; no database keeps it in a text."""

N = TypeVar("N", bound=BaseModel)

MOST_VALUES = 50_000
"""Entries and members in one JSON body: every one may be at fault, and five million faults are more than memory."""


def contents_of(raw: RawMessage, opened: Opened) -> Contents:
    """What a message says. Raises MessageRefused for what cannot be read; any other error is a defect of ours."""
    return READERS[raw.door](raw, opened)


def _control(raw: RawMessage, opened: Opened) -> Contents:
    said = _object(opened.body)
    if not isinstance(said, dict) or "lists" not in said:
        notice = _validated(ControlNotice, said)
        return Contents("control", (News(addresses=(_list_of(notice),), control=notice.instruction),))
    return Contents("control", tuple(_drawn(_validated(SampleNotice, said))))


def _drawn(notice: SampleNotice) -> Iterator[News]:
    """News for each list that the draw selects; drawn again from the same notice, it is the same (D-27)."""
    instruction, lists = notice.instruction, {f"{each.ebc_code}/{each.order_no}": each for each in notice.lists}
    seed = notice.seed or f"{instruction.instruction_id}|{instruction.issued_at.isoformat()}"
    for name, drawn in draw(tuple(lists), instruction.sample_ratio, seed):
        yield News(addresses=(_list_of(lists[name]),), control=instruction.model_copy(update={"draw": drawn}))


def _inspection(raw: RawMessage, opened: Opened) -> Contents:
    notice = notice_of(ResultNotice, opened.body)
    return Contents("result", (News(addresses=(_list_of(notice),), result=notice.result),))


def _disposition(raw: RawMessage, opened: Opened) -> Contents:
    notice = notice_of(DispositionNotice, opened.body)
    return Contents("disposition", (News(addresses=(_list_of(notice),), disposition=notice.order),))


def _hold(raw: RawMessage, opened: Opened) -> Contents:
    notice = notice_of(HoldNotice, opened.body)
    return Contents("hold", (News(addresses=(_list_of(notice),), hold=notice.hold),))


def _list_of(notice: Notice) -> str:
    return case_address(notice.ebc_code, notice.order_no)


def _articles(raw: RawMessage, opened: Opened) -> Contents:
    notice = notice_of(ArticlesNotice, opened.body)
    address = articles_address(notice.declarant_code, notice.list_no)
    return Contents("articles", (News(addresses=(address,), articles=notice.decision),))


def _report(raw: RawMessage, opened: Opened) -> Contents:
    sending = opened.sending
    problems = () if isinstance(sending, Sending) else sending
    try:
        report = notice_of(SuspicionReport, opened.body)
    except MessageRefused as refused:
        raise MessageRefused((*problems, *refused.problems)) from None
    if not isinstance(sending, Sending):
        raise MessageRefused(problems)
    address = report_address(report.key.report_no)
    return Contents("report", (News(addresses=(address,), report=SubmitReport(report=report, sender=sending.sender)),))


def _report_decision(raw: RawMessage, opened: Opened) -> Contents:
    notice = notice_of(ReportNotice, opened.body)
    address = report_address(notice.report_no)
    return Contents("report-decision", (News(addresses=(address,), report_decision=notice.decision),))


def _top_up(raw: RawMessage, opened: Opened) -> Contents:
    """The door itself does what it says; no list hears of it but those that are served."""
    notice_of(TopUp, opened.body)
    return Contents("top-up")


def _guarantee_call(raw: RawMessage, opened: Opened) -> Contents:
    """The door itself does what it says; the lists hear of it by news of our own."""
    notice_of(GuaranteeCall, opened.body)
    return Contents("guarantee-call")


def notice_of(model: type[N], body: bytes) -> N:
    """The JSON object in a body; raises MessageRefused with every field that is wrong."""
    return _validated(model, _object(body))


def _object(body: bytes) -> object:
    try:
        text = body.decode("utf-8-sig")
        if NUL in text:
            raise MessageRefused([refusal(Code.JSON, detail="It holds a NUL character.")])
        return json.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError):
        raise MessageRefused([refusal(Code.JSON)]) from None


def _validated(model: type[N], said: object) -> N:
    try:
        return model.model_validate(said)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False, include_context=False)
        within = {fault["loc"][:-2] for fault in faults}  # a list with faulty entries only seems to lack entries
        told = [fault for fault in faults if fault["type"] != "too_short" or fault["loc"] not in within]
        raise MessageRefused([_fault(fault["loc"], fault["msg"]) for fault in told[: MOST_PROBLEMS + 1]]) from None


def _fault(loc: tuple[str | int, ...], told: str) -> Problem:
    pointer = ".".join(str(part) for part in loc) or "body"
    return refusal(Code.FIELD, (pointer, None), detail=f"{pointer}: {told}.")


def _documents(raw: RawMessage, opened: Opened) -> Contents:
    sending = opened.sending
    problems = () if isinstance(sending, Sending) else sending
    try:
        _refuse_untaken(opened.message_type)
        documents = document_from(opened.body, opened.content_type or None, max_bytes=len(opened.body))
    except MessageRefused as refused:
        raise MessageRefused((*problems, *refused.problems)) from None
    if not isinstance(sending, Sending):
        raise MessageRefused(problems)
    return Contents(opened.message_type or "JSON", tuple(_submissions(documents, sending)))


def _refuse_untaken(message_type: str) -> None:
    """Say so plainly of an enterprise's message that we can read and that no process takes yet."""
    form = FORM_BY_TYPE.get(message_type)
    if form is not None and not form.by_customs and message_type not in FILED_IN:
        told = f"{message_type}: {form.title_en}, {form.title_zh}."
        raise MessageRefused([refusal(Code.NOT_TAKEN_YET, ("message", message_type), detail=told)])


def _submissions(documents: Sequence[Document], sending: Sending) -> Iterator[News]:
    """One submission per list with the documents of its order, and one for each other document; openers first."""
    left = list(documents)
    for declaration in [document for document in documents if isinstance(document, DeclarationList)]:
        group = [document for document in left if document is declaration or _belongs(document, declaration)]
        left = [document for document in left if not any(document is taken for taken in group)]
        yield _news((case_address(declaration.ebc_code, declaration.order_no),), group, sending)
    for order in [document for document in left if isinstance(document, Order)]:
        yield _news((case_address(order.ebc_code, order.order_no),), [order], sending)
    for document in left:
        if isinstance(document, Payment):
            served = [part.order_no for part in document.allocations] or [document.order_no]
            for order_no in dict.fromkeys(served):
                yield _news((order_no_address(order_no, document.ebp_code),), [document], sending)
        elif isinstance(document, Waybill):
            hints = (waybill_address(document.logistics_code, document.logistics_no),)
            yield _news((order_no_address(document.order_no),), [document], sending, hints)


def _belongs(document: Document, declaration: DeclarationList) -> bool:
    """Whether a document of the same message is certainly of this list's order."""
    if isinstance(document, DeclarationList) or document.order_no != declaration.order_no:
        return False
    if isinstance(document, Order):
        return document.ebc_code == declaration.ebc_code
    if isinstance(document, Payment):
        return document.ebp_code == declaration.ebp_code and not document.allocations
    return document.logistics_no == declaration.logistics_no


def _news(
    addresses: tuple[str, ...], documents: Sequence[Document], sending: Sending, hints: tuple[str, ...] = ()
) -> News:
    submission = Submission(sender=sending.sender, documents=tuple(documents), attempt=sending.attempt)
    return News(addresses=addresses, hints=hints, submission=submission)


READERS: dict[str, Callable[[RawMessage, Opened], Contents]] = {
    "customs": customs_contents,
    "control": _control,
    "inspection": _inspection,
    "disposition": _disposition,
    "hold": _hold,
    "articles": _articles,
    "top-up": _top_up,
    "guarantee-call": _guarantee_call,
    "report": _report,
    "report-decision": _report_decision,
    "enterprise": _documents,
}
"""How each door's messages are read, by the name under which the door stores them."""

DONE_AT_THE_DOOR = ("top-up", "guarantee-call")
"""Doors whose messages take effect while their sender waits: reading them again does nothing."""
