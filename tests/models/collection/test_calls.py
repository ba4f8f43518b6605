"""Customs takes unpaid tax from a guarantee: once, whole, and the list is settled."""

from datetime import timedelta
from decimal import Decimal

import pytest

from models.collection import dues
from models.collection.calls import call_guarantee
from models.database import Database
from models.ledger.accounts import balance
from models.ledger.check import check
from models.ledger.transfers import Conflict
from models.tables import CaseRecord, Guarantee
from tests.collection_office import AGENT, ENTERPRISE, PAY_BEFORE, Office


@pytest.fixture
def office(store: Database) -> Office:
    made = Office(store)
    made.put_up("1000.00")
    return made


def call(office: Office, case: str, transfer_id: str = "call-1") -> None:
    with office.database.transaction() as session:
        call_guarantee(session, case, PAY_BEFORE, transfer_id)


def test_a_called_guarantee_settles_the_list_once(office: Office) -> None:
    case = office.release(1, secured=True)
    for _ in range(2):
        call(office, case)
    row = office.due(case)
    assert (row.state, row.paid, row.settled_at) == ("called", Decimal("27.30"), PAY_BEFORE)
    (news,) = office.news(case)
    assert (news.called, news.settled, news.open, news.payment.reason) == (True, True, Decimal(0), "GUARANTEE_CALLED")
    assert {notice.recipient for notice in office.notices("GUARANTEE_CALLED")} == {AGENT, ENTERPRISE}
    with office.database.transaction() as session:
        assert not check(session)
    with office.database.transaction() as session:
        assert balance(session, f"guarantee/{AGENT}").available == Decimal("972.70")
        assert session.get_one(Guarantee, AGENT).called_at == PAY_BEFORE
        assert session.get_one(CaseRecord, case).state == "taxed"
    office.bill(case, "27.30")
    office.run(PAY_BEFORE + timedelta(days=1))
    assert not office.bank.asked


def test_what_the_bank_pays_for_a_called_list_is_a_refund(office: Office) -> None:
    case = office.release(1, secured=True, bill="27.30")
    office.bank.meanwhile = lambda: call(office, case)
    office.run(PAY_BEFORE)
    row = office.due(case)
    assert (row.state, row.paid, row.refund, row.batch_id) == ("called", Decimal("54.60"), Decimal("27.30"), None)
    assert [news.called for news in office.news(case)] == [True]
    assert len(office.notices("REFUND_REQUESTED")) == 1


def test_a_call_for_a_list_that_is_paid_void_unknown_or_unsecured_is_refused(office: Office) -> None:
    paid, void, unsecured = office.release(1, secured=True, bill="27.30"), office.release(2), office.release(3)
    office.run(PAY_BEFORE)
    with office.database.transaction() as session:
        dues.void(session, void, PAY_BEFORE)
    for case in (paid, void, unsecured, "declaration-list/X/1"):
        with pytest.raises(Conflict):
            call(office, case)
    assert office.due(unsecured).state == "settled", "the guard paid it"
    call_of_another = office.release(4, secured=True)
    call(office, call_of_another, "call-4")
    with pytest.raises(Conflict):
        call(office, office.release(5, secured=True), "call-4")
