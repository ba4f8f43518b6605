"""Customs bills before, between and after the returns of one list; what is owed is right to the fen (B.8, B.9.3)."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from clearway.contracts.customs import TaxBillNotice
from models.collection import dues
from models.collection.billing import bill_of, owed
from models.database import Database
from models.inbox import record_bill
from tests.collection_office import PAYABLE, RELEASED, Office

DAY = timedelta(days=1)
NOTHING = Decimal(0)


@pytest.fixture
def office(store: Database) -> Office:
    return Office(store)


def returned(office: Office, case: str, due: str, at: datetime) -> Decimal:
    """Goods came back; what is to be claimed back from customs."""
    with office.database.transaction() as session:
        return dues.reassess(session, case, Decimal(due), NOTHING, at)


def told(
    office: Office, case: str, at: datetime, total: str | None = None, *, status: str = "1", number: int = 0
) -> None:
    """Customs bills, or says what became of its bill."""
    figure = Decimal(total) if total else None
    notice = TaxBillNotice(bill_no=f"I_{number}", invt_no="I", status=status, total=figure, at=at)
    with office.database.transaction() as session:
        record_bill(session, notice, case)


def owes(office: Office, case: str) -> Decimal:
    """What the list owes in all."""
    with office.database.transaction() as session:
        row = dues.find(session, case)
        assert row is not None
        return owed(row, bill_of(session, case))


def test_a_bill_between_two_returns_knows_of_the_first_only(office: Office) -> None:
    case = office.release(1, "45.50")
    told(office, case, RELEASED, "45.50")
    returned(office, case, "31.85", RELEASED + 5 * DAY)
    told(office, case, RELEASED + 6 * DAY, status="3")
    told(office, case, RELEASED + 6 * DAY, "31.85", number=1)
    returned(office, case, "18.20", RELEASED + 10 * DAY)
    assert owes(office, case) == Decimal("18.20")
    office.run(PAYABLE + DAY)
    assert (office.due(case).paid, office.due(case).state) == (Decimal("18.20"), "settled")


def test_a_bill_that_arrives_after_the_return_it_does_not_know_of_is_lowered_by_it(office: Office) -> None:
    case = office.release(1, "45.50")
    returned(office, case, "31.85", RELEASED + 5 * DAY)
    returned(office, case, "18.20", RELEASED + 10 * DAY)
    told(office, case, RELEASED + 6 * DAY, "31.85")
    assert owes(office, case) == Decimal("18.20")


def test_a_bill_of_everything_retained_after_all_returns_wins_as_it_is(office: Office) -> None:
    case = office.release(1, "45.50")
    for number, due in enumerate(("31.85", "18.20"), 1):
        returned(office, case, due, RELEASED + number * DAY)
    told(office, case, RELEASED + 3 * DAY, "18.21")
    assert owes(office, case) == Decimal("18.21")


def test_a_summary_of_an_old_bill_makes_it_no_younger_than_the_return(office: Office) -> None:
    case = office.release(1, "45.50")
    told(office, case, RELEASED, "45.50")
    returned(office, case, "31.85", RELEASED + 5 * DAY)
    told(office, case, PAYABLE, status="2")
    assert owes(office, case) == Decimal("31.85")


def test_the_summary_of_a_bill_does_not_put_it_before_a_newer_one(office: Office) -> None:
    case = office.release(1, "45.50")
    told(office, case, RELEASED, "45.50")
    told(office, case, RELEASED + DAY, "45.60", number=1)
    told(office, case, PAYABLE, status="2")
    assert owes(office, case) == Decimal("45.60")


def test_a_bill_that_arrives_late_does_not_undo_a_newer_figure_of_the_same_number(office: Office) -> None:
    case = office.release(1, "45.50")
    told(office, case, RELEASED + DAY, "45.60")
    told(office, case, RELEASED, "45.50")
    assert owes(office, case) == Decimal("45.60")


def test_goods_that_come_back_of_a_list_that_ended_leave_its_whole_tax_to_be_claimed(office: Office) -> None:
    case = office.release(1, "45.50", bill="45.50")
    office.run(PAYABLE + DAY)
    with office.database.transaction() as session:
        dues.void(session, case, PAYABLE + 2 * DAY)
    assert returned(office, case, "31.85", PAYABLE + 3 * DAY) == Decimal("45.50")
    with office.database.transaction() as session:
        dues.hold(session, case, Decimal("13.65"), PAYABLE + 3 * DAY)
    row = office.due(case)
    assert (row.state, row.due, row.held, row.refund) == ("void", NOTHING, NOTHING, Decimal("45.50"))
    assert len(office.notices("REFUND_REQUESTED")) == 1
