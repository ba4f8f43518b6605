"""What a happy list costs the database: one transaction an activity and a bounded number of statements, none by line.

The bounds are what was reached (docs/decisions/0011) and a small reserve; whoever needs more says why there.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from activities.closing import CaseRegister
from activities.examination import Examiner
from activities.legal_clocks import LegalCalendar
from clearway.contracts.case import Transmission
from clearway.contracts.documents import DeclarationLine, OrderLine
from clearway.contracts.parties import Sender
from clearway.testing import SampleSet, sample_set
from models.database import Database
from models.registry import load, read
from models.work import CloseRequest, ExamineRequest, ReleaseFact
from tests.collection_office import FIRST_RUN, Office
from tests.sqlite import REGISTRY
from tests.standins import Authority

AT = datetime(2026, 3, 10, 1, 0, tzinfo=UTC)
EXAMINATION, CLOCKS, END = 22, 10, 12
"""Statements of a happy list at most, with BEGIN, which SQLite is sent as a statement of its own."""
A_FEW = 2
LINES = 99
"""Customs numbers lines with two digits."""
LISTS = 100
A_RUN, AN_ORDER = 85, 3
"""Statements of a collection's run at most, however many lists are in the batch; and of each order the bank is given,
whose answer is written down before the next one is asked for."""
OTHER_BUYER = "110101196001017774"


@dataclass
class Count:
    """What the database was asked."""

    transactions: int = 0
    statements: int = 0


@contextmanager
def counted() -> Iterator[Count]:
    """Count what goes to any database meanwhile, also what is only read."""
    count = Count()

    def asked(*_: Any) -> None:
        count.statements += 1

    def written(_: Any) -> None:
        count.transactions += 1

    event.listen(Engine, "before_cursor_execute", asked)
    event.listen(Engine, "commit", written)
    try:
        yield count
    finally:
        event.remove(Engine, "before_cursor_execute", asked)
        event.remove(Engine, "commit", written)


def _declared(sample: SampleSet) -> tuple[Transmission, ...]:
    sender = Sender(code=sample.declaration_list.agent_code)
    return (*sample.transmissions, Transmission(document=sample.declaration_list, sender=sender))


def _lengthened(sample: SampleSet) -> SampleSet:
    """The same order in as many lines as customs takes, each at a hundredth of its price, the last at the rest."""
    order, declared = sample.order, sample.declaration_list
    return sample.model_copy(
        update={
            "order": order.model_copy(update={"lines": _split(order.lines[0])}),
            "declaration_list": declared.model_copy(update={"lines": _split(declared.lines[0])}),
        }
    )


def _split(line: OrderLine | DeclarationLine) -> tuple[OrderLine | DeclarationLine, ...]:
    parts = [(gnum, Decimal(1) / 100) for gnum in range(1, LINES)] + [(LINES, Decimal(101 - LINES) / 100)]
    return tuple(_part(line, gnum, share) for gnum, share in parts)


def _part(line: OrderLine | DeclarationLine, gnum: int, share: Decimal) -> OrderLine | DeclarationLine:
    changes: dict[str, object] = {"gnum": gnum, "price": line.price * share, "total_price": line.total_price * share}
    if isinstance(line, DeclarationLine):
        changes["qty1"] = line.qty1 * share
    return line.model_copy(update=changes)


def _examine(examiner: Examiner, sample: SampleSet) -> None:
    now = sample.declaration_list.app_time
    judgement = examiner.examine_documents(
        ExamineRequest(
            key=sample.key,
            profile="SEED",
            now=now,
            opened_at=now,
            arrivals=_declared(sample),
            open_for_change=True,
        )
    ).judgement
    assert judgement is not None
    assert judgement.matched, judgement.problems


def _release(sample: SampleSet) -> ReleaseFact:
    now = sample.declaration_list.app_time
    return ReleaseFact(key=sample.key, released_at=now, now=now, profile="SEED", collected=True)


class Desks:
    """The activities of a happy list, after one list has gone before: what is asked once is known by then."""

    def __init__(self, database: Database) -> None:
        self.examiner = Examiner(database, Authority(), "test")
        self.calendar = LegalCalendar(database)
        self.register = CaseRegister(database)
        before = sample_set("CW-0", at=AT, buyer_id=OTHER_BUYER)
        _examine(self.examiner, before)
        self.calendar.set_legal_clocks(_release(before))


@pytest.fixture
def desks(store: Database) -> Desks:
    load(store, read(REGISTRY))
    return Desks(store)


def test_a_happy_list_is_examined_in_one_transaction_and_few_statements(desks: Desks) -> None:
    with counted() as count:
        _examine(desks.examiner, sample_set("CW-1", at=AT))
    assert count.transactions == 1
    assert count.statements <= EXAMINATION


def test_its_clocks_are_set_in_one_transaction_and_few_statements(desks: Desks) -> None:
    sample = sample_set("CW-1", at=AT)
    _examine(desks.examiner, sample)
    with counted() as count:
        desks.calendar.set_legal_clocks(_release(sample))
    assert count.transactions == 1
    assert count.statements <= CLOCKS


def test_its_end_is_kept_in_one_transaction_and_few_statements(desks: Desks) -> None:
    sample = sample_set("CW-1", at=AT)
    _examine(desks.examiner, sample)
    desks.calendar.set_legal_clocks(_release(sample))
    with counted() as count:
        desks.register.close_case(CloseRequest(key=sample.key, state="taxed", now=AT, released=True))
    assert count.transactions == 1
    assert count.statements <= END


def test_a_list_of_many_lines_asks_the_database_no_more(desks: Desks) -> None:
    sample = _lengthened(sample_set("CW-1", at=AT))
    assert len(sample.declaration_list.lines) == LINES
    with counted() as count:
        _examine(desks.examiner, sample)
    assert count.transactions == 1
    assert count.statements <= EXAMINATION + A_FEW
    with counted() as count:
        desks.calendar.set_legal_clocks(_release(sample))
    assert count.statements <= CLOCKS + A_FEW


def test_a_list_handed_in_again_writes_nothing_anew(desks: Desks) -> None:
    sample = sample_set("CW-1", at=AT)
    _examine(desks.examiner, sample)
    with counted() as count:
        _examine(desks.examiner, sample)
    assert count.transactions == 1
    assert count.statements <= EXAMINATION


@pytest.mark.parametrize("orders_of_their_own", [False, True], ids=["one payment order", "an order for each"])
def test_a_run_of_a_collection_asks_once_for_all_its_lists(store: Database, orders_of_their_own: bool) -> None:
    office = Office(store)
    office.put_up("100000")
    for number in range(LISTS):
        case = office.release(number, secured=True)
        office.bill(case, "27.30", order_no=f"E{number:04d}" if orders_of_their_own else None)
    with counted() as count:
        office.run(FIRST_RUN)
    orders = LISTS if orders_of_their_own else 1
    assert count.statements <= A_RUN + AN_ORDER * orders
    assert office.bank_paid == LISTS * Decimal("27.30")
