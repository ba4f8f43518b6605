"""What a list owes is kept once, changed under a lock, and wakes its collection where it must."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest

from models.collection import dues
from models.collection.billing import bill_of
from models.database import Database
from tests.collection_office import (
    AGENT,
    CUSTOMS,
    ENTERPRISE,
    KEY,
    PAY_BEFORE,
    PAYABLE,
    RELEASED,
    Office,
    clocks_at,
    tax_of,
)

GUARD = PAY_BEFORE - timedelta(hours=48)


@pytest.fixture
def office(store: Database) -> Office:
    return Office(store)


def test_a_release_told_twice_opens_one_row_and_starts_one_collection(office: Office) -> None:
    case = office.release(1)
    with office.database.transaction() as session:
        dues.open_due(
            session,
            workflow_id=case,
            clocks=clocks_at(RELEASED),
            tax=tax_of(Decimal("99.00")),
            agent=AGENT,
            customs=CUSTOMS,
            enterprise=ENTERPRISE,
            profile="SEED",
            at=RELEASED,
        )
    office.release(2)
    assert office.due(case).due == Decimal("27.30"), "the first word counts"
    wakes = office.items("collect")
    assert [(item.dedupe_key, item.workflow_id) for item in wakes] == [(f"collect|{AGENT}|{CUSTOMS}", KEY.workflow_id)]
    assert json.loads(wakes[0].payload)["addresses"] == [KEY.workflow_id]


def test_a_release_that_is_told_late_wakes_the_collection_by_itself(office: Office) -> None:
    office.release(1)
    with office.database.transaction() as session:
        dues.open_due(
            session,
            workflow_id=f"declaration-list/{ENTERPRISE}/LATE",
            clocks=clocks_at(RELEASED),
            tax=tax_of(Decimal("27.30")),
            agent=AGENT,
            customs=CUSTOMS,
            enterprise=ENTERPRISE,
            profile="SEED",
            at=GUARD,
        )
    assert len(office.items("collect")) == 2


def test_what_is_let_go_after_the_guard_wakes_the_collection(office: Office) -> None:
    case = office.release(1)
    for at in (PAYABLE, GUARD):
        with office.database.transaction() as session:
            dues.block(session, case, "hold", at)
        with office.database.transaction() as session:
            dues.unblock(session, case, "hold", at)
    assert len(office.items("collect")) == 2, "at first the daily run is soon enough"


def test_reasons_to_wait_are_kept_side_by_side(office: Office) -> None:
    case = office.release(1)
    with office.database.transaction() as session:
        for reason in ("hold", "control", "hold"):
            dues.block(session, case, reason, PAYABLE)
    assert office.due(case).blocked == "control,hold"
    with office.database.transaction() as session:
        dues.unblock(session, case, "hold", PAYABLE)
        dues.unblock(session, case, "cancellation", PAYABLE)
    assert office.due(case).blocked == "control"


def test_a_list_without_a_row_is_left_alone(office: Office) -> None:
    with office.database.transaction() as session:
        dues.hold(session, "declaration-list/X/1", Decimal("1.00"), PAYABLE)
        dues.block(session, "declaration-list/X/1", "hold", PAYABLE)
        dues.unblock(session, "declaration-list/X/1", "hold", PAYABLE)
        dues.void(session, "declaration-list/X/1", PAYABLE)
        assert dues.reassess(session, "declaration-list/X/1", Decimal(0), Decimal(0), PAYABLE) == 0
        assert dues.find(session, "declaration-list/X/1") is None


def test_a_void_list_stays_void_and_owes_nothing(office: Office) -> None:
    case = office.release(1)
    for _ in range(2):
        with office.database.transaction() as session:
            dues.void(session, case, PAYABLE)
    row = office.due(case)
    assert (row.state, row.due, row.refund) == ("void", Decimal(0), Decimal(0))
    assert not office.notices("REFUND_REQUESTED")


def test_the_newest_bill_that_is_not_void_counts(office: Office) -> None:
    case = office.release(1, bill="27.30")
    with office.database.transaction() as session:
        bill = bill_of(session, case)
        assert bill is not None
        assert bill.total == Decimal("27.30")
    office.bill(case, "27.30", status="3")
    with office.database.transaction() as session:
        assert bill_of(session, case) is None
