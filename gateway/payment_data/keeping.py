"""Deposits and questions as they come in: the bytes are kept with what is read from them, in one transaction.

Nothing half done can be left behind: whoever got no answer sends again. What cannot be read is kept too, as refused.
"""

import json
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from email.parser import BytesParser
from email.policy import compat32
from urllib.parse import parse_qs

from sqlmodel import Session, col, select

from clearway.contracts.documents import Payment
from clearway.contracts.payment_data import SELF_TEST, TAKEN, UNREADABLE, DataAnswer, Deposited, PaymentData
from clearway.contracts.problems import Problem
from clearway.messages import MessageRefused
from clearway.messages.payment_data import LONGEST_QUESTION, read_deposit, read_question
from gateway import refusals as doors
from gateway.gatekeeper import check_signatures
from gateway.opening import Opened
from gateway.payment_data.refusals import Code, in_short, refusal
from gateway.refusals import DoorRefused
from gateway.sender import Sending, note_sending, note_signature, sending_of
from models import payment_data
from models.addresses import payment_address
from models.database import Database
from models.documents import parse
from models.inbox import RawState, store
from models.tables import RawMessage, StoredDocument
from models.trust import must_sign

log = logging.getLogger(__name__)

QUESTION_FIELD = "openReq"
LONGEST_FORM = 4 * LONGEST_QUESTION
"""Bytes of a form with a question in it; a longer one is not even taken apart, for that takes time."""


@dataclass(frozen=True)
class Arrived:
    """A request as it came."""

    body: bytes
    headers: Mapping[str, str]

    @property
    def content_type(self) -> str:
        """What its body is said to be."""
        return self.headers.get("content-type", "")


class Keeper:
    """Keeps what platforms deposit and what customs asks."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def deposit(self, arrived: Arrived) -> Deposited:
        """Keep payment data; the same again changes nothing. Raises DoorRefused with everything wrong at once."""
        now = self._clock()
        with self._database.transaction() as session:
            raw = self._store(session, payment_data.DEPOSIT_DOOR, arrived, now)
            status, problems = 422, list[Problem]()
            try:
                found = read_deposit(arrived.body)
            except MessageRefused as refused:
                found, problems = None, [*refused.problems]
            problems += _who(session, raw, found.data if found else None, now)
            problems += _reserved(found.data) if found else []
            if found and not problems:
                kept = payment_data.keep(session, found, raw.id, now)
                if kept.outcome is not payment_data.Keeping.OTHER:
                    raw.state = RawState.READ
                    known = kept.outcome is payment_data.Keeping.SAME
                    return _deposited(found.data, kept.row.keep_until, known, _doubts(session, found.data))
                told = ("payExchangeInfoHead.payTransactionId", found.data.head.pay_transaction_id)
                problems, status = [refusal(Code.OTHER_CONTENT, told)], 409
            _refuse(raw, problems)
        log.info("payment data %s refused: %s", raw.id, ", ".join(sorted({problem.code for problem in problems})))
        raise DoorRefused(status, problems, {"X-Clearway-Raw-Id": str(raw.id)})

    def ask(self, arrived: Arrived) -> DataAnswer:
        """Note a question of customs; what is said to it at once, also where it cannot be understood."""
        now = self._clock()
        milliseconds = int(now.timestamp() * 1000)
        with self._database.transaction() as session:
            raw = self._store(session, payment_data.QUESTION_DOOR, arrived, now)
            try:
                question = read_question(form_field(arrived, QUESTION_FIELD))
            except MessageRefused as refused:
                _refuse(raw, refused.problems)
                log.warning("customs' question in message %s cannot be read", raw.id)
                return DataAnswer(code=UNREADABLE, message=in_short(refused.problems), serviceTime=milliseconds)
            if not payment_data.ask(session, question, raw.id, now):
                raw.state = RawState.REFUSED
                told = "该 sessionID 已用于其他订单 this sessionID was used for another order"
                return DataAnswer(code=UNREADABLE, message=told, serviceTime=milliseconds)
            raw.state = RawState.READ
        log.info("customs' question %s noted", question.session_id)
        return DataAnswer(code=TAKEN, serviceTime=milliseconds)

    def _store(self, session: Session, door: str, arrived: Arrived, now: datetime) -> RawMessage:
        number = store(
            session,
            door=door,
            body=arrived.body,
            received_at=now,
            sender=note_sending(arrived.headers) if door == payment_data.DEPOSIT_DOOR else "",
            content_type=arrived.content_type,
            detached=note_signature(arrived.headers),
        )
        raw = session.get_one(RawMessage, number)
        raw.message_type = "179"
        return raw


def form_field(arrived: Arrived, name: str) -> str:
    """A field of a form, urlencoded or in parts; empty where there is none. Whatever cannot be read is replaced."""
    if len(arrived.body) > LONGEST_FORM:
        return ""
    if arrived.content_type.lower().startswith("multipart/form-data"):
        head = f"Content-Type: {arrived.content_type}\r\n\r\n".encode("utf-8", "replace")
        try:
            form = BytesParser(policy=compat32).parsebytes(head + arrived.body)  # others take headers apart, and fail
        except RecursionError:  # parts within parts within parts
            return ""
        for part in form.walk():
            if part.get_param("name", header="content-disposition") == name:
                payload = part.get_payload(decode=True)
                return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
        return ""
    try:
        fields = parse_qs(arrived.body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=100)
    except ValueError:  # too many fields
        return ""
    return fields.get(name, [""])[0]


def _who(session: Session, raw: RawMessage, data: PaymentData | None, now: datetime) -> list[Problem]:
    """What is wrong with who sends, by the header and by the signature beside the body."""
    signatures = check_signatures(session, raw, Opened(raw.body))
    signer = signatures.signer
    raw.signed_by, raw.key_name = (signer.party, signer.key_name) if signer else ("", "")
    sending = sending_of(raw.sender, raw.signed_by)
    problems = list(signatures.wrong)
    if not isinstance(sending, Sending):
        return [*problems, *sending]
    sender = sending.sender.code
    if signer is None and not problems and must_sign(session, sender, now):
        problems += signatures.unknown or (doors.refusal(doors.Code.UNSIGNED),)
    if signer is not None and signer.party != sender:
        problems.append(doors.refusal(doors.Code.SIGNER_PARTY, ("signer", signer.party), ("sender.code", sender)))
    if data is not None and sender not in (data.head.ebp_code, data.head.pay_code):
        problems.append(refusal(Code.SENDER, ("sender.code", sender)))
    return problems


def _reserved(data: PaymentData) -> list[Problem]:
    return [
        refusal(Code.RESERVED, (f"payExchangeInfoLists[{place}].orderNo", order.order_no))
        for place, order in enumerate(data.orders)
        if order.order_no.startswith(SELF_TEST)
    ]


def _doubts(session: Session, data: PaymentData) -> list[Problem]:
    """Where the data differs from the payment voucher on file, if there is one; the data is the original."""
    head = data.head
    key = payment_address(head.pay_code, head.pay_transaction_id)
    rows = select(StoredDocument).where(StoredDocument.business_key == key).order_by(col(StoredDocument.id).desc())
    row = session.exec(rows).first()
    voucher = parse(row) if row else None
    if not isinstance(voucher, Payment):
        return []
    doubts: list[Problem] = []
    if head.currency == voucher.currency and head.total_amount != voucher.amount_paid:
        told = ("payment.amount_paid", f"{voucher.amount_paid:f}")
        doubts.append(refusal(Code.AMOUNT, ("payExchangeInfoHead.totalAmount", f"{head.total_amount:f}"), told))
    if head.ebp_code != voucher.ebp_code:
        told = ("payment.ebp_code", voucher.ebp_code)
        doubts.append(refusal(Code.PLATFORM, ("payExchangeInfoHead.ebpCode", head.ebp_code), told))
    listed = {order.order_no for order in data.orders}
    named = dict.fromkeys([each.order_no for each in voucher.allocations] or [voucher.order_no])
    doubts += [refusal(Code.ORDER_UNLISTED, ("payment.order_no", number)) for number in named if number not in listed]
    return doubts


def _deposited(data: PaymentData, keep_until: date, known: bool, warnings: list[Problem]) -> Deposited:
    return Deposited(
        pay_code=data.head.pay_code,
        pay_transaction_id=data.head.pay_transaction_id,
        orders=tuple(order.order_no for order in data.orders),
        keep_until=keep_until,
        known=known,
        warnings=tuple(warnings),
    )


def _refuse(raw: RawMessage, problems: Iterable[Problem]) -> None:
    blank = {"fields": {"__all__": {"value"}}}
    told = [problem.model_dump(mode="json", exclude=blank) for problem in problems]
    raw.state, raw.fault = RawState.REFUSED, json.dumps(told, ensure_ascii=False)
