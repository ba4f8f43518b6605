"""Original payment data: what is deposited, what customs asked for, and how the answers stand (GACC 2018/179)."""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple

from sqlmodel import Session, col, delete, func, literal, or_, select, update
from sqlmodel.sql.expression import SelectOfScalar

from clearway.contracts.base import SHANGHAI, legal_day
from clearway.contracts.documents import DocumentKind
from clearway.contracts.payment_data import (
    SELF_TEST,
    DataQuestion,
    PaymentDataStanding,
    PullState,
    PullView,
)
from clearway.messages.payment_data import Deposit
from models import notices
from models.addresses import payment_address
from models.tables import (
    CaseRecord,
    PaymentEvidence,
    PaymentEvidenceOrder,
    PaymentPull,
    RawMessage,
    StoredDocument,
)
from models.tables.columns import InstantColumn

ANSWER_WITHIN = timedelta(minutes=2)
"""Customs is answered in this time (GACC 2018/179; what is asked of platforms in practice)."""
KEEP_YEARS = 3
"""So long the data is kept (FAQ of the interface document of GACC 2018/179; REFERENCE §9)."""
MISSING, REFUSED, LATE = "PAYMENT_DATA_MISSING", "PAYMENT_DATA_REFUSED", "PAYMENT_DATA_LATE"
"""Kinds of notices to the platform."""
DEPOSIT_DOOR, QUESTION_DOOR = "payment-data", "payment-data-open"

_OPEN = (PullState.ASKED, PullState.NO_EVIDENCE)
_LEASE = timedelta(seconds=30)
_PAUSES = (2, 4, 8)
_LONGEST_PAUSE = 10


class Keeping(StrEnum):
    """What became of a deposit."""

    NEW = "new"
    SAME = "same"
    OTHER = "other"
    """The transaction is on file with other content; nothing changed."""


class Kept(NamedTuple):
    """The row on file, and what became of the deposit."""

    outcome: Keeping
    row: PaymentEvidence


def keep(session: Session, deposit: Deposit, raw_id: int | None, now: datetime) -> Kept:
    """Keep a deposit under its payment enterprise and transaction number; who waited for its orders is served now."""
    head = deposit.data.head
    digest = hashlib.sha256(f"{deposit.head}\n{deposit.lists}".encode()).hexdigest()
    known = session.exec(
        select(PaymentEvidence).where(
            PaymentEvidence.pay_code == head.pay_code, PaymentEvidence.pay_transaction_id == head.pay_transaction_id
        )
    ).first()
    if known is not None:
        return Kept(Keeping.SAME if known.sha256 == digest else Keeping.OTHER, known)
    row = PaymentEvidence(
        pay_code=head.pay_code,
        pay_transaction_id=head.pay_transaction_id,
        ebp_code=head.ebp_code,
        sha256=digest,
        head=deposit.head,
        lists=deposit.lists,
        raw_id=raw_id,
        stored_at=now,
        keep_until=last_day(legal_day(now)),
    )
    session.add(row)
    session.flush()
    orders = [order.order_no for order in deposit.data.orders]
    session.add_all(PaymentEvidenceOrder(order_no=order_no, evidence_id=_id(row)) for order_no in orders)
    session.flush()
    session.execute(
        update(PaymentPull)
        .where(col(PaymentPull.order_no).in_(orders), col(PaymentPull.state) == PullState.NO_EVIDENCE)
        .values(state=PullState.ASKED, try_at=now)
    )
    return Kept(Keeping.NEW, row)


def last_day(stored: date) -> date:
    """The last day on which data that was stored on this day is kept, both in Shanghai."""
    try:
        return stored.replace(year=stored.year + KEEP_YEARS)
    except ValueError:  # 29 February
        return date(stored.year + KEEP_YEARS, 3, 1)


def _over(today: date) -> datetime:
    """The instant before which nothing is needed any more; a day late, so that no 29 February is lost."""
    back = date(today.year - KEEP_YEARS, today.month, min(today.day, 28))
    return datetime.combine(back - timedelta(days=1), time.min, SHANGHAI)


def ask(session: Session, question: DataQuestion, raw_id: int | None, now: datetime) -> bool:
    """Note a question, to be answered in two minutes; False where its session is on file for another order.

    Asked again, nothing changes while it is open or answered; what customs refused is uploaded again.
    """
    known = session.get(PaymentPull, question.session_id, with_for_update=True)
    if known is None:
        session.add(
            PaymentPull(
                session_id=question.session_id,
                order_no=question.order_no,
                raw_id=raw_id,
                asked_at=now,
                due_at=now + ANSWER_WITHIN,
                state=PullState.ASKED,
                try_at=now,
            )
        )
        session.flush()
        return True
    if known.order_no != question.order_no:
        return False
    if known.state == PullState.REFUSED:
        known.state, known.try_at, known.due_at = PullState.ASKED, now, now + ANSWER_WITHIN
    elif known.state == PullState.NO_EVIDENCE:
        known.try_at = now
    return True


def take_due(session: Session, now: datetime, limit: int) -> list[str]:
    """Sessions to be answered now, the first due first; for half a minute nobody else takes them.

    What is late already, or has no data, waits for what can still be answered in time: anybody may ask for orders that
    nobody has, and that must not keep the others waiting.
    """
    without_data, late = col(PaymentPull.state) == PullState.NO_EVIDENCE, col(PaymentPull.due_at) < now
    rows = session.exec(
        _due(now).order_by(without_data, late, col(PaymentPull.due_at)).limit(limit).with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        row.try_at = now + _LEASE
    return [row.session_id for row in rows]


def is_any_due(session: Session, now: datetime) -> bool:
    """Whether there is anything to take."""
    return session.exec(_due(now).limit(1)).first() is not None


def _due(now: datetime) -> SelectOfScalar[PaymentPull]:
    return (
        select(PaymentPull)
        .where(col(PaymentPull.state).in_(_OPEN))
        .where(or_(col(PaymentPull.try_at).is_(None), col(PaymentPull.try_at) <= now))
    )


def evidence_for(session: Session, order_no: str) -> PaymentEvidence | None:
    """What was deposited last for an order, by those whose order it is.

    Anybody may deposit in his own name and list an order of others. Where a list with this order number is known, only
    the payment that its voucher names counts, and what names its platform: what the platform itself gave before what
    another did. Where none is known, whoever came first is believed.
    """
    rows = session.exec(
        select(PaymentEvidence, RawMessage.sender, RawMessage.signed_by)
        .join(PaymentEvidenceOrder)
        .outerjoin(RawMessage, col(RawMessage.id) == PaymentEvidence.raw_id)
        .where(PaymentEvidenceOrder.order_no == order_no)
        .order_by(col(PaymentEvidence.id))
    ).all()
    cases = session.exec(select(CaseRecord.workflow_id, CaseRecord.ebp_code).where(CaseRecord.order_no == order_no))
    platforms = {workflow_id: platform for workflow_id, platform in cases if platform}
    vouchers = set(
        session.exec(
            select(StoredDocument.business_key).where(
                col(StoredDocument.workflow_id).in_(platforms), StoredDocument.kind == DocumentKind.PAYMENT
            )
        )
    )
    believed = set(platforms.values()) or {evidence.ebp_code for evidence, _, _ in rows[:1]}

    def standing(sender: str | None, signed_by: str | None, found: PaymentEvidence) -> tuple[bool, bool, bool]:
        paid = payment_address(found.pay_code, found.pay_transaction_id) in vouchers
        named = found.ebp_code in believed
        return paid and named, paid, named and (signed_by or (sender or "").partition("|")[0]) == found.ebp_code

    theirs = [
        (standing(sender, signed_by, found), found.id or 0, found)
        for found, sender, signed_by in rows
        if found.ebp_code in believed or payment_address(found.pay_code, found.pay_transaction_id) in vouchers
    ]
    return max(theirs, key=lambda each: each[:2])[2] if theirs else None


def note_missing(session: Session, pull: PaymentPull, now: datetime) -> None:
    """Nothing is on file for the order: its platform is told, and it is looked for again."""
    pull.state, pull.tries, pull.fault = PullState.NO_EVIDENCE, pull.tries + 1, "nothing is deposited for the order"
    pull.try_at = now + pause_after(pull.tries)
    _tell(session, pull, MISSING, now)


def note_refused(session: Session, pull: PaymentPull, answer: str, told: str, now: datetime) -> None:
    """Customs said no to what was uploaded."""
    pull.state, pull.answer, pull.fault, pull.try_at = PullState.REFUSED, answer, told[:300], None
    _tell(session, pull, REFUSED, now)


def note_answered(session: Session, pull: PaymentPull, answer: str, now: datetime) -> None:
    """Customs has the data; where that came late, the platform is told."""
    pull.state, pull.answer, pull.answered_at, pull.fault, pull.try_at = PullState.ANSWERED, answer, now, "", None
    if now > pull.due_at:
        _tell(session, pull, LATE, now)


def put_off(session: Session, pull: PaymentPull, why: str, now: datetime) -> None:
    """It is not known whether customs has it: it is sent again soon, and after the deadline too."""
    pull.tries, pull.fault = pull.tries + 1, why[:300]
    pull.try_at = now + pause_after(pull.tries)
    if now > pull.due_at:
        _tell(session, pull, LATE, now)


def pause_after(tries: int) -> timedelta:
    """How long to wait after so many failures, from 1: short, for there are two minutes in all."""
    return timedelta(seconds=_PAUSES[tries - 1] if tries <= len(_PAUSES) else _LONGEST_PAUSE)


def pulls(session: Session, state: PullState | None, limit: int) -> Sequence[PaymentPull]:
    """Questions, the newest first."""
    rows = select(PaymentPull).order_by(col(PaymentPull.asked_at).desc(), col(PaymentPull.session_id)).limit(limit)
    return session.exec(rows if state is None else rows.where(PaymentPull.state == state)).all()


def view(pull: PaymentPull, now: datetime) -> PullView:
    """A question as it is shown."""
    left = seconds_left(pull, now)
    return PullView(
        session_id=pull.session_id,
        order_no=pull.order_no,
        state=PullState(pull.state),
        asked_at=pull.asked_at,
        due_at=pull.due_at,
        answered_at=pull.answered_at,
        seconds_left=left,
        late=left < 0,
        tries=pull.tries,
        fault=pull.fault,
        answer=pull.answer,
    )


def seconds_left(pull: PaymentPull, now: datetime) -> int:
    """Whole seconds to the deadline, rounded down, at the answer or now; exactly at the deadline is in time: 0."""
    return int((pull.due_at - (pull.answered_at or now)) // timedelta(seconds=1))


def standing(session: Session, now: datetime) -> PaymentDataStanding:
    """How the questions stand."""
    late = col(PaymentPull.due_at) < func.coalesce(col(PaymentPull.answered_at), literal(now, InstantColumn()))
    counted = session.exec(
        select(PaymentPull.state, late, func.count(), func.min(PaymentPull.due_at)).group_by(
            col(PaymentPull.state), late
        )
    ).all()
    counts = {(state, bool(is_late)): count for state, is_late, count, _ in counted}
    open_due = [due for state, _, _, due in counted if state in _OPEN]
    least = int((min(open_due) - now) // timedelta(seconds=1)) if open_due else int(ANSWER_WITHIN.total_seconds())

    def total(*states: PullState, only_late: bool = False) -> int:
        return sum(n for (state, is_late), n in counts.items() if state in states and (is_late or not only_late))

    return PaymentDataStanding(
        open=total(*_OPEN),
        no_evidence=total(PullState.NO_EVIDENCE),
        late=total(*_OPEN, only_late=True),
        refused=total(PullState.REFUSED),
        answered=total(PullState.ANSWERED),
        answered_late=total(PullState.ANSWERED, only_late=True),
        least_seconds_left=least,
    )


def purge(session: Session, today: date) -> int:
    """Delete what need not be kept any more on this Shanghai day, questions and raw bytes included; how many data."""
    # Without the numbers: a day may have more of them than one statement takes.
    old = select(PaymentEvidence.id).where(PaymentEvidence.keep_until < today)
    session.execute(delete(PaymentEvidenceOrder).where(col(PaymentEvidenceOrder.evidence_id).in_(old)))
    gone = session.execute(delete(PaymentEvidence).where(col(PaymentEvidence.keep_until) < today))
    over = _over(today)
    session.execute(delete(PaymentPull).where(col(PaymentPull.asked_at) < over))
    needed = [select(table.raw_id).where(col(table.raw_id).is_not(None)) for table in (PaymentEvidence, PaymentPull)]
    session.execute(
        delete(RawMessage)
        .where(col(RawMessage.door).in_((DEPOSIT_DOOR, QUESTION_DOOR)), col(RawMessage.received_at) < over)
        .where(*(col(RawMessage.id).not_in(rows) for rows in needed))
    )
    return int(gone.rowcount)  # type: ignore[attr-defined]  # a cursor's result has it


def forget_test(session: Session, session_id: str) -> bool:
    """Delete everything of a self-test; False where there is nothing of it."""
    if not session_id.startswith(SELF_TEST):
        return False
    pull = session.get(PaymentPull, session_id)
    raws = [pull.raw_id] if pull and pull.raw_id else []
    if pull is not None:
        session.delete(pull)
    rows = session.exec(
        select(PaymentEvidence).join(PaymentEvidenceOrder).where(PaymentEvidenceOrder.order_no == session_id)
    ).all()
    raws += [row.raw_id for row in rows if row.raw_id]
    session.flush()
    _delete_evidence(session, [_id(row) for row in rows])
    _delete_raws(session, raws)
    return bool(rows) or pull is not None


def old_tests(session: Session, before: datetime) -> list[str]:
    """Self-tests that nobody cleared up."""
    rows = (
        select(PaymentEvidenceOrder.order_no)
        .join(PaymentEvidence)
        .where(col(PaymentEvidenceOrder.order_no).startswith(SELF_TEST), PaymentEvidence.stored_at < before)
    )
    return list(session.exec(rows))


def _delete_evidence(session: Session, numbers: Sequence[int]) -> None:
    session.execute(delete(PaymentEvidenceOrder).where(col(PaymentEvidenceOrder.evidence_id).in_(numbers)))
    session.execute(delete(PaymentEvidence).where(col(PaymentEvidence.id).in_(numbers)))


def _delete_raws(session: Session, numbers: Sequence[int | None]) -> None:
    session.execute(delete(RawMessage).where(col(RawMessage.id).in_(numbers)))


def _tell(session: Session, pull: PaymentPull, kind: str, now: datetime) -> None:
    """Tell the platform of the order, once for each question and kind; nobody where the order is not ours."""
    evidence = evidence_for(session, pull.order_no)
    platforms = {evidence.ebp_code} if evidence else set[str]()
    if not platforms:
        cases = session.exec(select(CaseRecord.ebp_code).where(CaseRecord.order_no == pull.order_no))
        platforms = {code for code in cases if code}
    for platform in sorted(platforms):
        notices.tell(
            session,
            recipient=platform,
            kind=kind,
            subject="",
            at=now,
            key=f"{pull.session_id}|{pull.due_at.isoformat()}",
            order_no=pull.order_no,
            session_id=pull.session_id,
            due_at=pull.due_at.isoformat(),
            fault=pull.fault,
        )


def _id(row: PaymentEvidence) -> int:
    if row.id is None:
        raise ValueError("data has no number before it is stored")
    return row.id
