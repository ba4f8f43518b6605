"""What must be true of every list, whatever happened to it: a model of a few lines, and the books compared with it.

The model knows three things by itself: which state may follow which, what the sample's goods are worth, and what tax
that makes. Everything else it asks of the books is conservation: nothing is held, paid or given back twice or not at
all.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import NamedTuple

from sqlmodel import Session, select

from clearway.contracts.case import CaseView
from clearway.contracts.facts import GuaranteeOutcome, Judgement
from clearway.contracts.states import State
from models.ledger.check import check
from models.ledger.transfers import open_reservations, posted_of, reversed_of
from models.tables import (
    BillRecord,
    CaseRecord,
    GoodsReturnRecord,
    GuaranteeWait,
    ListChange,
    TaxDue,
    TaxOrder,
    TaxShare,
)
from tests.standins import ScriptedBank

NOTHING = Decimal(0)
PRICES = {1: (Decimal(2), Decimal("150.00")), 2: (Decimal(1), Decimal("200.00"))}
"""Quantity and price of the sample's lines."""
RATE = Decimal("0.091")
"""13 % VAT at 70 % (RULEBOOK B.9.1); without freight the base of a line is its price."""

FOLLOWS = {
    State.SUBMITTED: {State.MATCHED, State.MATCH_FAILED, State.CANCELLED},
    State.MATCH_FAILED: {State.MATCHED, State.CANCELLED},
    State.MATCHED: {
        *(State.MATCH_FAILED, State.INSPECTED, State.DETAINED),
        *(State.REJECTED, State.CANCELLED, State.RETURNED_ABROAD),
    },
    State.INSPECTED: {State.RELEASED, State.DETAINED, State.REJECTED, State.CANCELLED, State.RETURNED_ABROAD},
    State.DETAINED: {
        *(State.RELEASED, State.RETURN_WINDOW, State.REJECTED),
        *(State.CANCELLED, State.RETURNED_ABROAD, State.DESTROYED),
    },
    State.RELEASED: {State.RETURN_WINDOW, State.DETAINED, State.CANCELLED},
    State.RETURN_WINDOW: {State.TAXED, State.RETURNED, State.DETAINED, State.CANCELLED},
}
"""What may follow a state; what follows nothing is an end (RULEBOOK B.0.6, B.4, B.5, B.8, B.9)."""


class Books(NamedTuple):
    """Everything that is kept of one list, at one moment; amounts in CNY."""

    record: CaseRecord | None
    judgement: Judgement | None
    quota: Decimal
    guarantee: Decimal
    awaited: Decimal
    due: TaxDue | None
    bill: Decimal | None
    change: ListChange | None
    returns: list[GoodsReturnRecord]
    shares: Decimal
    called: Decimal


def books_of(session: Session, case: str) -> Books:
    """The books of a list."""
    record = session.get(CaseRecord, case)
    used = sum(
        (each.amount - reversed_of(session, each.id) for each in posted_of(session, case, ledger="quota")), NOTHING
    )
    reserved = sum((each.amount for each in open_reservations(session, case, ledger="quota")), NOTHING)
    secured = sum((each.amount for each in open_reservations(session, case, ledger="guarantee")), NOTHING)
    waits = session.exec(select(GuaranteeWait).where(GuaranteeWait.workflow_id == case)).all()
    changes = select(ListChange).where(ListChange.workflow_id == case, ListChange.outcome == "open")
    bills = session.exec(select(BillRecord).where(BillRecord.workflow_id == case, BillRecord.status != "3")).all()
    shares = select(TaxShare).where(TaxShare.workflow_id == case)
    return Books(
        record=record,
        judgement=Judgement.model_validate_json(record.judgement) if record and record.judgement else None,
        quota=used + reserved,
        guarantee=secured,
        awaited=sum((each.amount for each in waits), NOTHING),
        due=session.get(TaxDue, case),
        bill=bills[0].total if bills else None,
        change=session.exec(changes).one_or_none(),
        returns=list(session.exec(select(GoodsReturnRecord).where(GoodsReturnRecord.case_id == case))),
        shares=sum((each.paid for each in session.exec(shares)), NOTHING),
        called=sum((each.amount for each in posted_of(session, case, ledger="guarantee")), NOTHING),
    )


def price_of(goods: dict[int, Decimal]) -> Decimal:
    """What quantities of the sample's goods are worth."""
    return sum((qty * PRICES[gnum][1] for gnum, qty in goods.items()), NOTHING)


def tax_of(goods: dict[int, Decimal]) -> Decimal:
    """The tax of the sample's goods, line by line to the fen."""
    lines = (qty * PRICES[gnum][1] * RATE for gnum, qty in goods.items())
    return sum((each.quantize(Decimal("0.01"), ROUND_HALF_UP) for each in lines), NOTHING)


def confirmed_of(books: Books) -> dict[int, Decimal]:
    """What of the goods is back, by the register of returns."""
    back: dict[int, Decimal] = defaultdict(Decimal)
    for row in books.returns:
        for gnum, qty in json.loads(row.confirmed).items():
            back[int(gnum)] += Decimal(qty)
    return dict(back)


def faults_of_lives(views: Iterable[CaseView]) -> list[str]:
    """Passages that no list may make."""
    found = []
    for view in views:
        path = [each.state for each in view.passages]
        if path and path[0] is not State.SUBMITTED and path != [State.CANCELLED]:  # before anything was examined
            found.append(f"{view.key.order_no} begins as {path[0]}")
        for before, after in pairwise(path):
            if after not in FOLLOWS.get(before, set()):
                found.append(f"{view.key.order_no}: {after} follows {before}")
        if path and path[-1] is not view.state:
            found.append(f"{view.key.order_no} is {view.state}, its last passage says {path[-1]}")
        if path.count(State.RELEASED) > 1:
            found.append(f"{view.key.order_no} was released twice")
    return found


def faults_of_books(session: Session, cases: Iterable[str]) -> list[str]:
    """What is not conserved, in words; true between any two transactions, whoever has heard of them."""
    found = [f"{fault.where}: {fault.what}" for fault in check(session)]
    for case in cases:
        books = books_of(session, case)
        found += [f"{case}: {each}" for each in (*_held(books), *_owed(books), *_returned(books))]
    return found


def faults_of_bank(session: Session, bank: ScriptedBank, *, quiet: bool) -> list[str]:
    """Money that left the bank and is on no list's row, or the other way round; all of it is, once nothing moves."""
    orders = session.exec(select(TaxOrder)).all()
    paid = sum((each.paid for each in orders), NOTHING)
    left = sum((each.amount for each in bank.paid.values()), NOTHING)
    rest = sum((each.rest for each in orders), NOTHING)
    shares = sum((each.paid for each in session.exec(select(TaxShare))), NOTHING)
    faults = []
    if paid > left or (quiet and paid != left):
        faults.append(f"the bank paid {left}, the orders say {paid}")
    if paid != shares + rest:
        faults.append(f"orders of {paid} make {shares} on lists and {rest} on none")
    if quiet and rest:
        faults.append(f"{rest} that was paid is on no list")
    return faults


def faults_of_filings(filed: Iterable[tuple[str, object]]) -> list[str]:
    """One message twice is one message; no guid ever carried two contents."""
    contents: dict[str, set[str]] = defaultdict(set)
    for guid, record in filed:
        contents[guid].add(f"{record!r}")
    copies = Counter({guid: len(each) for guid, each in contents.items()})
    return [f"message {guid} was filed with {number} contents" for guid, number in copies.items() if number > 1]


def _held(books: Books) -> Iterable[str]:
    """What a list holds of its orderer's year and of the guarantee."""
    record, judgement = books.record, books.judgement
    ended = record is not None and record.ended_at is not None
    if record is None or (ended and record.state != State.TAXED):
        if books.quota or books.guarantee or books.awaited:
            yield f"ended as {record and record.state}, yet holds {books.quota}, {books.guarantee}, {books.awaited}"
        return
    if judgement is None or not judgement.matched:
        if books.quota or books.guarantee or books.awaited:
            yield f"never matched, yet holds {books.quota}, {books.guarantee}, {books.awaited}"
        return
    assert judgement.limits is not None  # it matched
    counted = judgement.limits.counted
    if books.change is not None:
        asked = Judgement.model_validate_json(books.change.judgement)
        assert asked.limits is not None  # it matched
        counted = max(counted, asked.limits.counted)
    back = confirmed_of(books)
    restored = counted if back == {gnum: qty for gnum, (qty, _) in PRICES.items()} else price_of(back)
    if books.quota != counted - restored:
        yield f"{counted} counted and {restored} restored leave {books.quota} of the year"
    yield from _secured(books, judgement)


def _secured(books: Books, judgement: Judgement) -> Iterable[str]:
    assert judgement.tax is not None  # it matched
    tax, due = judgement.tax.total, books.due
    if books.record is not None and books.record.ended_at is not None:
        if books.guarantee or books.awaited:
            yield f"taxed, yet holds {books.guarantee} of the guarantee"
    elif due is None:
        if books.change is not None:
            asked = Judgement.model_validate_json(books.change.judgement)
            assert asked.tax is not None  # it matched
            tax = max(tax, asked.tax.total)
        if books.guarantee + books.awaited != tax or (books.guarantee and books.awaited):
            yield f"{tax} of tax is secured by {books.guarantee}, {books.awaited} awaited"
        awaiting = judgement.guarantee is not None and judgement.guarantee.outcome is GuaranteeOutcome.AWAITING
        if books.awaited and not awaiting:
            yield "waits for a guarantee that it had"
    else:
        owed = _owed_by_customs(due, books.bill)
        least, most = sorted(max(each - due.paid, NOTHING) for each in (due.due, owed))
        if not least <= books.guarantee <= most:
            yield f"{due.due} due and {due.paid} paid are secured by {books.guarantee}"


def _owed(books: Books) -> Iterable[str]:
    """What a released list owes, and what was paid for it."""
    due, record = books.due, books.record
    if due is None:
        return
    if due.paid != books.shares + books.called:
        yield f"{due.paid} paid, {books.shares} by its shares and {books.called} from the guarantee"
    if not (NOTHING <= due.due <= due.assessed and NOTHING <= due.held <= due.due):
        yield f"{due.due} due and {due.held} held of {due.assessed}"
    if books.bill in (None, due.assessed) and due.refund != max(due.paid - due.due, NOTHING):
        yield f"{due.refund} to be claimed back of {due.paid} paid and {due.due} due"
    if due.state == "settled" and due.paid < min(due.due, _owed_by_customs(due, books.bill)):
        yield f"settled with {due.paid} paid of {due.due}"
    if due.state == "void" and due.due:
        yield f"void, and {due.due} due"
    back = confirmed_of(books)
    if due.state != "void" and due.assessed == tax_of({gnum: qty for gnum, (qty, _) in PRICES.items()}):
        expected = tax_of({gnum: qty - back.get(gnum, NOTHING) for gnum, (qty, _) in PRICES.items()})
        if due.due != expected:
            yield f"{due.due} due of what is retained, not {expected}"
    ended = record is not None and record.ended_at is not None
    if ended and record is not None and (record.state == State.TAXED) != (due.state in ("settled", "called")):
        yield f"ended as {record.state}, its tax {due.state}"


def _returned(books: Books) -> Iterable[str]:
    """No unit is in two returns, and none comes back that was not released."""
    taken: dict[int, Decimal] = defaultdict(Decimal)
    for row in books.returns:
        lines, confirmed, rejected = (json.loads(each) for each in (row.lines, row.confirmed, row.rejected))
        for gnum, qty in lines.items():
            taken[int(gnum)] += Decimal(confirmed.get(gnum, 0)) if row.ended_at else Decimal(qty)
            if Decimal(confirmed.get(gnum, 0)) + Decimal(rejected.get(gnum, 0)) > Decimal(qty):
                yield f"return {row.number}: more was checked than applied for"
    yield from (
        f"line {gnum}: {qty} of {PRICES[gnum][0]} in returns" for gnum, qty in taken.items() if qty > PRICES[gnum][0]
    )


def _owed_by_customs(due: TaxDue, bill: Decimal | None) -> Decimal:
    """Customs' figure, where it billed the whole list, less what came back."""
    return due.due if bill is None else max(bill - (due.assessed - due.due), NOTHING)
