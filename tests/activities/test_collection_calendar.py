"""Deadlines computed before a year's holidays were announced: every list near its day is settled in one run (C.8)."""

from datetime import timedelta

import pytest
from sqlmodel import col, func, select, update

from models.database import Database
from models.tables import TaxDue
from tests.collection_office import PAY_BEFORE, PAYABLE, RELEASED, Office

A_DAY = timedelta(days=1)
MANY = 620


@pytest.fixture
def office(store: Database) -> Office:
    return Office(store)


def test_more_lists_than_one_page_are_settled_in_one_run_whatever_their_days(office: Office) -> None:
    cases = [office.release(number, at=RELEASED + (number % 2) * A_DAY) for number in range(MANY)]
    right = {case: office.due(case) for case in cases[:2]}
    with office.database.transaction() as session:
        wrong = {"provisional": True, "pay_before": PAY_BEFORE - 9 * A_DAY, "guard_at": PAY_BEFORE - 11 * A_DAY}
        session.execute(update(TaxDue).values(**wrong))
    office.run(PAYABLE)
    with office.database.transaction() as session:
        left = select(func.count()).where(col(TaxDue.provisional))
        assert session.exec(left).one() == 0
    for case, known in right.items():
        now = office.due(case)
        assert (now.pay_before, now.guard_at, now.deadline) == (known.pay_before, known.guard_at, known.deadline)
        assert now.released_at == known.released_at


def test_lists_whose_year_is_not_announced_stay_as_they_are_until_it_is(office: Office) -> None:
    released = RELEASED.replace(year=2031)
    case = office.release(1, at=released)
    before = office.due(case)
    assert before.provisional
    office.run(released + 31 * A_DAY)
    now = office.due(case)
    assert (now.provisional, now.pay_before, now.guard_at) == (True, before.pay_before, before.guard_at)
