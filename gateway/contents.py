"""What a stored message says: pieces of news with the keys of their cases, or every reason why it cannot be read."""

import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from clearway.contracts.customs import CustomsReceipt
from clearway.contracts.documents import (
    ApplicationKind,
    DeclarationList,
    Document,
    DocumentKind,
    Order,
    Payment,
    Waybill,
)
from clearway.contracts.problems import Problem
from clearway.contracts.reports import SubmitReport, SuspicionReport
from clearway.messages import (
    Correlation,
    MessageRefused,
    customs_receipts,
    document_from,
    message_type_of,
    read,
    tax_bill_notices,
)
from clearway.rules.sampling import draw
from gateway.news import News, Submission
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
from gateway.refusals import Code, refusal
from gateway.sender import Sending, sending_of
from models.addresses import (
    articles_address,
    case_address,
    list_address,
    order_address,
    order_no_address,
    payment_address,
    report_address,
    waybill_address,
)
from models.tables import RawMessage

log = logging.getLogger(__name__)

N = TypeVar("N", bound=BaseModel)


@dataclass(frozen=True)
class Contents:
    """Either news or problems, never both."""

    message_type: str = ""
    news: tuple[News, ...] = ()
    problems: tuple[Problem, ...] = ()


def contents_of(raw: RawMessage) -> Contents:
    """Read a stored message. Never raises for what the message holds: the bytes are there for whoever mends it."""
    try:
        return _READERS[raw.door](raw)
    except MessageRefused as refused:
        return Contents(message_type=_type_of(raw), problems=refused.problems)
    except Exception as error:  # noqa: BLE001 - one message that breaks the reader must not stop the others
        log.error("reading message %s failed: %s", raw.id, type(error).__name__)
        return Contents(message_type=_type_of(raw), problems=(refusal(Code.UNREADABLE),))


def _type_of(raw: RawMessage) -> str:
    try:
        return message_type_of(raw.body)
    except MessageRefused:
        return ""


def _customs(raw: RawMessage) -> Contents:
    message = read(raw.body, max_bytes=len(raw.body))
    receipts = [_receipt_news(keys, receipt, raw) for keys, receipt in customs_receipts(message)]
    bills = [News(addresses=(list_address("invt", bill.invt_no),), bill=bill) for _, bill in tax_bill_notices(message)]
    if not receipts and not bills:
        raise MessageRefused([refusal(Code.WRONG_DOOR, ("message", message.message_type))])
    return Contents(message.message_type, (*receipts, *bills))


def _receipt_news(keys: Correlation, receipt: CustomsReceipt, raw: RawMessage) -> News:
    addresses, hints = _receipt_addresses(keys, receipt.about), tuple[str, ...]()
    if isinstance(receipt.about, ApplicationKind):
        # Our own number names the application; customs' numbers may be those of its list, which may have many.
        hints = addresses[1:]
        addresses = addresses[:1] if keys.cop_no else addresses
    return News(addresses=addresses, hints=hints, receipt=receipt.model_copy(update={"inbox_id": raw.id}))


def _receipt_addresses(keys: Correlation, about: DocumentKind | ApplicationKind) -> tuple[str, ...]:
    """Where the case of a receipt may be found, the surest key first (REFERENCE §6.1)."""
    match about:
        case DocumentKind.ORDER:
            return (order_address(keys.ebp_code or "", keys.ebc_code or "", keys.order_no or ""),)
        case DocumentKind.PAYMENT:
            return (payment_address(keys.pay_code or "", keys.pay_transaction_id or ""),)
        case DocumentKind.WAYBILL:
            return (waybill_address(keys.logistics_code or "", keys.logistics_no or ""),)
    numbers = (("cop", keys.cop_no), ("pre", keys.pre_no), ("invt", keys.invt_no))
    found = [list_address(kind, number) for kind, number in numbers if number]
    if keys.order_no and keys.ebc_code:
        found.append(case_address(keys.ebc_code, keys.order_no))
    if keys.order_no:
        found.append(order_no_address(keys.order_no, keys.ebp_code or ""))
    return tuple(found) or (list_address("none", ""),)


def _control(raw: RawMessage) -> Contents:
    said = _object(raw.body)
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


def _inspection(raw: RawMessage) -> Contents:
    notice = notice_of(ResultNotice, raw.body)
    return Contents("result", (News(addresses=(_list_of(notice),), result=notice.result),))


def _disposition(raw: RawMessage) -> Contents:
    notice = notice_of(DispositionNotice, raw.body)
    return Contents("disposition", (News(addresses=(_list_of(notice),), disposition=notice.order),))


def _hold(raw: RawMessage) -> Contents:
    notice = notice_of(HoldNotice, raw.body)
    return Contents("hold", (News(addresses=(_list_of(notice),), hold=notice.hold),))


def _list_of(notice: Notice) -> str:
    return case_address(notice.ebc_code, notice.order_no)


def _articles(raw: RawMessage) -> Contents:
    notice = notice_of(ArticlesNotice, raw.body)
    address = articles_address(notice.declarant_code, notice.list_no)
    return Contents("articles", (News(addresses=(address,), articles=notice.decision),))


def _report(raw: RawMessage) -> Contents:
    sending = sending_of(raw.sender)
    problems = () if isinstance(sending, Sending) else tuple(sending)
    try:
        report = notice_of(SuspicionReport, raw.body)
    except MessageRefused as refused:
        raise MessageRefused((*problems, *refused.problems)) from None
    if not isinstance(sending, Sending):
        raise MessageRefused(problems)
    address = report_address(report.key.report_no)
    return Contents("report", (News(addresses=(address,), report=SubmitReport(report=report, sender=sending.sender)),))


def _report_decision(raw: RawMessage) -> Contents:
    notice = notice_of(ReportNotice, raw.body)
    address = report_address(notice.report_no)
    return Contents("report-decision", (News(addresses=(address,), report_decision=notice.decision),))


def _top_up(raw: RawMessage) -> Contents:
    """The door itself does what it says; no list hears of it but those that are served."""
    notice_of(TopUp, raw.body)
    return Contents("top-up")


def _guarantee_call(raw: RawMessage) -> Contents:
    """The door itself does what it says; the lists hear of it by news of our own."""
    notice_of(GuaranteeCall, raw.body)
    return Contents("guarantee-call")


def notice_of(model: type[N], body: bytes) -> N:
    """The JSON object in a body; raises MessageRefused with every field that is wrong."""
    return _validated(model, _object(body))


def _object(body: bytes) -> object:
    try:
        return json.loads(body.decode("utf-8-sig"), parse_float=Decimal)
    except (ValueError, RecursionError):
        raise MessageRefused([refusal(Code.JSON)]) from None


def _validated(model: type[N], said: object) -> N:
    try:
        return model.model_validate(said)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False, include_context=False)
        within = {fault["loc"][:-2] for fault in faults}  # a list with faulty entries only seems to lack entries
        told = [fault for fault in faults if fault["type"] != "too_short" or fault["loc"] not in within]
        raise MessageRefused([_fault(fault["loc"], fault["msg"]) for fault in told]) from None


def _fault(loc: tuple[str | int, ...], told: str) -> Problem:
    pointer = ".".join(str(part) for part in loc) or "body"
    return refusal(Code.FIELD, (pointer, None), detail=f"{pointer}: {told}.")


def _documents(raw: RawMessage) -> Contents:
    sending = sending_of(raw.sender)
    problems = () if isinstance(sending, Sending) else tuple(sending)
    try:
        documents = document_from(raw.body, raw.content_type or None, max_bytes=len(raw.body))
    except MessageRefused as refused:
        raise MessageRefused((*problems, *refused.problems)) from None
    if not isinstance(sending, Sending):
        raise MessageRefused(problems)
    return Contents(_type_of(raw) or "JSON", tuple(_submissions(documents, sending)))


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


_READERS = {
    "customs": _customs,
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
