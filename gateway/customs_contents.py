"""What customs' messages and the exchange's answers say: receipts and bills for cases, and what no case waits for."""

from collections.abc import Iterator
from datetime import datetime

from pydantic import TypeAdapter, ValidationError

from clearway.contracts.base import SHANGHAI, Contract, Instant
from clearway.contracts.customs import CustomsReceipt
from clearway.contracts.documents import ApplicationKind, DocumentKind
from clearway.messages import Correlation, MessageRefused, customs_receipts, read, tax_bill_notices
from clearway.messages.envelope import DxpResponse, NodeResponse, is_response, read_response
from clearway.messages.forms import FORM_BY_TYPE
from clearway.messages.message import Message
from clearway.messages.records.format_check import FormatCheck
from gateway.news import Contents, FormatRefusal, News, OtherNews, TransportAnswer
from gateway.opening import Opened
from gateway.refusals import Code, refusal
from models.addresses import (
    case_address,
    list_address,
    message_address,
    order_address,
    order_no_address,
    payment_address,
    waybill_address,
)
from models.inbox import Filed
from models.tables import RawMessage

FILED_IN: dict[str, Filed] = {
    "CEB311": DocumentKind.ORDER,
    "CEB411": DocumentKind.PAYMENT,
    "CEB511": DocumentKind.WAYBILL,
    "CEB621": DocumentKind.DECLARATION_LIST,
    "CEB623": ApplicationKind.CANCELLATION,
    "CEB625": ApplicationKind.GOODS_RETURN,
}
"""What is filed with customs in which message."""

_NUMBERS = ("cop_no", "order_no", "logistics_no", "pay_no", "bill_no", "pre_no", "invt_no")
_LONGEST_NUMBER, _LONGEST_INFO = 60, 1000
_INSTANT: TypeAdapter[datetime] = TypeAdapter(Instant)


def customs_contents(raw: RawMessage, opened: Opened) -> Contents:
    """Everything a message of customs or of the exchange says. Raises MessageRefused for what cannot be read."""
    if is_response(opened.body):
        response = read_response(opened.body, max_bytes=len(opened.body))
        return Contents("DxpRep", tuple(_transport_news(response, raw)))
    message_type = opened.message_type
    if message_type and message_type not in FORM_BY_TYPE:
        return Contents(message_type, (_other(OtherNews(message_type=message_type, at=raw.received_at)),))
    message = read(opened.body, max_bytes=len(opened.body))
    if not FORM_BY_TYPE[message.message_type].by_customs:
        raise MessageRefused([refusal(Code.WRONG_DOOR, ("message", message.message_type))])
    receipts = [_receipt_news(keys, receipt, raw) for keys, receipt in customs_receipts(message)]
    bills = [News(addresses=(list_address("invt", bill.invt_no),), bill=bill) for _, bill in tax_bill_notices(message)]
    return Contents(message.message_type, (*receipts, *bills) or tuple(_further_news(message, raw)))


def _receipt_news(keys: Correlation, receipt: CustomsReceipt, raw: RawMessage) -> News:
    addresses, hints = _receipt_addresses(keys, receipt.about), tuple[str, ...]()
    if isinstance(receipt.about, ApplicationKind):
        # Our own number names the application; customs' numbers may be those of its list, which may have many.
        hints = addresses[1:]
        addresses = addresses[:1] if keys.cop_no else addresses
    return News(addresses=addresses, hints=hints, receipt=receipt.model_copy(update={"inbox_id": raw.id}))


def _receipt_addresses(keys: Correlation, about: Filed) -> tuple[str, ...]:
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


def _further_news(message: Message, raw: RawMessage) -> Iterator[News]:
    """News of a message that answers no document of a case by its own keys."""
    for record in message.records:
        if isinstance(record, FormatCheck):
            yield _format_news(record, raw)
        else:
            yield _other(_told(record, message.message_type, raw))


def _format_news(record: FormatCheck, raw: RawMessage) -> News:
    """A refusal is for the case whose document was in the message; any other answer of the check is only noted."""
    refused = record.return_status.startswith("-")
    told = FormatRefusal(
        cop_msg_id=record.ori_cop_msg_id or "",
        message_type=(record.ori_message_type or "").removesuffix("Message"),
        status=record.return_status,
        at=_moment(record.return_time, raw),
        info=(record.return_info or "")[:_LONGEST_INFO],
    )
    if not refused:
        other = OtherNews(
            message_type="CEB900", number=told.cop_msg_id[:_LONGEST_NUMBER], status=told.status, at=told.at
        )
        return _other(other)
    return News(addresses=(message_address(told.cop_msg_id[:_LONGEST_NUMBER]),), format_check=told)


def _transport_news(response: DxpResponse, raw: RawMessage) -> Iterator[News]:
    """One piece for each message of ours that the exchange speaks of."""
    for answer in response.responses:
        told = TransportAnswer(
            cop_msg_id=answer.original.cop_msg_id,
            node=answer.node_id or "",
            code=answer.code,
            info=_words(answer),
            at=datetime.combine(answer.notice_day, datetime.min.time(), SHANGHAI),
        )
        yield News(addresses=(message_address(told.cop_msg_id[:_LONGEST_NUMBER]),), transport=told)


def _words(answer: NodeResponse) -> str:
    results = (f"{result.receiver_id} {result.code} {result.info or ''}".strip() for result in answer.results)
    return "; ".join(filter(None, (answer.info, *results)))[:_LONGEST_INFO]


def _told(record: Contract, message_type: str, raw: RawMessage) -> OtherNews:
    found = (getattr(record, name, None) for name in _NUMBERS)
    return OtherNews(
        message_type=message_type,
        number=str(next(filter(None, found), ""))[:_LONGEST_NUMBER],
        status=str(getattr(record, "return_status", "") or getattr(record, "status", "")),
        at=_moment(getattr(record, "return_time", None), raw),
        info=str(getattr(record, "return_info", "") or "")[:_LONGEST_INFO],
    )


def _other(told: OtherNews) -> News:
    return News(addresses=(f"other|{told.message_type}|{told.number}",), other=told)


def _moment(value: object, raw: RawMessage) -> datetime:
    """When customs says it happened; when it came in, where customs wrote what is no time."""
    try:
        return _INSTANT.validate_python(value)
    except ValidationError:
        return raw.received_at
