"""Paying once: what was asked of the bank is asked again unchanged, whatever else arrives meanwhile."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from activities.tax_payment import TaxOffice
from clearway.contracts.case import CaseKey
from clearway.contracts.facts import PaymentOutcome
from clearway.contracts.states import State
from connectors.errors import Unavailable
from models.database import Database
from models.tables import BillRecord, CaseRecord, PaymentRecord
from models.work import PayRequest
from tests.standins import ScriptedBank

NOW = datetime(2026, 4, 10, tzinfo=UTC)
KEY = CaseKey(ebc_code="3301960A01", order_no="CW-1")
OURS = Decimal("28.21")


@pytest.fixture
def released(database: Database) -> Database:
    """A database with one released list."""
    with database.transaction() as session:
        session.add(
            CaseRecord(
                workflow_id=KEY.workflow_id,
                ebc_code=KEY.ebc_code,
                order_no=KEY.order_no,
                state=State.RETURN_WINDOW,
                opened_at=NOW,
                changed_at=NOW,
            )
        )
    return database


def _bill(database: Database, total: str | None, *, number: str = "B-1", status: str = "1", day: int = 0) -> None:
    with database.transaction() as session:
        session.merge(
            BillRecord(
                bill_no=number,
                invt_no="299120261000000001",
                workflow_id=KEY.workflow_id,
                status=status,
                total=Decimal(total) if total else None,
                payment_order_no=f"E-{number}-{total}",
                at=NOW + timedelta(days=day),
            )
        )


def _request(now: datetime = NOW, *, without_bill: bool = False) -> PayRequest:
    return PayRequest(key=KEY, assessed=OURS, guarantor="3301960A01", now=now, without_bill=without_bill)


def test_a_bill_that_changes_after_a_lost_answer_is_not_paid_a_second_time(released: Database) -> None:
    bank = ScriptedBank(lost=1)
    office = TaxOffice(released, bank)
    _bill(released, "28.21")
    with pytest.raises(Unavailable):
        office.pay_tax(_request())
    _bill(released, "28.71", day=1)
    payment = office.pay_tax(_request())
    assert (payment.outcome, payment.amount) == (PaymentOutcome.PAID, OURS)
    assert len(bank.paid) == 1
    assert bank.asked[0] == bank.asked[1]


def test_a_payment_asked_for_again_after_it_was_recorded_answers_the_same(released: Database) -> None:
    bank = ScriptedBank()
    office = TaxOffice(released, bank)
    _bill(released, "28.21")
    assert office.pay_tax(_request()) == office.pay_tax(_request())
    assert len(bank.asked) == 1


def test_after_a_refusal_the_next_attempt_is_a_new_order_with_the_bill_of_its_day(released: Database) -> None:
    bank = ScriptedBank(refusals=1)
    office = TaxOffice(released, bank)
    _bill(released, "28.21")
    assert office.pay_tax(_request()).outcome is PaymentOutcome.REFUSED
    with released.transaction() as session:
        assert session.get(PaymentRecord, KEY.workflow_id) is None
    _bill(released, "28.71", day=1)
    payment = office.pay_tax(_request(NOW + timedelta(days=1)))
    assert (payment.outcome, payment.amount, payment.difference) == (
        PaymentOutcome.PAID,
        Decimal("28.71"),
        Decimal("0.50"),
    )
    assert len({key for key, _, _ in bank.asked}) == 2


def test_a_bill_of_nothing_is_not_due_and_shows_its_difference(released: Database) -> None:
    office = TaxOffice(released, ScriptedBank())
    _bill(released, "0")
    payment = office.pay_tax(_request())
    assert (payment.outcome, payment.difference, payment.bill_no) == (PaymentOutcome.NOT_DUE, -OURS, "B-1")
    assert office.pay_tax(_request()) == payment


@pytest.mark.parametrize("bills", [[("28.21", "3")], [(None, "1")], [(None, "2")], []])
def test_without_a_bill_in_force_with_a_total_nothing_is_paid_before_the_guard(
    released: Database, bills: list[tuple[str | None, str]]
) -> None:
    bank = ScriptedBank()
    office = TaxOffice(released, bank)
    for total, status in bills:
        _bill(released, total, status=status)
    assert office.pay_tax(_request()).outcome is PaymentOutcome.BILL_MISSING
    payment = office.pay_tax(_request(without_bill=True))
    assert (payment.outcome, payment.amount, payment.difference) == (PaymentOutcome.PAID, OURS, Decimal(0))


def test_of_several_bills_the_newest_in_force_is_paid(released: Database) -> None:
    office = TaxOffice(released, ScriptedBank())
    _bill(released, "20.00", number="B-1")
    _bill(released, "28.71", number="B-2", day=1)
    _bill(released, "99.00", number="B-3", status="3", day=2)
    assert office.pay_tax(_request()).bill_no == "B-2"


@pytest.mark.parametrize(
    ("billed", "lines", "differs"),
    [
        ("28.22", 1, False),
        ("28.23", 1, True),
        ("28.20", 1, False),
        ("28.19", 1, True),
        ("28.24", 3, False),
        ("28.25", 3, True),
    ],
)
def test_a_bill_differs_above_a_fen_for_each_line(released: Database, billed: str, lines: int, differs: bool) -> None:
    _bill(released, billed)
    payment = TaxOffice(released, ScriptedBank()).pay_tax(
        PayRequest(key=KEY, assessed=OURS, lines=lines, guarantor="3301960A01", now=NOW, without_bill=False)
    )
    assert payment.outcome is PaymentOutcome.PAID
    assert payment.amount == Decimal(billed), "customs' figure wins either way"
    assert payment.differs is differs


@pytest.mark.parametrize(
    ("days_late", "days", "computed", "due"),
    [(0, None, None, None), (1, 1, "5.00", "0.00"), (10, 10, "50.00", "50.00")],
)
def test_what_is_paid_after_the_last_day_carries_the_fee_of_the_days_between(
    released: Database, days_late: int, days: int | None, computed: str | None, due: str | None
) -> None:
    """RULEBOOK B.9.4: 10,000.00 for ten days is 50.00 and charged, one day less would be waived."""
    _bill(released, "10000.00")
    request = _request().model_copy(update={"deadline": date(2026, 4, 10) - timedelta(days=days_late)})
    fee = TaxOffice(released, ScriptedBank()).pay_tax(request).late_fee
    told = (fee.days, str(fee.computed), str(fee.due)) if fee else (None, None, None)
    assert told == (days, computed, due)
    assert TaxOffice(released, ScriptedBank()).pay_tax(request).late_fee == fee, "the answer asked for again"
